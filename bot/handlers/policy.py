"""Questions about the rules: the words of the rule, a choice, or an honest none and a person to ask."""

from datetime import timedelta
from typing import Protocol

from rapidfuzz import fuzz, process

from bot.chat.events import Commanded, Event, Wondered
from bot.chat.replies import Say
from bot.chat.router import Replies, Router
from bot.chat.text import fold
from bot.clock import VIETNAM
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.dialogs import ask_officer
from bot.handlers.gate import MEMBER, member_account, not_verified
from bot.i18n import _, number
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.policy import queries, service, texts
from bot.policy.library import Library
from bot.policy.models import Answer as Found
from bot.policy.models import AnswerTicket, AskOfficer, Kind, RateAnswer, ShowPiece, ShowWhole, Verdict
from bot.store import audit
from bot.store.tx import Tx

ASK, ANSWER = "ask_officer", "answer_ticket"
_SINCE = timedelta(days=30)
_ALIKE = 80
_SHOWN = 12


class Shelf(Protocol):
    """Holds the library in use; a newer one takes its place without a pause."""

    @property
    def current(self) -> Library | None: ...


def register(router: Router[Tx], shelf: Shelf) -> None:
    """Makes the errand known to the router."""
    policy = Policy(router, shelf)
    router.command("policy", policy.looked_up, MEMBER)
    router.command("questions", lacking, Verb.KEEP_RULES)
    router.choice(ShowPiece, policy.show, MEMBER)
    router.choice(ShowWhole, policy.show_whole, MEMBER)
    router.choice(RateAnswer, rate, MEMBER)
    router.choice(AskOfficer, policy.ask_officer, MEMBER)
    router.choice(AnswerTicket, policy.answer_ticket, Verb.KEEP_RULES)
    router.dialog(
        ASK, ask_officer.script, version=ask_officer.VERSION_OF_DIALOG, title=ask_officer.title, need=MEMBER
    )
    router.dialog(
        ANSWER,
        ask_officer.answer_script,
        version=ask_officer.VERSION_OF_DIALOG,
        title=ask_officer.answer_title,
        need=Verb.KEEP_RULES,
    )


class Policy:
    """The handlers that need the library or begin a dialog."""

    def __init__(self, router: Router[Tx], shelf: Shelf) -> None:
        self._router = router
        self._shelf = shelf

    def looked_up(self, event: Commanded, tx: Tx) -> Replies:
        """`/tracuu đảng phí`."""
        if not event.rest.strip():
            return Say(_("Đồng chí nhắn câu hỏi, ví dụ “mức đóng đảng phí” hoặc “chuyen sinh hoat dang”."))
        return answer(event.rest, event, tx, self._shelf.current)

    def show(self, choice: ShowPiece, event: Event, tx: Tx) -> Replies:
        """An article or entry picked from choices."""
        library = self._shelf.current
        piece = library.piece(choice.kind, choice.key) if library else None
        if library is None or piece is None or not queries.answers(tx, choice.kind, choice.key):
            return _gone()
        today = tx.now.astimezone(VIETNAM).date()
        piece, replaced = library.as_of(piece, today)
        clause = piece.text.split("\n")[0]
        return texts.answer(Found(Verdict.ANSWER, (piece,), clause=clause, replaced=replaced), today)

    def show_whole(self, choice: ShowWhole, event: Event, tx: Tx) -> Replies:
        """A page of a whole article."""
        library = self._shelf.current
        piece = library.piece("a", choice.key) if library else None
        if library is None or piece is None or not queries.answers(tx, "a", choice.key):
            return _gone()
        today = tx.now.astimezone(VIETNAM).date()
        return texts.whole(library.as_of(piece, today)[0], choice.page, today)

    def ask_officer(self, choice: AskOfficer, event: Event, tx: Tx) -> Replies:
        """Begins the question to the officer."""
        return self._router.begin(ASK, event, tx, choice.question)

    def answer_ticket(self, choice: AnswerTicket, event: Event, tx: Tx) -> Replies:
        """Begins the officer's answer."""
        account = member_account(tx, event)
        found = queries.ticket(tx, choice.ticket)
        if account is None:
            return not_verified()
        if found is None or found.unit_id not in people.scope(tx, account.member_id, Verb.KEEP_RULES):
            return texts.refused("no_right")
        if found.answered:
            return texts.refused("ticket_answered")
        return self._router.begin(ANSWER, event, tx, choice.ticket)


def wondered(event: Wondered, tx: Tx, library: Library | None) -> Replies:
    """A question in free text; words that are no plain question only get an answer that is sure.

    None when the words are for somebody else.
    """
    if event.means == "question":
        return answer(event.text, event, tx, library)
    if library is not None:
        found = library.ask(event.text, tx.now.astimezone(VIETNAM).date())
        if found.verdict is Verdict.ANSWER and _answers(tx, found):
            return texts.answer(found, tx.now.astimezone(VIETNAM).date())
        if found.why in ("others", "opinion"):
            return texts.boundary(found.why)
    return None


