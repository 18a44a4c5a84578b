"""What a text means: the order of reading, from the newest open choices to free text.

Payloads and the running dialog come before this, in the router. The law here: when in doubt, ask. An
acknowledgement is only read where the words say that this person has read, of exactly one open card.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import clock
from bot.chat import hours
from bot.chat.choices import yes_or_no
from bot.chat.text import clean, figures, flat, words_of
from bot.directives import numbers
from bot.handlers import vocabulary as v
from bot.handlers import vocabulary_acknowledging as a
from bot.handlers import vocabulary_commands as c
from bot.handlers.vocabulary_spelling import spell

JUST_NOW = timedelta(seconds=60)
"""A second message with choices younger than this makes a bare number or "ok" ambiguous."""
_TITLES = frozenset("anh chi co chu bac thay ong ba em chau ban chi".split())
_AFTER_NAME = frozenset("da doc xem vua cung coi xac dong nhat tiep ro roi nam hieu ok".split())
_PHONE = re.compile(r"(?<!\d)(?:\+84|0)(?:[ .-]?\d){8,10}(?!\d)")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_SUBJECT = 14  # words: a longer text without a question is news or a speech, and no subject to look up
_MOST = 3000  # characters read; what is longer is no answer to a card


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message whose choices can still be answered."""

    about: str
    """"52-KH/ĐU", or "" when it is about no document."""
    card: bool
    """A directive's card: may be acknowledged in words."""
    labels: tuple[str, ...]
    payloads: tuple[str, ...]
    reached_at: datetime
    unasked: bool = True
    """False for the bot's answer to the person's own message: what they say next is plainly about that."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the bot knows of a chat when a text comes in. `open` is newest first."""

    open: tuple[OpenMessage, ...] = ()
    acknowledged: tuple[str, ...] = ()
    """Documents whose acknowledgement may still be undone, newest first."""
    known: tuple[str, ...] = ()
    """Other document numbers the person may name."""
    role: str = "member"
    now: datetime = field(default_factory=clock.now)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was taken for.

    `means` is one of acknowledge, full_text, ask, undo, cancel, back, command, question, unclear, other
    (surely none of these), choice (of a message that is no card). Not `sure`: the bot asks.
    """

    means: str
    sure: bool = True
    command: str | None = None
    document: str | None = None
    payload: str | None = None
    candidates: tuple[str, ...] = ()
    rest: str = ""


def kind_of(label: str) -> str:
    """What the label of a card's choice stands for: acknowledge, full_text, ask, or "" for another."""
    folded = flat(clean(label))
    for start, kind in (("da doc", "acknowledge"), ("xem toan van", "full_text"), ("hoi lai", "ask")):
        if folded.startswith(start):
            return kind
    return ""


def read(text: str, situation: Situation) -> Reading:
    """What `text` means in this situation. Pure; never raises on any text."""
    return _Reader(text, situation).read()


_NUMBER_WORDS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5}
_NUMBER_FILLER = (
    "so|chon|bam|nut|phim|muc|y|cau|lua chon|phuong an|an|nhan|a|nhe|nha|toi|em|xin|thua|"
    "dong chi|vang|cai|thu|minh"
)
_NUMBER = re.compile(
    rf"(?:(?:{_NUMBER_FILLER}) )*(\d{{1,2}}|{'|'.join(_NUMBER_WORDS)})(?: (?:{_NUMBER_FILLER}))*"
    r"(?: (da doc.*|xem.*|hoi.*))?"
)


