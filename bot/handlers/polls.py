"""Straw polls: the secretary asks and ends them, members answer."""

from bot.chat.choices import pack
from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event
from bot.chat.replies import Choice, Say, Toast
from bot.chat.router import Replies, Router
from bot.dialogs import compose_poll
from bot.handlers.gate import MEMBER, member_account, not_verified
from bot.i18n import _
from bot.meetings import polls, queries, rules, service, texts, texts_polls
from bot.meetings.models import AskPoll, Choose, EndPoll, State
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store.tx import Tx


def register(router: Router[Tx]) -> None:
    """Makes the errand known to the router."""
    router.choice(AskPoll, lambda choice, event, tx: ask(choice, event, tx, router), Verb.HOLD_MEETING)
    router.choice(EndPoll, end, Verb.HOLD_MEETING)
    router.choice(Choose, choose, MEMBER)
    router.command("poll", lambda event, tx: poll(event, tx, router), Verb.HOLD_MEETING)
    router.dialog(
        "compose_poll",
        compose_poll.script,
        version=compose_poll.VERSION_OF_DIALOG,
        title=compose_poll.title,
        need=Verb.HOLD_MEETING,
    )


def poll(event: Commanded, tx: Tx, router: Router[Tx]) -> Replies:
    """`thăm dò`: in the meeting that is on."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.HOLD_MEETING)
    near = queries.in_units(tx, scope, tx.now - rules.LATEST_CODE, tx.now)
    on = [each for each in near if each.state == State.OPEN]
    if not on:
        return Say(_("Thăm dò ý kiến mở được khi cuộc họp đang diễn ra. Nhắn “lịch họp” để xem giờ họp."))
    if len(on) == 1:
        return ask(AskPoll(on[0].id), event, tx, router)
    choices = tuple(Choice(texts.short(each), pack(AskPoll(each.id))) for each in on[:5])
    return Say(_("Thăm dò ở cuộc họp nào?"), choices=choices)


def ask(choice: AskPoll, event: Event, tx: Tx, router: Router[Tx]) -> Replies:
    """Begins a poll, or shows how far the open one is."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        service.for_leader(tx, choice.meeting, account.member_id)
        if (running := polls.open_in(tx, choice.meeting)) is not None:
            return texts_polls.progress(running)
        polls.may_open(tx, choice.meeting, account.member_id)
    except Refused as refusal:
        return _refused(refusal)
    return router.begin("compose_poll", event, tx, choice.meeting)


def choose(choice: Choose, event: Event, tx: Tx) -> Replies:
    """A member's answer. What is said back is the same whatever it was."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        polls.answer(tx, choice.poll, account.member_id, choice.place)
    except Refused as refusal:
        return _refused(refusal)
    return [Toast(_("Đã ghi câu trả lời")), texts_polls.answered()]


def end(choice: EndPoll, event: Event, tx: Tx) -> Replies:
    """Ends it. Who asked is told at once; everybody who was asked hears it as a notice."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        ended = polls.end(tx, choice.poll, account.member_id)
    except Refused as refusal:
        return _refused(refusal)
    meeting = queries.get(tx, ended.meeting_id)
    assert meeting is not None
    return texts_polls.result(ended, meeting)


def _refused(refusal: Refused) -> Say:
    return texts_polls.refused(refusal.code) or texts.refused(refusal.code)
