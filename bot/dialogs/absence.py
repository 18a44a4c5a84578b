"""A member comes late, or asks to be absent: how late, or why. Proof is never asked for."""

import re
from functools import partial
from typing import Any

from bot.chat.errors import Refused
from bot.chat.replies import Reply, Say, To
from bot.chat.talk import Retry, Talk
from bot.chat.text import fold
from bot.dialogs.compose_meeting import member_of, words
from bot.i18n import _, number
from bot.meetings import queries, rules, service, texts
from bot.meetings.answering import is_bare_yes, read_answer, without_papers
from bot.meetings.models import Reason, Rsvp
from bot.organisation import queries as people
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1
LATE = {"10": "10", "15": "15", "30": "30", "60": "60"}
"""Minutes offered."""
MOST_LATE = 180
"""Minutes."""
_FIGURE = re.compile(r"(?<![\d/-])\d{1,3}(?!\d| ?(?:h|gio|tieng|/))")
_HOURS = re.compile(r"(?<!\d)(\d{1,2})\s*(?:h|g|giờ|gio|tiếng|tieng|:)\s*(\d{1,2})(?!\d)")
"""“1h15” is a while, “19h45” the time of a clock: only what is short enough counts as minutes."""
_NOTHING = re.compile(r"(?:da |thoi )?(?:khong|ko|k|kg)(?: (?:can|co|ghi|gi|them|nua|a|nhe))*")
_BECAUSE = re.compile(r"(?:vi(?! sao)|do|tai(?! sao)|boi|ly do)(?: la)? \S+ \S+")


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("trả lời giấy mời họp")


def late(talk: Talk[Tx]) -> None:
    """How many minutes; then it is noted. Who comes in time after all, or not at all, may say so here."""
    _late(talk, talk.given())


def absence(talk: Talk[Tx]) -> None:
    """Reason class, words; then the secretary hears of it. Who comes after all may say so here."""
    _absent(talk, talk.given(), [])


def _late(talk: Talk[Tx], meeting_id: int) -> None:
    said: Any = talk.ask(
        "minutes",
        Say(_("Đồng chí đến muộn khoảng bao nhiêu phút?")),
        parse=_minutes,
        options={value: _("{minutes} phút", minutes=value) for value in LATE},
    )
    if said == Rsvp.YES:
        _answer(talk, meeting_id, Rsvp.YES)
    elif isinstance(said, list):
        _absent(talk, meeting_id, said)
    else:
        _answer(talk, meeting_id, Rsvp.LATE, minutes_late=int(said))


def _absent(talk: Talk[Tx], meeting_id: int, told: list[str]) -> None:
    """`told`: the reason and its words, as far as they were said before."""
    said: Any = told or talk.ask(
        "reason",
        Say(
            _("Đồng chí xin vắng vì lý do gì? Chỉ bí thư, phó bí thư thấy lý do này."),
            heading=_("Xin vắng"),
        ),
        parse=_reason,
        options={str(each): _(label) for each, label in texts.REASONS.items()},
    )
    if said == Rsvp.YES:
        _answer(talk, meeting_id, Rsvp.YES)
    elif said == Rsvp.LATE:
        _late(talk, meeting_id)
    elif isinstance(said, int):
        _answer(talk, meeting_id, Rsvp.LATE, minutes_late=said)
    elif isinstance(said, list):
        _answer(talk, meeting_id, Rsvp.ABSENT, reason=Reason(said[0]), words=said[1])
    else:
        more: str = talk.ask(
            "words",
            Say(_("Đồng chí ghi thêm một câu cho bí thư rõ? Không cần giấy tờ kèm theo.")),
            parse=_more,
            options={"-": _("Không ghi thêm")},
        )
        _answer(talk, meeting_id, Rsvp.ABSENT, reason=Reason(said), words="" if more == "-" else more)


def _more(text: str) -> str:
    """A sentence for the secretary; "-" where “không” answers the question. Raises Retry."""
    return "-" if _NOTHING.fullmatch(fold(text)) else words(text, longest=rules.MAX_WORDS)


def _minutes(text: str) -> Any:
    """Minutes; "yes" for who comes in time, [reason, words] or [] for who does not come. Raises Retry."""
    text = without_papers(text)
    if hours := _HOURS.search(text.lower()):
        minutes = int(hours[1]) * 60 + int(hours[2])
    else:
        found = _FIGURE.search(fold(text))
        minutes = read_answer(f"đến muộn {text}").minutes_late or (int(found[0]) if found else 0)
    if 1 <= minutes <= MOST_LATE:
        return minutes
    other = _instead(text) if not minutes else None
    if isinstance(other, list) or other == Rsvp.YES:
        return other
    if not minutes and read_answer(text).means == "absent":
        return []
    raise Retry(
        _("Đồng chí nhắn số phút, từ 1 đến {most}, ví dụ 15 hoặc “nửa tiếng”.", most=number(MOST_LATE))
    )


def _reason(text: str) -> Any:
    """[reason, words]; "yes", "late" or minutes for who comes after all. Raises Retry."""
    if (other := _instead(text)) is not None:
        return other
    if _BECAUSE.match(fold(text)):
        return [Reason.OTHER, words(text, longest=rules.MAX_WORDS)]
    raise Retry(
        _("Đồng chí chọn một lý do bên dưới, hoặc viết ra, ví dụ “vì xe hỏng”. Dự được thì nhắn “sẽ dự”.")
    )


def _instead(text: str) -> Any:
    """What a sentence says without picking: [reason, words], "yes", "late", minutes; None when nothing is sure."""
    read = read_answer(text)
    if read.means == "absent" and read.reason is not None:
        return [read.reason, words(text, longest=rules.MAX_WORDS)]
    if read.means == "late":
        return read.minutes_late if 0 < (read.minutes_late or 0) <= MOST_LATE else Rsvp.LATE
    if read.means == "yes" and not is_bare_yes(text) and any(char.isalpha() for char in text):
        return Rsvp.YES
    return None


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
