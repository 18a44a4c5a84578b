"""Straw polls: the secretary asks and ends them, members answer."""

from functools import partial

from bot.chat.choices import pack
from bot.chat.events import Commanded, Event
from bot.chat.replies import Choice, Say, Toast
from bot.chat.router import Replies, Router
from bot.dialogs import compose_poll
from bot.handlers.gate import MEMBER, by_member
from bot.i18n import _
from bot.meetings import polls, queries, rules, service, texts, texts_polls
from bot.meetings.models import AskPoll, Choose, EndPoll, State
from bot.organisation import queries as people
from bot.organisation.models import Account, Verb
from bot.store.tx import Tx


def _refused(code: str) -> Say:
    return texts_polls.refused(code) or texts.refused(code)


def register(router: Router[Tx]) -> None:
    """Makes the errand known to the router."""
    router.choice(AskPoll, partial(ask, router), Verb.HOLD_MEETING)
    router.choice(EndPoll, end, Verb.HOLD_MEETING)
    router.choice(Choose, choose, MEMBER)
    router.command("poll", partial(poll, router), Verb.HOLD_MEETING)
    router.dialog(
        "compose_poll",
        compose_poll.script,
        version=compose_poll.VERSION_OF_DIALOG,
        title=compose_poll.title,
        need=Verb.HOLD_MEETING,
    )


@by_member(_refused)
def poll(router: Router[Tx], event: Commanded, tx: Tx, account: Account) -> Replies:
    """`thăm dò`: in the meeting that is on."""
    scope = people.scope(tx, account.member_id, Verb.HOLD_MEETING)
    near = queries.in_units(tx, scope, tx.now - rules.LATEST_CODE, tx.now)
    on = [each for each in near if each.state == State.OPEN]
    if not on:
        return Say(_("Thăm dò ý kiến mở được khi cuộc họp đang diễn ra. Nhắn “lịch họp” để xem giờ họp."))
    if len(on) == 1:
        return ask(router, AskPoll(on[0].id), event, tx)
    choices = tuple(Choice(texts.short(each), pack(AskPoll(each.id))) for each in on[:5])
    return Say(_("Thăm dò ở cuộc họp nào?"), choices=choices)


@by_member(_refused)
def ask(router: Router[Tx], choice: AskPoll, event: Event, tx: Tx, account: Account) -> Replies:
    """Begins a poll, or shows how far the open one is."""
    service.for_leader(tx, choice.meeting, account.member_id)
    if (running := polls.open_in(tx, choice.meeting)) is not None:
        return texts_polls.progress(running)
    polls.may_open(tx, choice.meeting, account.member_id)
    return router.begin("compose_poll", event, tx, choice.meeting)


@by_member(_refused)
def choose(choice: Choose, event: Event, tx: Tx, account: Account) -> Replies:
    """A member's answer. What is said back is the same whatever it was."""
    polls.answer(tx, choice.poll, account.member_id, choice.place)
    return [Toast(_("Đã ghi câu trả lời")), texts_polls.answered()]


@by_member(_refused)
def end(choice: EndPoll, event: Event, tx: Tx, account: Account) -> Replies:
    """Ends it. Who asked is told at once; everybody who was asked hears it as a notice."""
    ended = polls.end(tx, choice.poll, account.member_id)
    meeting = queries.get(tx, ended.meeting_id)
    assert meeting is not None
    return texts_polls.result(ended, meeting)
