"""`sotay understand`: how the bot would read a text, by the very code of the router, without a database."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.chat.dates import read_meeting_time, read_moment
from bot.handlers.reading import OpenMessage, Situation, read
from bot.handlers.vocabulary_plain import plain_command
from bot.meetings.answering import read_answer
from bot.meetings.models import Reason

_TIMED = ("compose", "remind", "meeting")
REASON_WORDS = {
    Reason.DUTY: "công tác",
    Reason.ILL: "ốm",
    Reason.BIRTH: "thai sản",
    Reason.STUDY: "học",
    Reason.FAMILY: "việc gia đình",
    Reason.OTHER: "khác",
}
"""The classes as the command prints them, whatever the language."""
LABELS = ("Đã đọc, tiếp thu", "Xem toàn văn", "Hỏi lại")


def situation(
    *,
    open_documents: Sequence[str],
    acknowledged: Sequence[str],
    known: Sequence[str],
    role: str,
    now: datetime,
) -> Situation:
    """A chat in which the cards of these documents are open, the first named the newest, minutes apart."""
    cards = tuple(
        OpenMessage(
            about=about,
            card=True,
            labels=LABELS,
            payloads=(f"ack:{index}", f"full:{index}", f"ask:{index}"),
            reached_at=now - timedelta(minutes=5 * (index + 1)),
        )
        for index, about in enumerate(open_documents)
    )
    return Situation(cards, tuple(acknowledged), tuple(known), role, now)


def understand(
    text: str,
    *,
    open_documents: Sequence[str],
    acknowledged: Sequence[str],
    known: Sequence[str],
    role: str,
    now: datetime,
) -> dict[str, object]:
    """The object `sotay understand --json` prints: text, means, sure, command, document, at, ambiguous.

    `at` is the moment a time phrase names, ISO with +07:00, where the text is no answer to a card.
    """
    if (plain := plain_command(text)) is not None:
        named = plain.document
        full = next(
            (each for each in (*open_documents, *known) if named and each.startswith(f"{named}-")), named
        )
        return {
            "text": text,
            "means": "command",
            "sure": True,
            "command": plain.name,
            "document": full,
            "at": None,
            "ambiguous": False,
        }
    reading = read(
        text,
        situation(open_documents=open_documents, acknowledged=acknowledged, known=known, role=role, now=now),
    )
    timed = reading.means in ("question", "other", "unclear") or reading.command in _TIMED
    at, ambiguous = read_moment(text, now) if timed else (None, False)
    return {
        "text": text,
        "means": reading.means,
        "sure": reading.sure,
        "command": reading.command,
        "document": reading.document,
        "at": at.isoformat() if at else None,
        "ambiguous": ambiguous,
    }


def understand_answer(text: str, *, now: datetime) -> dict[str, object]:
    """The object `sotay understand --open meeting --json` prints, with an invitation open.

    text, means ("yes", "late", "absent", "undecided", "unclear"), minutes_late, reason (a class in Vietnamese),
    and for a time phrase `at` (ISO with +07:00) and `ambiguous` (the bot must ask).
    """
    answered = read_answer(text)
    at, ambiguous = read_meeting_time(text, now) if answered.means == "unclear" else (None, False)
    return {
        "text": text,
        "means": answered.means,
        "minutes_late": answered.minutes_late,
        "reason": REASON_WORDS[answered.reason] if answered.reason else None,
        "at": at.isoformat() if at else None,
        "ambiguous": ambiguous,
    }
