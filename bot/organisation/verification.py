"""Proving who one is: making slips, trying a slip or a number, and the limits on guessing.

Whatever is wrong with an attempt (the code, its age, the date, the member), the person hears the same and
the database sees the same statements: nothing tells a stranger who is on the roster. What follows a proof
is in `linking`; alarms go out later, from `untold_locks`, so that they tell nothing either.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import BigInteger, Select, and_, case, delete, insert, literal, or_, select, update

from bot.organisation import linking, queries
from bot.organisation.models import Claim, NotAllowed, Outcome, Place, Result, Standing, Verb, Way
from bot.organisation.rules import WAYS, has_access, parse_code, parse_number, parse_phone, with_check_digit
from bot.store import audit, upsert
from bot.store.ids import new_id
from bot.store.tables.organisation import ACTIVE, accounts, attempts, members, slips
from bot.store.tx import Tx
from bot.store.vault import Vault

log = structlog.get_logger()

_HOUR_MS = 3_600_000
_NOBODY = 0  # stands for the member where no slip was found, so that the same statements run


@dataclass(frozen=True, slots=True)
class Limits:
    """How much guessing is borne."""

    tries: int = 5
    """Failures of one messenger account, with one member's slip, or with one member's numbers, before a lock.

    The last two are counted apart: whoever guesses at numbers does not lock the slip in a member's hand.
    """
    lock: timedelta = timedelta(hours=24)
    failures_per_hour: int = 300
    """Failures of everybody together in an hour (UTC). Above it only an account's first attempt is decided:
    a flood from throw-away accounts gets one guess an account, and who holds a slip still gets in."""


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
    if by is not None and not (
        queries.may(tx, by, Verb.MAKE_SLIPS, found.branch_id)
        and (by == member_id or linking.may_vouch(tx, by, member_id, found.branch_id))
    ):
        raise NotAllowed("make_slips")
    tx.run(
        update(slips)
        .where(slips.c.member_id == member_id, slips.c.used_ms.is_(None), slips.c.revoked_ms.is_(None))
        .values(revoked_ms=tx.now_ms)
    )
    tx.run(
        delete(attempts).where(
            attempts.c.scope.in_(("member", "claim")), attempts.c.subject == str(member_id)
        )
    )
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


def revoke_slips(tx: Tx, member_id: int, by: int | None) -> int:
    """Makes a member's unused slips worthless. Returns how many. Raises NotAllowed."""
    found = queries.member(tx, member_id)
    if by is not None and (found is None or not queries.may(tx, by, Verb.MAKE_SLIPS, found.branch_id)):
        raise NotAllowed("make_slips")
    ended = tx.rows(
        update(slips)
        .where(slips.c.member_id == member_id, slips.c.used_ms.is_(None), slips.c.revoked_ms.is_(None))
        .values(revoked_ms=tx.now_ms)
        .returning(slips.c.id)
    )
    actor = "terminal" if by is None else "member"
    for slip in ended:
        audit.record(tx, "slip_revoked", f"slip:{slip.id}", member_id=by, actor=actor)
    return len(ended)


def verify_by_slip(
    tx: Tx,
    channel: str,
    user_id: str,
    chat_id: str,
    code: str,
    birth_date: date,
    limits: Limits = LIMITS,
) -> Outcome:
    """`verify` with a slip."""
    return verify(tx, Place(channel, user_id, chat_id), Claim(Way.SLIP, code), birth_date, limits)


