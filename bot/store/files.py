"""Files: their bytes sealed on disk beside the database, what they are called in the database."""

import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import and_, case, delete, or_, select, update

from bot.store.tables.delivery import file_links, file_references, files
from bot.store.tables.directives import corrections, directives
from bot.store.tables.meetings import meetings
from bot.store.tx import Tx
from bot.store.upsert import insert
from bot.store.vault import Vault

_NAMING = (directives, corrections, meetings)
"""Whose papers have a file."""


class FileBox:
    """The folder of sealed files. Reading and writing block: call it from a thread or the terminal."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def put(self, data: bytes) -> str:
        """Seals bytes on disk and returns their id; the same bytes have the same id and are kept once."""
        file_id = hashlib.sha256(self._vault.hash("files", hashlib.sha256(data).hexdigest())).hexdigest()[:40]
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / file_id
        try:
            os.utime(path)  # wanted anew: `sweep` counts from now
        except FileNotFoundError:
            draft = path.with_suffix(f".{secrets.token_hex(4)}")
            draft.write_bytes(self._vault.seal("files", file_id, data))
            draft.chmod(0o600)
            draft.replace(path)
        return file_id

    def delete(self, file_id: str) -> None:
        """Deletes a file; one that is gone already counts as deleted."""
        (self._folder / file_id).unlink(missing_ok=True)

    def get(self, file_id: str) -> bytes:
        """The bytes of a file. Raises FileNotFoundError."""
        return self._vault.open_bytes("files", file_id, (self._folder / file_id).read_bytes())

    def sweep(self, known: set[str], older_than_s: float = 86_400) -> None:
        """Deletes what no row names and what was written more than so many seconds ago."""
        if not self._folder.exists():
            return
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if path.name not in known and path.stat().st_mtime < time.time() - older_than_s:
                    path.unlink()


def known(tx: Tx) -> set[str]:
    """The ids of all files that have a row."""
    return {row.id for row in tx.rows(select(files.c.id))}


def register(
    tx: Tx,
    file_id: str,
    name: str,
    media_type: str,
    size: int,
    *,
    owner_id: int | None = None,
    until_ms: int | None = None,
) -> None:
    """Notes what a stored file is called (shown to people), its media type and size in bytes.

    `owner_id`: the member whose own data it holds; `until_ms`: when it is deleted (None: kept). A file that is
    known is kept as long as whoever wants it longest says.
    """
    row = insert(tx.conn, files).values(
        id=file_id,
        name=name[:200],
        media_type=media_type,
        size=size,
        made_ms=tx.now_ms,
        owner_id=owner_id,
        until_ms=until_ms,
    )
    asked, known = row.excluded.until_ms, files.c.until_ms
    longest = case((or_(asked.is_(None), known.is_(None)), None), (asked > known, asked), else_=known)
    tx.run(row.on_conflict_do_update(index_elements=["id"], set_={"until_ms": longest, "made_ms": tx.now_ms}))


def is_known(tx: Tx, file_id: str) -> bool:
    """Whether a file has a row."""
    return tx.first(select(files.c.id).where(files.c.id == file_id)) is not None


def expired(tx: Tx) -> list[str]:
    """Files whose time is over: to be deleted from disk, then dropped."""
    return [row.id for row in tx.rows(select(files.c.id).where(files.c.until_ms <= tx.now_ms))]


def end_unused(tx: Tx, ms: int) -> None:
    """Ends the time of files made before a moment (ms) for papers that were never sent: nothing names them."""
    named = [select(each.c.file_id).where(each.c.file_id.is_not(None)) for each in _NAMING]
    unused = and_(*(files.c.id.not_in(each) for each in named))
    mine = (files.c.until_ms.is_(None), files.c.made_ms < ms)
    tx.run(update(files).where(*mine, unused).values(until_ms=tx.now_ms))


def drop(tx: Tx, file_ids: list[str]) -> None:
    """Forgets files that are no longer on disk."""
    for table in (file_references, file_links):
        tx.run(delete(table).where(table.c.file_id.in_(file_ids)))
    tx.run(delete(files).where(files.c.id.in_(file_ids)))


def references(tx: Tx, channel: str) -> dict[str, tuple[str, int | None]]:
    """What a platform calls our files: file id to (reference, valid until ms)."""
    rows = tx.rows(select(file_references).where(file_references.c.channel == channel))
    return {row.file_id: (row.reference, row.valid_until_ms) for row in rows}


def remember(tx: Tx, channel: str, file_id: str, reference: str, valid_until_ms: int | None) -> None:
    """Keeps what a platform calls a file."""
    values = {"reference": reference, "valid_until_ms": valid_until_ms}
    tx.run(
        insert(tx.conn, file_references)
        .values(channel=channel, file_id=file_id, **values)
        .on_conflict_do_update(index_elements=["channel", "file_id"], set_=values)
    )
