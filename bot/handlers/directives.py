"""A member and a directive: acknowledge, take back, read it in full, ask, list what waits."""

from collections.abc import Collection
from functools import partial

from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event
from bot.chat.replies import Say, Toast
from bot.chat.router import Replies, Router
from bot.dialogs import ask_author
from bot.directives import checking, queries, service, texts, texts_checks, together
from bot.directives.gate.models import Why
from bot.directives.models import (
    Acknowledge,
    AcknowledgeAll,
    AnswerCheck,
    AskAuthor,
    FullText,
    ShowPaper,
    Undo,
)
from bot.handlers.gate import MEMBER, by_member
from bot.i18n import _, plural
from bot.organisation.models import Account
from bot.store.tx import Tx


def register(router: Router[Tx], rule: Collection[Why] = ()) -> None:
    """Makes the errand known to the router. `rule` holds the marks that the channels may carry."""
    router.choice(Acknowledge, acknowledge, MEMBER)
    router.choice(AnswerCheck, answer, MEMBER)
    router.choice(AcknowledgeAll, acknowledge_all, MEMBER)
    router.choice(ShowPaper, show_paper, MEMBER)
    router.choice(Undo, undo, MEMBER)
    router.choice(FullText, full_text, MEMBER)
    router.choice(AskAuthor, partial(ask, router), MEMBER)
    router.command("inbox", mine, MEMBER)
    router.dialog(
        "ask_author",
        partial(ask_author.script, rule=rule),
        version=ask_author.VERSION_OF_DIALOG,
        title=ask_author.title,
        need=MEMBER,
    )


@by_member(texts.refused)
def acknowledge(choice: Acknowledge, event: Event, tx: Tx, account: Account) -> Replies:
    """Records that the member read the directive; the answer names it and can be taken back."""
    try:
        done = service.acknowledge(
            tx, choice.directive, account.member_id, account.channel, choice.version, event.at
        )
    except Refused as refusal:
        return _not_yet(tx, refusal.code, choice.directive, account.member_id)
    note = _("Đã ghi nhận {number}", number=done.directive.number)
    return [Toast(note), texts.acknowledged(done)]


@by_member(texts.refused)
def answer(choice: AnswerCheck, event: Event, tx: Tx, account: Account) -> Replies:
    """Takes the answer to one question; the next follows, or the acknowledgement."""
    member_id, channel = account.member_id, account.channel
    try:
        result = checking.answer(
            tx, choice.directive, member_id, channel, choice.version, choice.place, choice.option, event.at
        )
    except Refused as refusal:
        return _not_yet(tx, refusal.code, choice.directive, member_id)
    return texts_checks.answered(service.for_recipient(tx, choice.directive, member_id), result)


def _not_yet(tx: Tx, code: str, directive_id: int, member_id: int) -> Replies:
    """Why nothing was acknowledged, with what to do for it: the question that waits, or the new card."""
    if code not in ("unanswered", "answered", "corrected"):
        return texts.refused(code)
    directive = service.for_recipient(tx, directive_id, member_id)
    if code == "corrected":
        return [texts.refused(code), texts.card(directive)]
    waiting = checking.next_of(tx, directive_id, member_id)
    if waiting is None:
        return texts.refused("answered")
    if code == "unanswered":
        return texts_checks.first(directive, *waiting)
    return texts_checks.question(directive, *waiting, texts.refused("answered").text)


@by_member(texts.refused)
def undo(choice: Undo, event: Event, tx: Tx, account: Account) -> Replies:
    """Takes an acknowledgement back."""
    directive = service.undo(tx, choice.directive, account.member_id)
    return texts.undone(directive)


@by_member(texts.refused)
def full_text(choice: FullText, event: Event, tx: Tx, account: Account) -> Replies:
    """Sends the file."""
    directive = service.for_recipient(tx, choice.directive, account.member_id)
    if directive.file is None:
        return texts.refused("no_file")
    return Say(_("Toàn văn {document}", document=texts.name(directive)), file=directive.file)


@by_member(texts.refused)
def ask(router: Router[Tx], choice: AskAuthor, event: Event, tx: Tx, account: Account) -> Replies:
    """Begins the question to the author."""
    service.for_recipient(tx, choice.directive, account.member_id)
    return router.begin("ask_author", event, tx, choice.directive)


@by_member(texts.refused)
def mine(event: Commanded, tx: Tx, account: Account) -> Replies:
    """What waits for this member, and one card to answer at once."""
    waiting = [each.directive for each in queries.awaiting(tx, account.member_id)]
    if not waiting:
        return texts.refused("nothing_open")
    if len(waiting) == 1:
        return texts.card(waiting[0])
    return texts.open_papers(waiting, texts.waiting_papers(len(waiting)), tx.now_ms)


@by_member(texts.refused)
def show_paper(choice: ShowPaper, event: Event, tx: Tx, account: Account) -> Replies:
    """The card of one of several papers."""
    return texts.card(service.for_recipient(tx, choice.directive, account.member_id))


@by_member(texts.refused)
def acknowledge_all(choice: AcknowledgeAll, event: Event, tx: Tx, account: Account) -> Replies:
    """Acknowledges the papers that one message listed."""
    done = together.acknowledge_all(
        tx, account.member_id, account.channel, choice.first, choice.last, choice.by_ms, event.at
    )
    waiting = queries.of_member(tx, account.member_id)
    left = [each for each, at in waiting if at is None and choice.first <= each.id <= choice.last][::-1]
    if not done and not left:
        return texts.refused("nothing_open")
    said: list[Say | Toast] = []
    if len(done) == 1:
        said = [texts.acknowledged(done[0])]
    elif done:
        note = plural("Đã ghi nhận {n} văn bản", "Đã ghi nhận {n} văn bản", len(done))
        said = [Toast(note), texts.acknowledged_together(done)]
    return [*said, texts.to_open_alone(left)] if left else said
