"""One-time upload pages: a job that no runner does. Whoever opens the page answers it, once, in time.

The row is the ticket: it is there until it is used or too old. The address carries its id, signed.
"""

import base64
import hmac
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from bot.clock import to_ms
from bot.store.jobs import BY_PAGE, Job, request, row_as_job
from bot.store.tables.jobs import jobs
from bot.store.tx import Tx
from bot.store.vault import Vault

VALID = timedelta(minutes=10)
_MAC_BYTES = 16


def open_page(tx: Tx, place: tuple[str, str, str], asked: Any) -> int:
    """A page for (channel, chat, user), good for `VALID`. Returns the id of the job that the file will answer."""
    return request(tx, BY_PAGE, place, asked)


def token(vault: Vault, job_id: int) -> str:
    """What the address of a page ends with: nobody can guess or alter it."""
    mac = vault.hash("upload_pages", str(job_id))[:_MAC_BYTES]
    return f"{job_id:x}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def find(tx: Tx, given: str) -> Job | None:
    """The page of an address; None when it is forged, used or too old."""
    key, _dot, _mac = given.partition(".")
    try:
        job_id = int(key, 16)
    except ValueError:
        return None
    if not 0 < job_id < 1 << 63 or not hmac.compare_digest(token(tx.vault, job_id).encode(), given.encode()):
        return None
    since = to_ms(tx.now - VALID)
    row = tx.first(
        select(jobs).where(
            jobs.c.id == job_id, jobs.c.kind == BY_PAGE, jobs.c.attempts == 0, jobs.c.made_ms > since
        )
    )
    return None if row is None else row_as_job(tx, row)


def claim(tx: Tx, given: str) -> Job | None:
    """The same, and nobody else gets it any more: called when the whole file is there, not before.

    A connection that breaks half way so costs nothing but another try.
    """
    job = find(tx, given)
    if job is None:
        return None
    taken = tx.run(update(jobs).where(jobs.c.id == job.id, jobs.c.attempts == 0).values(attempts=1))
    return job if taken.rowcount == 1 else None


def forget_expired(tx: Tx) -> None:
    """Deletes pages that can take nothing any more."""
    # Twice the time: one that was claimed in its last second is still being checked.
    tx.run(delete(jobs).where(jobs.c.kind == BY_PAGE, jobs.c.made_ms < to_ms(tx.now - 2 * VALID)))