class _Reader:
    def __init__(self, text: str, situation: Situation) -> None:
        self.at = situation
        self.cleaned = figures(clean(text[: 2 * _MOST])[:_MOST].strip())
        self.link = _LINK.search(self.cleaned) is not None
        self.cleaned = _LINK.sub(" ", self.cleaned).strip() if self.link else self.cleaned
        self.whole = len(text) <= _MOST
        plain = flat(self.cleaned)
        self.plain = spell(words_of(self.cleaned, plain, c.VOCABULARY))
        self.mentions = numbers.find(self.cleaned)
        for mention in self.mentions:
            plain = plain[: mention.start] + "§".ljust(mention.end - mention.start) + plain[mention.end :]
        self.words = words_of(self.cleaned, plain, c.VOCABULARY)
        self.sentence = spell(self.words)
        self.cards = [message for message in situation.open if message.card]
        self.document = self._name(self.mentions[0]) if self.mentions else None

    def _parsed(self, texts: Sequence[str]) -> list[numbers.DocumentNumber]:
        return [number for text in texts if (number := numbers.parse(text))]

    def _name(self, mention: numbers.Mention) -> str:
        about = [message.about for message in self.at.open]
        found = numbers.complete(mention, self._parsed([*about, *self.at.acknowledged, *self.at.known]))
        if not found and mention.type == "BC":  # "báo cáo 52" asks for a report on 52, unless it is one
            return self._name(replace(mention, type=""))
        return str(found[0]) if len(found) == 1 else str(mention)

    def _named_cards(self) -> list[OpenMessage]:
        return [
            card
            for card in self.cards
            if (number := numbers.parse(card.about))
            and any(numbers.matches(m, number) for m in self.mentions)
        ]

    def _unclear(self, candidates: Sequence[str] = ()) -> Reading:
        return Reading("unclear", sure=False, document=self.document, candidates=tuple(candidates))

    def _pick(self, message: OpenMessage, index: int) -> Reading:
        kind = kind_of(message.labels[index]) if message.card else ""
        return Reading(kind or "choice", document=message.about or None, payload=message.payloads[index])

    def _answer(self, message: OpenMessage, kind: str) -> Reading:
        for index, label in enumerate(message.labels):
            if kind_of(label) == kind:
                return self._pick(message, index)
        return Reading(kind, document=message.about or None)

    # --- the order ---
    def read(self) -> Reading:
        if not self.sentence:
            signs = bool(self.cleaned) or self.link
            return Reading("other" if signs else "unclear", sure=signs)
        if self.cleaned.startswith(("/", "\\")):
            return self._slash()
        if after := self._after_opener():
            return after
        for step in (
            self._leave, self._choice, self._help_sign, self._joined_command, self._undo, self._officer,
            self._acknowledge, self._full_text, self._errand, self._ask, self._only_a_number, self._question,
        ):  # fmt: skip
            if reading := step():
                return reading
        return self._rest()

    def _after_opener(self) -> Reading | None:
        """What "dạ", "vâng" or "chào đồng chí" only introduces: the rest is read, where that says more."""
        opener = v.OPENER.match(self.sentence)
        count = len(opener[0].split()) if opener else 0
        said = self.sentence.split()
        told = v.without(v.SOFT, " ".join(said[count:]))
        if not told or not 0 < count < len(said) == len(self.words) <= 40:
            return None
        rest = read(self.cleaned[self.words[count].start :], self.at)
        if rest.means in ("command", "full_text", "ask", "question"):
            return rest
        yes = {"vang", "ok", "u"} & set(said[self.words[0].typed == "dạ" : count])
        return rest if not yes and rest.means != "acknowledge" else None

    def _leave(self) -> Reading | None:
        for means, pattern, filler in (
            ("cancel", v.CANCEL, v.CANCEL_FILLER),
            ("back", v.BACK, v.BACK_FILLER),
        ):
            if pattern.search(self.sentence) and not v.without(filler, v.without(pattern, self.sentence)):
                return Reading(means)
        return None

    def _slash(self) -> Reading:
        body = re.sub(r"@\w+", "", self.cleaned[1:]).strip()
        tokens = list(re.finditer(r"\w+", body))
        for count in range(min(4, len(tokens)), 0, -1):
            name = flat("".join(token[0] for token in tokens[:count])).replace("_", "")
            if found := c.COMMAND_OF.get(name):
                rest = body[tokens[count - 1].end() :].strip()
                if found == "undo":
                    return self._take_back(rest=rest)
                if found in ("cancel", "back"):
                    return Reading(found, rest=rest)
                return self._command(found, rest)
        return self._unclear()

    def _command(self, name: str, rest: str = "") -> Reading:
        document = self.document
        if document is None and (glued := numbers.find(rest)):  # "tinhhinh52"
            document = self._name(glued[0])
        return Reading("command", command=name, document=document, rest=rest)

    def _choice(self) -> Reading | None:
        newest = self.at.open[0] if self.at.open else None
        match = _NUMBER.fullmatch(self.plain)
        n = (int(match[1]) if match[1].isdigit() else _NUMBER_WORDS[match[1]]) if match else 0
        if newest is not None and (hour := hours.named(self.cleaned, newest.labels)) is not None:
            if 1 <= n <= len(newest.labels) and n - 1 != hour:  # "7": the seventh choice, or seven o'clock
                return self._unclear([newest.payloads[n - 1], newest.payloads[hour]])
            return self._pick(newest, hour)
        if match:
            if newest is None or not 1 <= n <= len(newest.labels):
                if match[2]:
                    return None
                return self._only_a_number() or self._unclear()
            picked = self._pick(newest, n - 1)
            if match[2]:
                after = flat(self.cleaned).find(match[1]) + len(match[1])  # as typed: "à" asks, "ạ" does not
                again = read(self.cleaned[after:], replace(self.at, open=(newest,)))
                return picked if again.means == picked.means else self._unclear()
            return self._too_soon() or picked
        if newest is None:
            return None
        if not newest.unasked and (answer := yes_or_no(newest.payloads, self.sentence)) is not None:
            return self._pick(newest, answer)
        bare = v.without(re.compile(r"(?<!\S)(?:a|nhe|nha|toi|em|xin|chon|thua|vang)(?!\S)"), self.sentence)
        hits = []
        for index, label in enumerate(newest.labels):
            spelt = spell(words_of(clean(label), flat(clean(label)), c.VOCABULARY))
            other = not (newest.card and kind_of(label))
            if other and (spelt == self.sentence or (bare and (spelt + " ").startswith(bare + " "))):
                hits.append(index)
        if len(hits) > 1:
            return self._unclear([newest.payloads[index] for index in hits])
        return self._pick(newest, hits[0]) if hits else None

    def _too_soon(self) -> Reading | None:
        """Two messages with choices, the second came unasked just now: the person may mean either."""
        newest, *earlier = self.at.open or (None,)
        if newest is None or not newest.unasked or self.at.now - newest.reached_at >= JUST_NOW:
            return None
        waiting = [message for message in earlier if message.card or not message.about]
        if not waiting:
            return None
        return self._unclear([message.about or message.payloads[0] for message in (newest, *waiting)])

    def _help_sign(self) -> Reading | None:
        return self._command("help") if self.sentence == "?" else None

    def _joined_command(self) -> Reading | None:
        """ "chuaxacnhan 52": a command's own name without its slash, in one word."""
        first = self.words[0]
        name = flat(self.cleaned[first.start : first.end])
        glued = re.fullmatch(r"([a-z]+?)\d*", name)
        command = c.COMMAND_OF.get(glued[1]) if glued else None
        if command is None or (len(self.words) > 1 and self.words[1].start != first.start):
            return None
        rest = self.cleaned[first.start + len(glued[1]) :].strip() if glued else ""
        if command == "undo":
            return self._take_back()
        if command in ("cancel", "back"):
            return Reading(command)
        return self._command(command, rest)

    def _undo(self) -> Reading | None:
        if not v.UNDO.search(self.sentence) or v.UNDO_NOT.search(self.sentence):
            return None
        if re.fullmatch(r"(?:\S+ )*rut|rut (?:kinh nghiem|ho so|the|khoi).*", self.sentence):
            return None
        asks = a.QUESTION.search(v.without(re.compile("chua doc|chua xem|dau"), self.sentence))
        return self._take_back(sure=asks is None)

    def _take_back(self, sure: bool = True, rest: str = "") -> Reading:
        done = self.at.acknowledged
        named = [text for text in done if text == self.document] or (list(done) if not self.mentions else [])
        sure = sure and len(named) == 1
        return Reading(
            "undo",
            sure,
            document=named[0] if len(named) == 1 else self.document,
            candidates=tuple(named if not sure else ()),
            rest=rest,
        )

    # --- officers' words: before acknowledgements, "ai đã đọc" is none ---
    def _officer(self) -> Reading | None:
        s = self.sentence
        if (match := c.REMIND.search(s)) and not v.without(c.REMIND_BEFORE, s[: match.start()]):
            if re.match(r"nhac (?:toi|em|minh|den|gi|viec|vang)(?!\S)", match[0]):
                return self._unclear()
            return self._command("remind", s[match.start() :])
        if c.POLICY.search(
            v.without(
                re.compile(
                    r"chi bo|dang vien|dang uy|ke hoach|cong van|nghi quyet|quy dinh|hoc tap|huong dan|"
                    r"quy che|cap uy|so tay|dang"
                ),
                s,
            )
        ):
            return None
        if c.MISSING.search(s):
            return self._command("missing")
        bare = c.MISSING_BARE.fullmatch(v.without(re.compile(r"(?<!\S)(?:a|nhe|xem|\?)(?!\S)"), s))
        if bare and self.at.role != "member" and not s.endswith("?"):
            return self._command("missing")
        if c.STATUS.search(s):
            return self._command("status")
        if self.at.role != "member" and c.STATUS_OF.search(s):
            return self._command("status")
        head = c.STATUS_HEAD.search(s)
        greeting = re.match(r"bao cao (?:cac )?(?:dong chi|bi thu|anh|chi(?! bo)|thu truong|toi|em)(?!\S)", s)
        if head and not greeting and not v.without(c.STATUS_ALLOWED, v.without(c.STATUS_HEAD, s)):
            return self._command("status", s[head.end() :].strip())
        return None

    # --- the card's three answers ---
    def _acknowledges(self) -> str:
        """ "read", "yes" or "": as `claim` says, unless the words are cut off, quoted or of another's reading."""
        if not self.whole or self.cleaned[0] in "\"'“‘«" or self._names_a_reader():
            return ""
        return a.claim(spell(self.words, strict=True))

    def _names_a_reader(self) -> bool:
        """ "anh Chính đã đọc": a title, then a capital inside the sentence, then the verb. All capitals say nothing."""
        if self.cleaned.isupper():
            return False
        typed = [self.cleaned[word.start : word.end] for word in self.words]
        return any(
            self.words[i - 1].folded in _TITLES
            and typed[i][:1].isupper()
            and self.words[i].folded not in ("thu", "uy", "bo", "toi", "em")
            and self.words[i + 1].folded in _AFTER_NAME
            for i in range(1, len(typed) - 1)
        )

    def _acknowledge(self) -> Reading | None:
        said = self._acknowledges()
        if not said:
            return None
        if self.mentions:
            named = self._named_cards()
            if len(named) == 1 and len(self.mentions) == 1:
                return self._answer(named[0], "acknowledge")
            return self._unclear([card.about for card in named])
        cards = self.cards
        types = [
            code
            for code, names, _ in numbers.TYPES
            if any(v.rx(name).search(self.sentence) for name in names)
        ]
        types = [code for code in types if code not in ("TB", "BC", "HD", "CTr")]  # said of anything
        if types:
            cards = [card for card in cards if (n := numbers.parse(card.about)) and n.type in types]
        if len(cards) == 1 and self.at.open[0].about != v.DIGEST:
            return (self._too_soon() if said == "yes" else None) or self._answer(cards[0], "acknowledge")
        return self._unclear([card.about for card in cards or self.cards])

    def _about_card(self, means: str, exact: bool) -> Reading:
        named = self._named_cards() if self.mentions else self.cards
        if len(named) == 1 or (named and exact):
            return self._answer(named[0], means)
        return Reading(
            means, sure=False, document=self.document, candidates=tuple(card.about for card in named)
        )

    def _full_text(self) -> Reading | None:
        s = self.sentence
        match = v.FULL_TEXT.search(s)
        if a.READ_DONE.search(s) and not v.rx(v.WISH).search(s):
            return None
        refused = v.FULL_TEXT_NOT.search(re.sub(r"(?:chua|khong) (?:doc|xem|mo|tai) duoc", "", s))
        if not match or refused or self.link or (self.mentions and not self._known_document()):
            return None
        composing = c.COMPOSE.search(s) and not c.COMPOSE_NOT.search(s)
        if (
            composing
            and re.search(r"(?<!\S)(?:gui|tao|soan|phat|dua|chuyen)(?!\S)", s)
            and not (self._named_cards() and self.at.role == "member")
        ):
            return None
        left = v.without(v.FULL_TEXT_ASIDE, v.without(v.FULL_TEXT, s))
        if left and (not self.cards or len(left.split()) > 3 or v.ASK.search(s) or a.QUESTION.search(left)):
            return None
        if c.NEWS.fullmatch(s) or c.MEETING.fullmatch(s) or c.SLIPS.fullmatch(s) or c.HELP.fullmatch(s):
            return None
        return self._about_card("full_text", exact="toan van" in s or s == "xem")

    def _known_document(self) -> bool:
        return self.document in {m.about for m in self.at.open} | {*self.at.known, *self.at.acknowledged}

    def _ask(self) -> Reading | None:
        s = self.sentence
        for pattern in a.HARMLESS[:2]:
            s = v.without(pattern, s)
        if not v.ASK.search(s):
            return None
        left = v.without(v.ASK_ONLY, v.without(v.ASK, s))
        about_card = bool(self._named_cards()) or re.search(
            r"(?<!\S)(?:van ban|noi dung|muc|diem|cho nay|doan|trang)(?!\S)", s
        )
        if left and (not self.cards or (c.POLICY.search(left) and not about_card) or c.CHAT.fullmatch(left)):
            return None
        if self.mentions and not self._named_cards():
            return None
        return self._about_card("ask", exact=self.sentence.startswith("hoi lai"))

    # --- the other errands ---
    def _errand(self) -> Reading | None:
        s = self.sentence
        polite = v.without(
            re.compile(
                r"(?<!\S)(?:a|nhe|nha|voi|\?|di|thua|xin|dong chi|oi|vang|giup|gium|toi|em|"
                r"cho|muon|can|(?<!xac )minh|cai|bot)(?!\S)"
            ),
            s,
        )
        for name, pattern in c.WHOLE:
            if pattern.fullmatch(s) or pattern.fullmatch(polite):
                return self._command(name)
        if c.RATE_HOW.search(s) and c.RATE_USE.search(s) and not v.rx("dang phi").search(s):
            return self._command("rate")
        if c.SLIPS_FOR.fullmatch(polite):
            return self._command("slips")
        if c.MEETING.search(s) and not c.MEETING_NOT.search(s):
            return self._command("meeting")
        match = c.COMPOSE.search(s)
        if match and not c.COMPOSE_NOT.search(s) and not v.without(v.FULL_TEXT_ASIDE, s[: match.start()]):
            verb = re.search(r"(?<!\S)(?:gui|soan|tao|phat hanh|phat|ban hanh|soan thao)(?!\S)", s)
            if match[0] == "thong bao" and polite != "thong bao":
                return None
            if verb or not self.mentions:
                return self._command("compose")
        if (
            c.HELP.search(s)
            and not v.without(c.HELP_ALLOWED, v.without(c.HELP, s))
            and not (self.mentions or v.rx("(?<!so tay )dang vien").search(s))
        ):
            return self._command("help")
        return None

    # --- free text ---
    def _only_a_number(self) -> Reading | None:
        if not self.mentions or v.without(v.FILLER, v.without(a.OBJECT, self.sentence.replace("?", " "))):
            return None
        overseer = self.at.role == "officer" or (self.at.role == "secretary" and not self._named_cards())
        if overseer and len(self.mentions) == 1 and (not self.mentions[0].bare or self._known_document()):
            return self._command("status")
        if self._named_cards() or self.mentions[0].bare:
            return self._unclear([card.about for card in self._named_cards()])
        return Reading("question", document=self.document)

    def _answerish(self) -> bool:
        """Whether the words are those of a card, so that what was not understood should be asked back."""
        return (
            v.rx(
                r"doc|xac nhan|ok|dong y|nhat tri|tiep thu|vang|ro|u|👍|👎|duoc|"
                r"^roi(?: a| nhe)?$|bam|nham|xem|hieu|nhan|xong|chap hanh|file|toan van|huy|khong|chua|co gi"
            ).search(self.sentence)
            is not None
        )

    def _question(self) -> Reading | None:
        s, length = self.sentence, len(self.sentence.split())
        topic = c.POLICY.search(s)
        own = v.rx("doc|xac nhan|xem|bam|ok|nhat tri|dong y|ro|hieu").search(s)
        bodies = v.rx(
            "dang uy|chi bo|dang vien|ke hoach|cong van|nghi quyet|quy dinh|chi uy|bi thu|huong dan"
        )
        asks = a.QUESTION.search(s)
        if not asks and _PHONE.search(self.cleaned):
            return None  # an advertisement, or somebody's number
        if topic and not (own and bodies.fullmatch(topic[0])) and (asks or length <= _SUBJECT):
            return self._wonder("question")
        if own and length <= 12:
            return None
        if asks and length > 1 and not c.CHAT.search(s) and (topic or c.AFFAIRS.search(s) or self._cited()):
            return self._wonder("question")
        return self._wonder("question") if self._cited() and 3 < length <= _SUBJECT else None

    def _cited(self) -> bool:
        """A document is named by its type, not only by figures ("bão số 3", "1+1")."""
        return any(mention.type for mention in self.mentions) or self._known_document()

    def _wonder(self, means: str) -> Reading:
        return Reading(means, document=self.document if self._cited() else None)

    def _rest(self) -> Reading:
        says = a.READ_DONE.search(self.sentence) is not None
        card_words = (self._answerish() or self.mentions) and not c.CHAT.search(self.sentence)
        if (says or card_words) and len(self.words) <= 40 and (says or not self.link):
            return self._unclear([card.about for card in self.cards])
        return self._wonder("other")