def verify(tx: Tx, place: Place, claim: Claim, birth_date: date, limits: Limits = LIMITS) -> Outcome:
    """Links a messenger account to the member whose slip or number, and birth date, it gives.

    Where the member's birth date is not fully known, the year must be right. Every failure is
    `Result.FAILED`; LOCKED, BUSY and ALREADY depend on the asker alone. A way that needs approval, and a
    second account of a member, end as PENDING. On a neutral way a right claim counts like a wrong one, the lock
    shows only at the next, and the same claim again within a day asks nobody: PENDING without an account.
    """
    existing = tx.first(
        select(accounts.c.id).where(
            accounts.c.channel == place.channel,
            accounts.c.user_id == place.user_id,
            accounts.c.state == ACTIVE,
        )
    )
    asker, hour = f"{place.channel}:{place.user_id}", str(tx.now_ms // _HOUR_MS)
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
    if mine is not None and "hour" in counted and counted["hour"].failures >= limits.failures_per_hour:
        log.warning("verification_busy", alert=True)
        return Outcome(Result.BUSY)

    # Several members may share a phone number; the birth date tells them apart, or nothing does.
    found = tx.rows(_candidates(tx, claim))
    right = [row for row in found if _born(tx, row.member_id, row.birth_hash, birth_date)]
    _born(tx, _NOBODY, None, birth_date)  # so that finding nobody takes the time of finding one, too
    matched = right[0] if len(right) == 1 else None
    member_id = matched.member_id if matched else found[0].member_id if found else _NOBODY
    scope, neutral = "member" if claim.way == Way.SLIP else "claim", WAYS[claim.way].neutral
    lock = tx.value(
        select(attempts.c.locked_until_ms).where(
            attempts.c.scope == scope, attempts.c.subject == str(member_id)
        )
    )
    if (
        matched is None
        or place.channel not in WAYS[claim.way].channels
        or not has_access(Standing(matched.standing))
        or (lock is not None and lock > tx.now_ms)
    ):
        left = _failed(tx, asker, (("hour", hour), (scope, str(member_id)), ("account", asker)), limits)
        return Outcome(Result.FAILED if left > 0 or neutral else Result.LOCKED, tries_left=left)
    if neutral:
        _failed(tx, asker, (("account", asker),), limits)
        if not _first_of_day(tx, asker, member_id):
            return Outcome(Result.PENDING)
        return linking.link(tx, place, member_id, claim.way)
    if claim.way == Way.SLIP:
        tx.run(
            update(slips)
            .where(slips.c.code_hash == _code_hash(tx, parse_code(claim.key) or ""))
            .values(used_ms=tx.now_ms)
        )
    tx.run(delete(attempts).where(attempts.c.scope == "account", attempts.c.subject == asker))
    return linking.link(tx, place, member_id, claim.way)


def _candidates(tx: Tx, claim: Claim) -> Select[tuple[int, bytes | None, str]]:
    """Whose slip or number this is: one statement, whether there is such a member or not."""
    who = select(members.c.id.label("member_id"), members.c.birth_hash, members.c.standing)
    if claim.way == Way.SLIP:
        of_slip = who.join(slips, slips.c.member_id == members.c.id).where(
            slips.c.code_hash == _code_hash(tx, parse_code(claim.key) or ""),
            slips.c.used_ms.is_(None),
            slips.c.revoked_ms.is_(None),
            slips.c.expires_ms > tx.now_ms,
        )
        return of_slip.with_for_update(of=slips)  # used once, whoever else types it in another process now
    if claim.way == Way.NUMBER:
        number = parse_number(claim.key) or ""
        return who.where(
            or_(
                members.c.card_hash == tx.vault.hash("members.card_number", number),
                members.c.dossier_hash == dossier_hash(tx.vault, number),
            )
        )
    phone = parse_phone(claim.key) or ""
    return who.where(members.c.phone_hash == tx.vault.hash("members.phone", phone)).order_by(members.c.id)


def _born(tx: Tx, member_id: int, known: bytes | None, birth_date: date) -> bool:
    # Both hashes are made and compared in every case, so that time tells nothing either.
    return any(
        [
            hmac.compare_digest(known or b"", birth_hash(tx.vault, member_id, written))
            for written in (birth_date.isoformat(), str(birth_date.year))
        ]
    )


def birth_hash(vault: Vault, member_id: int, written: str) -> bytes:
    """The keyed hash by which a birth date (ISO, or a year) is compared without opening it."""
    return vault.hash("members.birth_date", f"{member_id}:{written}")


def dossier_hash(vault: Vault, number: str) -> bytes:
    """The keyed hash by which a dossier number is found, as `rules.parse_number` gives it."""
    return vault.hash("members.dossier", number)


def _code_hash(tx: Tx, code: str) -> bytes:
    return tx.vault.hash("slips.code", code)


def _first_of_day(tx: Tx, asker: str, member_id: int) -> bool:
    """Whether this account has not claimed to be this member since a day; now it has."""
    subject = f"{member_id}:{tx.vault.hash('attempts.account', asker).hex()[:32]}"
    key = (attempts.c.scope == "asked", attempts.c.subject == subject)
    at = tx.value(select(attempts.c.last_ms).where(*key))
    if at is not None and at > tx.now_ms - 24 * _HOUR_MS:
        return False
    tx.run(delete(attempts).where(*key))
    tx.run(insert(attempts).values(scope="asked", subject=subject, failures=0, last_ms=tx.now_ms))
    return True


def _failed(tx: Tx, asker: str, counts: Sequence[tuple[str, str]], limits: Limits) -> int:
    """Counts a failure against each scope and subject, the account's the last. Returns the account's tries left."""
    failures = 0
    for kind, subject in counts:
        # A lock that has run out starts the count anew; NOBODY is counted and never locks anyone.
        expired = attempts.c.locked_until_ms <= tx.now_ms
        counting = case((expired, 1), else_=attempts.c.failures + 1)
        until = tx.now_ms + int(limits.lock.total_seconds() * 1000) if kind != "hour" else None
        statement = upsert.insert(tx.conn, attempts).values(
            scope=kind, subject=subject, failures=1, last_ms=tx.now_ms
        )
        statement = statement.on_conflict_do_update(
            index_elements=["scope", "subject"],
            set_={
                "failures": counting,
                "last_ms": tx.now_ms,
                "locked_until_ms": case((counting >= limits.tries, literal(until, BigInteger)), else_=None),
                "told_ms": case((expired, None), else_=attempts.c.told_ms),
            },
        ).returning(attempts.c.failures)
        failures = tx.value(statement)
    log.info("verification_failed", tries_left=max(0, limits.tries - failures))
    if failures == limits.tries:
        # By a keyed hash: the trail is kept long, and a stranger's id is not for it.
        stranger = tx.vault.hash("attempts.account", asker).hex()[:16]
        audit.record(tx, "verification_locked", f"attempt:{stranger}", actor="program")
    return max(0, limits.tries - failures)


def lock_account(tx: Tx, place: Place, limits: Limits = LIMITS) -> None:
    """Lets an account try no more for a while: its claim was refused by who knows."""
    values = {
        "failures": limits.tries,
        "last_ms": tx.now_ms,
        "locked_until_ms": tx.now_ms + int(limits.lock.total_seconds() * 1000),
    }
    statement = upsert.insert(tx.conn, attempts).values(
        scope="account", subject=f"{place.channel}:{place.user_id}", **values
    )
    tx.run(statement.on_conflict_do_update(index_elements=["scope", "subject"], set_=values))


def untold_locks(tx: Tx) -> list[int]:
    """Members at whom somebody guesses so often that a lock fell, and who were not told yet: now they are."""
    fallen = (
        attempts.c.scope.in_(("member", "claim")),
        attempts.c.locked_until_ms > tx.now_ms,
        attempts.c.told_ms.is_(None),
        attempts.c.subject != str(_NOBODY),
    )
    found = [int(row.subject) for row in tx.rows(select(attempts.c.subject).where(*fallen))]
    if found:
        tx.run(update(attempts).where(*fallen).values(told_ms=tx.now_ms))
    return list(dict.fromkeys(found))


def forget_attempts(tx: Tx, before_ms: int) -> None:
    """Deletes counts of failures older than a moment; those of a lock still running stay."""
    tx.run(
        delete(attempts).where(
            attempts.c.last_ms < before_ms,
            or_(attempts.c.locked_until_ms.is_(None), attempts.c.locked_until_ms <= tx.now_ms),
        )
    )