def named(event: Wondered, tx: Tx, library: Library | None) -> Replies:
    """Words that name a rule and no paper of this member; None when they name none."""
    if library is None or not library.names_a_rule(event.text):
        return None
    return answer(event.text, event, tx, library)


def answer(question: str, event: Event, tx: Tx, library: Library | None) -> Replies:
    """What the library says. What it cannot answer is kept, with its day, and without who asked."""
    if library is None:
        return Say(_("Phần tra cứu đang khởi động. Đồng chí hỏi lại sau một phút."))
    today = tx.now.astimezone(VIETNAM).date()
    found = library.ask(question, today)
    if found.why and found.why != "no_text":
        return texts.boundary(found.why)
    if found.verdict is Verdict.ANSWER and _answers(tx, found):
        return texts.answer(found, today)
    offered = found.verdict is Verdict.CHOICES and _answers(tx, found)
    kept = service.keep_question(tx, question, "choices" if offered else "none")
    return texts.options(found, kept) if offered else texts.nothing(found, kept)


def _answers(tx: Tx, found: Found) -> bool:
    """The library may be older than a withdrawal that was just committed."""
    return all(
        piece.kind is Kind.CALCULATION or queries.answers(tx, texts.kind_of(piece), piece.key)
        for piece in found.pieces
    )


def _gone() -> Say:
    return Say(_("Mục này vừa được thay đổi. Đồng chí hỏi lại giúp tôi nhé."))


def rate(choice: RateAnswer, event: Event, tx: Tx) -> Replies:
    """Counts the opinion, without the person."""
    service.rate(tx, choice.kind, choice.key, good=bool(choice.good))
    if choice.good:
        return Say(_("Cảm ơn đồng chí."))
    return Say(
        _("Cảm ơn đồng chí đã báo; tôi không ghi ai báo. Đồng chí hỏi lại bằng từ khác, hoặc hỏi cán bộ."),
        choices=(texts.officer_choice(0),),
    )


def lacking(event: Commanded, tx: Tx) -> Replies:
    """`/cauhoi`: what the corpus lacks: questions without an answer, near-equal ones together; wrong answers."""
    since = (tx.now - _SINCE).astimezone(VIETNAM).date().isoformat()
    lines = [
        f"• {texts.cut(max(alike, key=_marks), 90)} ({number(len(alike))})"
        for alike in _grouped([each.words for each in queries.lacking(tx, since)])[:_SHOWN]
    ]
    account = member_account(tx, event)
    assert account is not None  # the gate let them through
    audit.record(tx, "policy.questions", "questions", member_id=account.member_id)
    waiting = queries.open_tickets(tx, list(people.scope(tx, account.member_id, Verb.KEEP_RULES)))
    bad = [each for each in queries.badly_rated(tx) if queries.answers(tx, each[0], each[1])]
    if bad:
        lines.append(_("Bị báo chưa đúng:"))
        lines += [_bad(tx, kind, key, wrong) for kind, key, _good, wrong in bad[:5]]
    lines.append(_("Câu hỏi chờ cán bộ trả lời: {count}", count=number(len(waiting))))
    return Say("\n".join(lines), heading=_("Câu hỏi chưa có trả lời trong 30 ngày"))


def _grouped(questions: list[str]) -> list[list[str]]:
    """Near-equal questions together, however they are typed; the most asked first."""
    groups: dict[str, list[str]] = {}
    for words in questions:
        ordered = " ".join(sorted(fold(words).split()))
        if ordered not in groups:
            alike = process.extractOne(ordered, groups.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
            ordered = alike[0] if alike else ordered
        groups.setdefault(ordered, []).append(words)
    return sorted(groups.values(), key=len, reverse=True)


def _marks(words: str) -> int:
    """How many letters are marked: the spelling that is read most easily."""
    return sum(not char.isascii() for char in words)


def _bad(tx: Tx, kind: str, key: int, wrong: int) -> str:
    return f"• {texts.cut(queries.heading(tx, kind, key), 70)} ({number(wrong)})"


def escalate(tx: Tx) -> int:
    """Tells those responsible of overdue tickets again. Returns how many notices."""
    count = 0
    for ticket, holders in service.escalate(tx):
        words = outbox.content(tx, ask_officer.card(tx, ticket, again=True))
        notices = [
            Notice(each.channel, each.chat_id, each.member_id, words)
            for each in ask_officer.reached(tx, holders)
        ]
        count += len(
            outbox.post(
                tx, notices, kind="ticket", kind_id=ticket.id, priority=outbox.REMINDER, due_ms=tx.now_ms
            )
        )
    return count
