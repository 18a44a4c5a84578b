"""Slow work: a row written in the event's commit, done outside any transaction, answered through the inbox."""

import json
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, insert, select, update

from bot.store import inbox, inbox_shared, signals
from bot.store.ids import new_id
from bot.store.tables.jobs import jobs
from bot.store.tx import Tx

CHANNEL = "job"
"""The inbox's channel for finished jobs: they go the ordinary way, in their chat's order."""
MAX_ATTEMPTS = 3
BY_PAGE = "upload"
"""A kind that no runner does: a person answers it through a page (`store.upload_pages`)."""


class Job(NamedTuple):
    """One piece of slow work, and the address that waits for it."""

    id: int
    kind: str
    channel: str
    chat_id: str
    user_id: str
    asked: Any
    attempts: int


def request(tx: Tx, kind: str, place: tuple[str, str, str], asked: Any) -> int:
    """Asks for slow work in the name of (channel, chat, user). `asked` is a JSON value. Returns the job's id."""
    job_id = new_id()
    tx.asked_for_work = True
    channel, chat_id, user_id = place
    tx.run(
        insert(jobs).values(
            id=job_id,
            kind=kind,
            channel=channel,
            chat_id=chat_id,
            user_id=user_id,
            asked=tx.vault.seal("jobs.asked", job_id, json.dumps(asked)),
            attempts=0,
            made_ms=tx.now_ms,
        )
    )
    signals.tell(tx, signals.JOBS)
    return job_id


def unfinished(tx: Tx) -> list[Job]:
    """All jobs not yet answered, the oldest first; one found after a crash runs again."""
    wanted = select(jobs).where(jobs.c.kind != BY_PAGE).order_by(jobs.c.id)
    return [row_as_job(tx, row) for row in tx.rows(wanted)]


def row_as_job(tx: Tx, row: Row[Any]) -> Job:
    """A row of the table, opened."""
    asked = json.loads(tx.vault.open("jobs.asked", row.id, row.asked))
    return Job(row.id, row.kind, row.channel, row.chat_id, row.user_id, asked, row.attempts)


def begin(tx: Tx, job_id: int) -> None:
    """Counts one more attempt, before it starts: a job that kills the process is given up in the end."""
    tx.run(update(jobs).where(jobs.c.id == job_id).values(attempts=jobs.c.attempts + 1))


def drop(tx: Tx, job_id: int) -> None:
    """Forgets a job that was answered another way."""
    tx.run(delete(jobs).where(jobs.c.id == job_id))


def finish(tx: Tx, job: Job, result: Any) -> inbox.Waiting | None:
    """Puts the result (a JSON value) into the inbox and deletes the job.

    Returns what this process has to handle now: None when that was done before, and on PostgreSQL, where
    whoever claims the chat handles it.
    """
    body = json.dumps(
        {
            "job": job.id,
            "channel": job.channel,
            "chat_id": job.chat_id,
            "user_id": job.user_id,
            "result": result,
        }
    ).encode()
    drop(tx, job.id)
    key = f"{job.channel}:{job.chat_id}"
    if tx.conn.dialect.name != "sqlite":
        inbox_shared.put(tx, [inbox_shared.Arrived(CHANNEL, str(job.id), key, body)])
        return None
    row_id = inbox.put(tx, CHANNEL, str(job.id), key, body)
    return None if row_id is None else inbox.Waiting(row_id, CHANNEL, key, body, tx.now_ms)
