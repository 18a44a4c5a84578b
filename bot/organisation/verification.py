"""Verification by a one-time slip: making slips, trying one, a second account's approval.

Whatever is wrong with an attempt (the code, its age, the date, the member), the person hears the same and
the database sees the same statements: nothing tells a stranger who is on the roster.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import and_, case, delete, insert, or_, select, update

from bot.i18n import language
from bot.organisation import queries
from bot.organisation.models import Account, Decision, NotAllowed, Outcome, Result, Standing, Verb
from bot.organisation.rules import has_access, parse_code, with_check_digit
from bot.store import audit, upsert
from bot.store.ids import new_id
from bot.store.tables.organisation import (
    ACTIVE,
    PENDING,
    REVOKED,
    accounts,
    attempts,
    consents,
    members,
    slips,
)
from bot.store.tx import Tx

log = structlog.get_logger()

_HOUR_MS = 3_600_000
_NOBODY = 0  # stands for the member where no slip was found, so that the same statements run


@dataclass(frozen=True, slots=True)
class Limits:
    """How much guessing is borne."""

    tries: int = 5
    """Failures of one messenger account, or with one member's slip, before a lock."""
    lock: timedelta = timedelta(hours=24)
    failures_per_hour: int = 300
    """Failures of everybody together in an hour (UTC); above it nobody is verified until the next."""


LIMITS = Limits()


def make_slip(tx: Tx, member_id: int, by: int | None, days: int = 30) -> str:
    """Makes a slip code for a member and returns its nine digits, which are kept nowhere in clear.

    An older unused slip of the member ends, and so does a lock from wrong dates with it: a new slip is
    the branch's own hand. `by` is the member who makes it (None: the terminal). Raises NotAllowed, and
    LookupError when the member may not use the bot.
    """
    found = queries.member(tx, member_id)
    if found is None or not has_access(found.standing):
        raise LookupError("no member with access")
    if by is not None and not queries.may(tx, by, Verb.MAKE_SLIPS, found.branch_id):
        raise NotAllowed("make_slips")
    tx.run(
        update(slips)
        .where(slips.c.member_id == member_id, slips.c.used_ms.is_(None), slips.c.revoked_ms.is_(None))
        .values(revoked_ms=tx.now_ms)
    )
    tx.run(delete(attempts).where(attempts.c.scope == "member", attempts.c.subject == str(member_id)))
    while True:
        code = with_check_digit(f"{secrets.randbelow(10**8):08d}")
        code_hash = _code_hash(tx, code)
        if tx.first(select(slips.c.id).where(slips.c.code_hash == code_hash)) is None:
            break
    slip_id = new_id()
    tx.run(
        insert(slips).values(
            id=slip_id,
            code_hash=code_hash,
            member_id=member_id,
            made_by=by,
            made_ms=tx.now_ms,
            expires_ms=tx.now_ms + days * 24 * _HOUR_MS,
        )
    )
    audit.record(
        tx, "slip_made", f"slip:{slip_id}", member_id=by, actor="terminal" if by is None else "member"
    )
    return code


