"""`sotay understand`: how the bot would read a text, by the very code of the router, without a database."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.handlers.reading import OpenMessage, Situation, read

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
    """The object `sotay understand --json` prints: text, means, sure, command, document."""
    reading = read(
        text,
        situation(open_documents=open_documents, acknowledged=acknowledged, known=known, role=role, now=now),
    )
    return {
        "text": text,
        "means": reading.means,
        "sure": reading.sure,
        "command": reading.command,
        "document": reading.document,
    }
