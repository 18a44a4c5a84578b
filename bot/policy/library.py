"""The corpus ready to answer: index, model and register over everything approved. Built anew on every change.

Pure and read-only: safe to use from several threads, the same in a handler, in the terminal and in a test.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.policy import guards
from bot.policy.calculators import calculate
from bot.policy.citations import Citation, Register
from bot.policy.index import Article as Indexed
from bot.policy.index import Index, build
from bot.policy.models import Answer, Document, Entry, Kind, Piece, Rate, Source, Validity, Verdict
from bot.policy.packed import Packed
from bot.policy.ranking import Mask, Ranked, rank
from bot.policy.trees import Model
from bot.policy.words import bare, bares, key, words

MODEL = Path(__file__).with_name("model.json")
ELSEWHERE = Path(__file__).with_name("elsewhere.txt")
MOST = 400
"""Characters of a question that are read."""
OFFERED = 3
RELATED = 2
_RELATED_AT = 0.25
_ENTRY_BEFORE = 0.2
"""An officer's entry this near to the best article is shown before it: it answers what people ask."""
_ELSEWHERE_WINS = 2.0
"""How much nearer than any rule a question about other things must be to say that nothing was found."""
_ENTRIES_COUNT = 3  # how often the decoder hears an entry's words: they are how people ask
_HARDLY_MORE = frozenset(
    "quy dinh the nao gi con hieu luc khong noi ve nhu cua la co bao gom xem cho toi hoi noi dung van ban dang uy "
    "so nay va a thi sao ko k ntn dau o trong theo".split()
)
"""What may stand beside a rule's number when nothing more is asked than the rule."""


_ASKING = frozenset(
    "the nao gi bao nhieu may o dau khi ai sao ra thi la co duoc khong phai toi em minh bi va cua cho mot nhung cac "
    "lam hien nay xin hoi theo".split()
)
"""Words that ask and do not say about what."""


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that comes with the program, trained on questions of the sample corpus alone."""
    return Model.read(MODEL)


@lru_cache(maxsize=1)
def elsewhere() -> tuple[str, ...]:
    """Questions about other things than the Party's rules that share their words: a student card, a password."""
    return tuple(ELSEWHERE.read_text(encoding="utf-8").splitlines())


def read_by_index(
    sources: Sequence[Source], entries: Sequence[Entry], others: Sequence[str]
) -> tuple[list[Indexed], list[str]]:
    """What the index is built of: the pieces in the library's order, then questions about other things.

    And the lines that the decoder hears.
    """
    by_number = _by_number([source.document for source in sources])
    out: list[Indexed] = []
    heard = [source.document.title for source in sources]
    for source in sources:
        title = source.document.title
        for article in source.articles:
            out.append(Indexed(str(len(out)), title, article.number, article.heading, article.text))
            heard += [article.heading, *article.text.split("\n")]
    for entry in entries:
        rule = by_number.get(entry.rule)
        text = "\n".join((entry.question, *entry.variants, *entry.answer.split("\n")))
        out.append(Indexed(str(len(out)), rule.title if rule else "", "", entry.question, text))
        heard += [entry.question, *entry.answer.split("\n")]
        heard += [entry.question, *entry.variants] * _ENTRIES_COUNT
    for line in others:
        out.append(Indexed(str(len(out)), "", "", line, line))
    return out, [*heard, *others]


def _by_number(documents: Sequence[Document]) -> dict[str, Document]:
    """Of each number the newest: that is what a bare number means."""
    return {each.number: each for each in sorted(documents, key=lambda each: each.issued_on or date.min)}


