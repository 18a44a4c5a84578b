"""A member comes late, or asks to be absent: how late, or why. Proof is never asked for."""

import re
from functools import partial
from typing import Any

from bot.chat.errors import Refused
from bot.chat.replies import Reply, Say, To
from bot.chat.talk import Retry, Talk
from bot.chat.text import fold
from bot.dialogs.compose_meeting import member_of, words
from bot.i18n import _
from bot.meetings import queries, rules, service, texts
from bot.meetings.models import Reason, Rsvp
from bot.organisation import queries as people
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1
LATE = {"10": "10", "15": "15", "30": "30", "60": "60"}
"""Minutes offered."""


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("trả lời giấy mời họp")


def late(talk: Talk[Tx]) -> None:
    """How many minutes; then it is noted."""
    meeting_id: int = talk.given()
    minutes: int = int(
        talk.ask(
            "minutes",
            Say(_("Đồng chí đến muộn khoảng bao nhiêu phút?")),
            parse=_minutes,
            options={value: _("{minutes} phút", minutes=value) for value in LATE},
        )
    )
    _answer(talk, meeting_id, Rsvp.LATE, minutes_late=minutes)


def absence(talk: Talk[Tx]) -> None:
    """Reason class, words; then the secretary hears of it."""
    meeting_id: int = talk.given()
    reason = Reason(
        talk.ask(
            "reason",
            Say(
                _("Đồng chí xin vắng vì lý do gì? Chỉ bí thư, phó bí thư thấy lý do này."),
                heading=_("Xin vắng"),
            ),
            options={str(each): _(label) for each, label in texts.REASONS.items()},
        )
    )
    said: str = talk.ask(
        "words",
        Say(_("Đồng chí ghi thêm một câu cho bí thư rõ? Không cần giấy tờ kèm theo.")),
        parse=partial(words, longest=rules.MAX_WORDS),
        options={"-": _("Không ghi thêm")},
    )
    _answer(talk, meeting_id, Rsvp.ABSENT, reason=reason, words="" if said == "-" else said)


def _minutes(text: str) -> int:
    found = re.search(r"\d{1,3}", fold(text))
    if found is None or not 1 <= int(found[0]) <= 180:
        raise Retry(_("Đồng chí nhắn số phút, ví dụ 15."))
    return int(found[0])


def _answer(talk: Talk[Tx], meeting_id: int, said: Rsvp, **more: Any) -> None:
    member_id: int = talk.note("member", partial(member_of, talk))
    try:
        talk.once("answer", partial(_keep, talk, meeting_id, member_id, said, more))
    except Refused as refusal:
        talk.say(texts.refused(refusal.code))
        return
    talk.say(confirmation(talk.tx, meeting_id, member_id))


def _keep(talk: Talk[Tx], meeting_id: int, member_id: int, said: Rsvp, more: dict[str, Any]) -> None:
    talk.say_to(answer(talk.tx, meeting_id, member_id, said, **more))


def answer(tx: Tx, meeting_id: int, member_id: int, said: Rsvp, **more: Any) -> list[To]:
    """Keeps the answer; returns what the secretary hears of an absence. Raises as `service.answer`."""
    meeting = service.answer(tx, meeting_id, member_id, said, **more)
    if said != Rsvp.ABSENT:
        return []
    row = queries.invitee(tx, meeting_id, member_id)
    assert row is not None
    secretary = people.secretary_of(tx, meeting.unit_id) or meeting.author_id
    if secretary == member_id:
        return []
    who = people.names(tx, [member_id])[member_id]
    return to_member(tx, secretary, texts.leave_asked(meeting, row, who))


def confirmation(tx: Tx, meeting_id: int, member_id: int) -> Say:
    """What a member hears of their answer."""
    meeting, row = queries.get(tx, meeting_id), queries.invitee(tx, meeting_id, member_id)
    assert meeting is not None and row is not None
    return texts.answered(meeting, row)


def to_member(tx: Tx, member_id: int, words: Reply) -> list[To]:
    """The words on every account of a member that can be written to."""
    accounts = people.reach(tx, [member_id]).get(member_id, [])
    return [To(each.channel, each.chat_id, words) for each in accounts if not each.blocked]
