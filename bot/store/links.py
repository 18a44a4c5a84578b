"""Links to files: one for each person, signed, ending, revocable."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select, update

from bot.store.ids import new_id
from bot.store.tables.delivery import file_links, files
from bot.store.tx import Tx
from bot.store.vault import Vault

DAY_MS = 24 * 3600 * 1000
MOST_DEVICES = 3
"""A messenger's own browser, the phone's, a computer's: a link that went further is of no use there."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that can be opened now."""

    id: int
    file_id: str
    name: str
    media_type: str
    channel: str
    chat_id: str
    devices: int


def make(tx: Tx, file_id: str, place: tuple[str, str], days: int) -> str:
    """Makes a link to a file for the person of (channel, chat); returns its token for the address."""
    row_id = new_id()
    channel, chat_id = place
    until = {"made_ms": tx.now_ms, "expires_ms": tx.now_ms + days * DAY_MS}
    tx.run(
        insert(file_links).values(
            id=row_id, file_id=file_id, channel=channel, chat_id=chat_id, devices=0, **until
        )
    )
    return f"{row_id:x}-{_signature(tx.vault, row_id)}"


def find(tx: Tx, token: str) -> Link | None:
    """The link, if it is ours, has not ended and was not revoked."""
    number, _dash, signature = token.partition("-")
    try:
        row_id = int(number, 16)
    except ValueError:
        return None
    if row_id >= 1 << 63 or not hmac.compare_digest(
        signature.encode(), _signature(tx.vault, row_id).encode()
    ):
        return None
    row = tx.first(
        select(file_links, files.c.name, files.c.media_type)
        .join(files, files.c.id == file_links.c.file_id)
        .where(
            file_links.c.id == row_id, file_links.c.revoked_ms.is_(None), file_links.c.expires_ms > tx.now_ms
        )
    )
    if row is None:
        return None
    return Link(row.id, row.file_id, row.name, row.media_type, row.channel, row.chat_id, row.devices)


def _signature(vault: Vault, row_id: int) -> str:
    return vault.hash("file_links", str(row_id)).hex()[:32]


def another_device(tx: Tx, link: Link) -> bool:
    """Counts one more device that opens it; False when there were enough."""
    mine = (file_links.c.id == link.id, file_links.c.devices < MOST_DEVICES)
    return tx.run(update(file_links).where(*mine).values(devices=file_links.c.devices + 1)).rowcount > 0


def revoke(tx: Tx, file_id: str) -> None:
    """Ends the links to a file."""
    _revoke(tx, file_links.c.file_id == file_id)


def revoke_of(tx: Tx, channel: str, chat_ids: Sequence[str]) -> None:
    """Ends the links of these people's chats."""
    _revoke(tx, file_links.c.channel == channel, file_links.c.chat_id.in_(chat_ids))


def _revoke(tx: Tx, *mine: ColumnElement[bool]) -> None:
    tx.run(update(file_links).where(*mine, file_links.c.revoked_ms.is_(None)).values(revoked_ms=tx.now_ms))


def forget_expired(tx: Tx) -> None:
    """Deletes what can no longer be opened."""
    tx.run(delete(file_links).where(file_links.c.expires_ms <= tx.now_ms))