class Library:
    """Answers questions from these sources and entries."""

    def __init__(
        self,
        sources: Sequence[Source],
        entries: Sequence[Entry],
        *,
        model: Model | None = None,
        version: int = 0,
        keys: Sequence[int] = (),
        rates: Sequence[Rate] = (),
        packed: Packed | None = None,
        others: Sequence[str] | None = None,
    ) -> None:
        """`keys`: the pieces' rows in the database, articles first, in order. `packed`: their index, if it is made.

        `others`: questions about other things, `elsewhere()` when not given.
        """
        self.version = version
        self.rates = tuple(rates)
        self.model = model or shipped_model()
        self.documents = [source.document for source in sources]
        self._by_number = _by_number(self.documents)
        self._successor = {old: each.number for each in self.documents for old in each.replaces}
        pieces: list[Piece] = []
        for source in sources:
            for article in source.articles:
                pieces.append(
                    Piece(
                        Kind.QUOTATION,
                        article.heading,
                        article.text,
                        source.document,
                        number=article.number,
                        sample=source.document.sample,
                        page=article.page,
                        path=article.path,
                    )
                )
        for entry in entries:
            pieces.append(
                Piece(
                    Kind.ENTRY,
                    entry.question,
                    entry.answer,
                    self._by_number.get(entry.rule),
                    reference=entry.reference or ("" if entry.rule in self._by_number else entry.rule),
                    topic=entry.topic,
                    sample=entry.sample,
                )
            )
        if keys:
            pieces = [_keyed(piece, row) for piece, row in zip(pieces, keys, strict=True)]
        self.pieces = pieces
        others = elsewhere() if others is None else others
        self.index = Index(packed or build(*read_by_index(sources, entries, others)))
        self._told: dict[str, int] = {}
        for place, entry in enumerate(entries, len(pieces) - len(entries)):
            for line in (entry.question, *entry.variants):
                self._told.setdefault(" ".join(bares(line)), place)
        self._register = Register(
            [*self._by_number, *(old for old in self._successor if old not in self._by_number)]
        )

    def ask(self, question: str, day: date) -> Answer:
        """The answer on that day."""
        question = question[:MOST].strip()
        if why := guards.refused(question):
            return Answer(Verdict.NONE, why=why)
        if (calculated := calculate(question, self.rates, day, self.document)) is not None:
            return Answer(Verdict.ANSWER, (calculated,), confidence=1.0)
        if not self.pieces:
            return Answer(Verdict.NONE)
        cited = self._register.find(question)
        replaced = tuple(
            (number, new) for number in cited.numbers if (new := self._newest(number, day)) != number
        )
        numbers = tuple(dict.fromkeys(self._newest(number, day) or number for number in cited.numbers))
        hidden = self.hidden(day, numbers)
        direct = self._looked_up(numbers, cited) if numbers else None
        if direct is not None:
            verdict = Verdict.ANSWER if len(direct) == 1 else Verdict.CHOICES if direct else Verdict.NONE
            clause = direct[0].text.split("\n")[0] if direct else ""
            why = "" if direct else "no_text"
            return Answer(
                verdict, direct[:OFFERED], clause=clause, confidence=1.0, replaced=replaced, why=why
            )
        asked = cited.rest if replaced else question
        decoded = self.index.decoder(asked)
        found = rank(self.index, self.model, asked, decoded, hidden)
        understood = (
            "" if [key(word) for word in words(asked)] == decoded else self.index.decoder.show(decoded)
        )
        shown = self._order(found)
        sure = self._sure(found, shown, decoded)
        told = self._told.get(self._plain(decoded), -1)
        said = np.flatnonzero(found.rows == told).tolist()
        if said and not hidden[told]:  # an officer's own wording is answered by its entry
            shown, sure = [*said, *(other for other in shown if other not in said)], 1.0
        if not shown or sure < self.model.choices_at:
            verdict = Verdict.NONE
        else:
            verdict = Verdict.ANSWER if sure >= self.model.answer_at else Verdict.CHOICES
        ordered = [self.pieces[found.rows[at]] for at in shown]
        related = [
            self.pieces[found.rows[at]]
            for at in shown[1:]
            if found.chances[at] >= _RELATED_AT * float(found.chances[shown[0]])
        ]
        return Answer(
            verdict,
            tuple(ordered[:OFFERED] if verdict is not Verdict.ANSWER else ordered[:1]),
            tuple(related[:RELATED]) if verdict is Verdict.ANSWER else (),
            clause=self._line(int(found.rows[shown[0]]), int(found.clauses[shown[0]])) if shown else "",
            confidence=round(sure, 3),
            understood=understood,
            replaced=replaced,
        )

    def _line(self, row: int, clause: int) -> str:
        """The words of a clause of the index; "" for an entry, which is shown whole."""
        piece = self.pieces[row]
        if piece.kind is Kind.ENTRY:
            return ""
        return piece.text.split("\n")[clause - int(self.index.first[row])]

    def _plain(self, decoded: Sequence[str]) -> str:
        return " ".join(bare(self.index.decoder.shown(word)) for word in decoded)

    def _sure(self, found: Ranked, shown: Sequence[int], decoded: Sequence[str]) -> float:
        """How sure the first shown is the answer: at most a choice where other things are nearer.

        And a choice where a clause of it says all that is asked: a rule of one's own about such a thing.
        """
        if not shown or int(found.rows[0]) < len(self.pieces):
            return found.sure
        choice = (self.model.answer_at + self.model.choices_at) / 2
        if self._says_it_all(self.pieces[found.rows[shown[0]]], decoded):
            return choice
        beaten = float(found.chances[0]) > _ELSEWHERE_WINS * float(found.chances[shown[0]])
        return 0.0 if beaten else min(found.sure, choice)

    def _says_it_all(self, piece: Piece, decoded: Sequence[str]) -> bool:
        asked = {bare(self.index.decoder.shown(word)) for word in decoded} - _ASKING
        return (
            piece.kind is not Kind.ENTRY
            and len(asked) > 2
            and any(asked <= {*bares(piece.heading), *bares(line)} for line in piece.text.split("\n"))
        )

    def _order(self, found: Ranked) -> list[int]:
        """Places in the ranking to show, the first the answer; rows beyond the pieces are about other things."""
        order = [at for at, row in enumerate(found.rows.tolist()) if row < len(self.pieces)][
            : OFFERED + RELATED
        ]
        for at in order:
            near = float(found.chances[at]) >= _ENTRY_BEFORE * float(found.chances[order[0]])
            if near and self.pieces[found.rows[at]].kind is Kind.ENTRY:
                return [at, *(other for other in order if other != at)]
        return order

    def as_of(self, piece: Piece, day: date) -> tuple[Piece, tuple[tuple[str, str], ...]]:
        """A piece as its document stands on this day, and (old, new) where another rule has taken its place."""
        document = piece.document
        if document is None or (new := self._newest(document.number, day)) == document.number:
            return piece, ()
        return replace(piece, document=replace(document, replaced_by=new)), ((document.number, new),)

    def _newest(self, number: str, day: date) -> str:
        """The number of the rule that holds in its place, itself when it holds; "" when nobody knows."""
        seen = set()
        while number not in seen:
            seen.add(number)
            known = self._by_number.get(number)
            successor = self._successor.get(number) or (known.replaced_by if known else "")
            new = self._by_number.get(successor)
            if new is None or new.validity(day) is Validity.NOT_YET:
                return number if known is not None or not successor else successor
            if known and known.issued_on and new.issued_on and known.issued_on > new.issued_on:
                return number  # the same number again, in a later term
            number = successor
        return number

    def hidden(self, day: date, numbers: Sequence[str]) -> Mask:
        """What does not hold on that day; with rules named, everything of others."""
        known = {piece.document.number for piece in self.pieces if piece.document} & set(numbers)
        hidden = np.full(self.index.size, bool(known))
        for place, piece in enumerate(self.pieces):
            if piece.document is None:
                hidden[place] = bool(known)
            elif known:
                hidden[place] = piece.document.number not in known
            else:
                newest = self._newest(piece.document.number, day) == piece.document.number
                hidden[place] = not newest or piece.document.validity(day) is not Validity.IN_FORCE
        return hidden

    def _looked_up(self, numbers: Sequence[str], cited: Citation) -> tuple[Piece, ...] | None:
        """What is named directly; None when the rest of the question must be searched."""
        of_rules = self._of_rule(numbers)
        if cited.article:
            return tuple(piece for piece in of_rules if piece.number == cited.article) or None
        if not of_rules:
            return ()
        if any(word not in _HARDLY_MORE for word in cited.rest.split()):
            return None
        return of_rules[:OFFERED]

    def _of_rule(self, numbers: Sequence[str]) -> tuple[Piece, ...]:
        newest = [self._by_number.get(number) for number in numbers]  # of a number given twice, the later
        of = [piece for piece in self.pieces if piece.document and piece.document in newest]
        return tuple(sorted(of, key=lambda piece: piece.kind is not Kind.ENTRY))

    def names_a_rule(self, text: str) -> bool:
        """Whether the words name a known rule, or an article of any."""
        cited = self._register.find(text)
        return bool(cited.numbers or cited.article)

    def piece(self, kind: str, row: int) -> Piece | None:
        """The article ("a") or entry ("e") of a row in the database."""
        wanted = Kind.ENTRY if kind == "e" else Kind.QUOTATION
        return next((piece for piece in self.pieces if piece.key == row and piece.kind is wanted), None)

    def document(self, number: str) -> Document | None:
        """The newest document of this number."""
        return self._by_number.get(number)


def _keyed(piece: Piece, row: int) -> Piece:
    return replace(piece, key=row)
