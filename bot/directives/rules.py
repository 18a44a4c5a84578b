"""Rules of directives: pure functions."""

from datetime import datetime, timedelta

from bot.delivery import outbox
from bot.directives.models import Audience, Urgency
from bot.organisation.models import Member
from bot.organisation.rules import is_member

UNDO_WITHIN = timedelta(minutes=10)
"""How long an acknowledgement can be taken back as if it had never been."""

REMIND_EVERY = timedelta(hours=4)
"""A person reminds of one directive at most this often."""

PRIORITY = {
    Urgency.FLASH: outbox.FLASH,
    Urgency.EXPRESS: outbox.EXPRESS,
    Urgency.URGENT: outbox.URGENT,
    Urgency.NORMAL: outbox.NORMAL,
}
MAX_TITLE = 300
MAX_SUMMARY = 1_000
FILE_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""What a directive's file may be: what every channel takes."""
MAX_FILE = 5 * 1024 * 1024
"""Bytes: what a Zalo Official Account takes."""


MAX_CHECKS = 3
"""Questions after "đã đọc", each with 2 to MAX_OPTIONS answers: a number on every phone."""
MAX_OPTIONS = 4
MAX_QUESTION = 300
MAX_OPTION = 60
"""Characters: what a button shows."""
RESULTS_FROM = 5
"""So many answers a question needs before its result is shown: of fewer it would be known who was wrong."""

CLOSES_AFTER = timedelta(days=30)
"""So long after its deadline a directive is still brought to who has missed it."""
CLOSES_WITHOUT = timedelta(days=90)
"""The same from its sending on, or its hour, where it has no deadline."""


def reminder_priority(urgency: Urgency) -> int:
    """Of a reminder: behind every paper, unless it is hỏa tốc."""
    return outbox.FLASH if urgency == Urgency.FLASH else outbox.REMINDER


def belongs(member: Member, audience: Audience) -> bool:
    """Whether a member of the audience's units is meant."""
    return (
        is_member(member.standing)
        and audience.kind in ("", member.membership)
        and member.id not in audience.without
    )


def is_late(at: datetime, deadline: datetime | None) -> bool:
    """Whether an acknowledgement at this moment comes after the deadline."""
    return deadline is not None and at > deadline


def may_undo(acknowledged_at: datetime, now: datetime) -> bool:
    """Whether an acknowledgement may still be taken back."""
    return now - acknowledged_at <= UNDO_WITHIN


def looks_like(name: str, data: bytes) -> str | None:
    """The media type of a directive's file, by name and content; None when it is none we take."""
    suffix = "." + name.rsplit(".", 1)[-1].lower()
    magic = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04"}
    if suffix in magic and data.startswith(magic[suffix]):
        return FILE_TYPES[suffix]
    return None