def verify_by_slip(
    tx: Tx,
    channel: str,
    user_id: str,
    chat_id: str,
    code: str,
    birth_date: date,
    limits: Limits = LIMITS,
) -> Outcome:
    """Links a messenger account to the member whose slip and birth date it gives.

    Where the member's birth date is not fully known, the year must be right. Every failure is
    `Result.FAILED`; LOCKED, BUSY and ALREADY depend on the asker alone.
    """
    existing = tx.first(
        select(accounts.c.id).where(
            accounts.c.channel == channel, accounts.c.user_id == user_id, accounts.c.state == ACTIVE
        )
    )
    asker, hour = f"{channel}:{user_id}", str(tx.now_ms // _HOUR_MS)
    counted = {
        row.scope: row
        for row in tx.rows(
            select(attempts).where(
                or_(
                    and_(attempts.c.scope == "account", attempts.c.subject == asker),
                    and_(attempts.c.scope == "hour", attempts.c.subject == hour),
                )
            )
        )
    }
    if existing is not None:
        return Outcome(Result.ALREADY)
    mine = counted.get("account")
    if mine is not None and mine.locked_until_ms is not None and mine.locked_until_ms > tx.now_ms:
        return Outcome(Result.LOCKED)
    if "hour" in counted and counted["hour"].failures >= limits.failures_per_hour:
        log.warning("verification_busy", alert=True)
        return Outcome(Result.BUSY)

    slip = tx.first(
        select(slips, members.c.birth_hash, members.c.standing)
        .join(members, members.c.id == slips.c.member_id)
        .where(slips.c.code_hash == _code_hash(tx, parse_code(code) or ""))
        .with_for_update(of=slips)  # it is used once, whoever else types it in another process now
    )
    member_id = _NOBODY if slip is None else slip.member_id
    lock = tx.value(
        select(attempts.c.locked_until_ms).where(
            attempts.c.scope == "member", attempts.c.subject == str(member_id)
        )
    )
    # Both hashes are made and compared in every case, so that time tells nothing either.
    known = (slip.birth_hash if slip is not None else None) or b""
    born = [
        hmac.compare_digest(known, birth_hash(tx, member_id, written))
        for written in (birth_date.isoformat(), str(birth_date.year))
    ]
    if (
        slip is None
        or not any(born)
        or slip.used_ms is not None
        or slip.revoked_ms is not None
        or slip.expires_ms <= tx.now_ms
        or not has_access(Standing(slip.standing))
        or (lock is not None and lock > tx.now_ms)
    ):
        left = _failed(tx, asker, str(member_id), hour, limits)
        return Outcome(Result.FAILED if left > 0 else Result.LOCKED, tries_left=left)
    return _link(tx, slip.id, member_id, channel, user_id, chat_id)


def birth_hash(tx: Tx, member_id: int, written: str) -> bytes:
    """The keyed hash by which a birth date (ISO, or a year) is compared without opening it."""
    return tx.vault.hash("members.birth_date", f"{member_id}:{written}")


def _code_hash(tx: Tx, code: str) -> bytes:
    return tx.vault.hash("slips.code", code)


def _failed(tx: Tx, asker: str, member: str, hour: str, limits: Limits) -> int:
    """Counts a failure against the account, the member and the hour. Returns the account's tries left."""
    failures = 0
    for scope, subject in (("hour", hour), ("member", member), ("account", asker)):
        # A lock that has run out starts the count anew; NOBODY is counted and never locks anyone.
        expired = attempts.c.locked_until_ms <= tx.now_ms
        statement = upsert.insert(tx.conn, attempts).values(
            scope=scope, subject=subject, failures=1, last_ms=tx.now_ms
        )
        statement = statement.on_conflict_do_update(
            index_elements=["scope", "subject"],
            set_={
                "failures": case((expired, 1), else_=attempts.c.failures + 1),
                "last_ms": tx.now_ms,
                "locked_until_ms": None,
            },
        ).returning(attempts.c.failures)
        failures = tx.value(statement)
        limit_reached = scope != "hour" and failures >= limits.tries
        until = tx.now_ms + int(limits.lock.total_seconds() * 1000)
        tx.run(
            update(attempts)
            .where(attempts.c.scope == scope, attempts.c.subject == subject)
            .values(locked_until_ms=until if limit_reached else None)
        )
    log.info("verification_failed", tries_left=max(0, limits.tries - failures))
    if failures == limits.tries:
        audit.record(tx, "verification_locked", f"account:{asker}"[:80], actor="program")
    return max(0, limits.tries - failures)


def _link(tx: Tx, slip_id: int, member_id: int, channel: str, user_id: str, chat_id: str) -> Outcome:
    """The slip is used up; the account is linked, or waits when the member has one on this channel."""
    tx.run(update(slips).where(slips.c.id == slip_id).values(used_ms=tx.now_ms))
    tx.run(
        delete(attempts).where(attempts.c.scope == "account", attempts.c.subject == f"{channel}:{user_id}")
    )
    tx.run(
        update(consents)
        .where(
            consents.c.channel == channel, consents.c.user_id == user_id, consents.c.withdrawn_ms.is_(None)
        )
        .values(member_id=member_id)
    )
    # One user waits for one thing at a time: an earlier claim of theirs ends here.
    tx.run(
        update(accounts)
        .where(accounts.c.channel == channel, accounts.c.user_id == user_id, accounts.c.state == PENDING)
        .values(state=REVOKED, revoked_ms=tx.now_ms)
    )
    second = _active(tx, member_id, channel) is not None
    account_id = new_id()
    tx.run(
        insert(accounts).values(
            id=account_id,
            channel=channel,
            user_id=user_id,
            chat_id=chat_id,
            member_id=member_id,
            language=language(),
            state=PENDING if second else ACTIVE,
            linked_ms=tx.now_ms,
        )
    )
    action = "link_requested" if second else "account_linked"
    audit.record(tx, action, f"account:{account_id}", member_id=member_id)
    return Outcome(Result.PENDING if second else Result.LINKED, queries.account(tx, account_id))


def _active(tx: Tx, member_id: int, channel: str) -> Account | None:
    row = tx.first(
        select(accounts.c.id).where(
            accounts.c.member_id == member_id, accounts.c.channel == channel, accounts.c.state == ACTIVE
        )
    )
    return None if row is None else queries.account(tx, row.id)


def forget_attempts(tx: Tx, before_ms: int) -> None:
    """Deletes counts of failures older than a moment; those of a lock still running stay."""
    tx.run(
        delete(attempts).where(
            attempts.c.last_ms < before_ms,
            or_(attempts.c.locked_until_ms.is_(None), attempts.c.locked_until_ms <= tx.now_ms),
        )
    )


def approvers(tx: Tx, member_id: int) -> list[int]:
    """Who may approve a link of this member, the nearest first; never the member in question."""
    found = queries.member(tx, member_id)
    if found is None:
        return []
    able = queries.who_may(tx, Verb.APPROVE_LINK, found.branch_id)
    return [each for each in able if each != member_id]


def approve_link(tx: Tx, account_id: int, by: int) -> Decision:
    """Makes a waiting account the member's account on its channel; the one it replaces closes.

    Raises NotAllowed (nobody approves their own), and LookupError when it no longer waits.
    """
    waiting = _waiting(tx, account_id, by)
    old = _active(tx, waiting.member_id, waiting.channel)
    tx.run(
        update(accounts)
        .where(
            accounts.c.member_id == waiting.member_id,
            accounts.c.channel == waiting.channel,
            accounts.c.state != REVOKED,
            accounts.c.id != account_id,
        )
        .values(state=REVOKED, revoked_ms=tx.now_ms)
    )
    tx.run(update(accounts).where(accounts.c.id == account_id).values(state=ACTIVE, linked_ms=tx.now_ms))
    audit.record(tx, "link_approved", f"account:{account_id}", member_id=by)
    linked = queries.account(tx, account_id)
    assert linked is not None
    return Decision(linked, old)


def refuse_link(tx: Tx, account_id: int, by: int) -> Decision:
    """Closes a waiting account; the member's present one stays. Raises as `approve_link`."""
    waiting = _waiting(tx, account_id, by)
    tx.run(update(accounts).where(accounts.c.id == account_id).values(state=REVOKED, revoked_ms=tx.now_ms))
    audit.record(tx, "link_refused", f"account:{account_id}", member_id=by)
    return Decision(waiting, _active(tx, waiting.member_id, waiting.channel))


def _waiting(tx: Tx, account_id: int, by: int) -> Account:
    tx.run(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())  # decided once
    waiting = queries.account(tx, account_id)
    if waiting is None or waiting.state != PENDING:
        raise LookupError("no waiting account")
    if by == waiting.member_id or not queries.may(tx, by, Verb.APPROVE_LINK, waiting.branch_id):
        raise NotAllowed("approve_link")
    return waiting
