"""From a proof to a linked account: relinking, approval, refusal, an officer's hand, taking a link back."""

import secrets

from sqlalchemy import delete, insert, or_, select, update

from bot.i18n import language
from bot.organisation import queries
from bot.organisation.accounts import close
from bot.organisation.models import Account, Decision, NotAllowed, Outcome, Place, Result, Verb, Way
from bot.organisation.rules import REQUEST_DIGITS, WAYS, has_access, parse_code, with_check_digit
from bot.store import audit
from bot.store.ids import new_id
from bot.store.tables.organisation import (
    ACTIVE,
    PENDING,
    REVOKED,
    accounts,
    attempts,
    consents,
    link_requests,
)
from bot.store.tx import Tx

REQUEST_MINUTES = 30
"""How long a code that is read out to an officer is good for."""


def link(tx: Tx, place: Place, member_id: int, way: Way) -> Outcome:
    """Links a proven account, or lets it wait: for a mere claim, and when the member has one on this channel."""
    _end_waiting(tx, place)
    waits = WAYS[way].approval or _active(tx, member_id, place.channel) is not None
    if not waits:
        _know(tx, place, member_id)
    account = _new_account(tx, place, member_id, way, PENDING if waits else ACTIVE)
    action = "link_requested" if waits else "account_linked"
    audit.record(tx, action, f"account:{account.id}", member_id=member_id)
    return Outcome(Result.PENDING if waits else Result.LINKED, account)


def _know(tx: Tx, place: Place, member_id: int) -> None:
    """What this user agreed to, or refused before they were known, is now known to be this member's."""
    tx.run(
        update(consents)
        .where(
            consents.c.channel == place.channel,
            consents.c.user_id == place.user_id,
            or_(consents.c.withdrawn_ms.is_(None), consents.c.member_id.is_(None)),
        )
        .values(member_id=member_id)
    )


def _end_waiting(tx: Tx, place: Place) -> None:
    # One user waits for one thing at a time: an earlier claim of theirs ends here.
    close(
        tx,
        accounts.c.channel == place.channel,
        accounts.c.user_id == place.user_id,
        accounts.c.state == PENDING,
    )


def _new_account(tx: Tx, place: Place, member_id: int, way: Way, state: str) -> Account:
    account_id = new_id()
    tx.run(
        insert(accounts).values(
            id=account_id,
            channel=place.channel,
            user_id=place.user_id,
            chat_id=place.chat_id,
            member_id=member_id,
            language=language(),
            state=state,
            way=way.value,
            linked_ms=tx.now_ms,
        )
    )
    found = queries.account(tx, account_id)
    assert found is not None
    return found


def _active(tx: Tx, member_id: int, channel: str) -> Account | None:
    row = tx.first(
        select(accounts.c.id).where(
            accounts.c.member_id == member_id, accounts.c.channel == channel, accounts.c.state == ACTIVE
        )
    )
    return None if row is None else queries.account(tx, row.id)


def check_code(tx: Tx, channel: str, user_id: str) -> str:
    """Four digits that the asker and whoever approves both see, so that they speak of the same account."""
    return f"{int.from_bytes(tx.vault.hash('links.check', f'{channel}:{user_id}')[:4]) % 10_000:04d}"


# --- the word of the secretary, or of the member's own older account


def approvers(tx: Tx, member_id: int) -> list[int]:
    """Who may approve a link of this member, the nearest first; never the member in question."""
    found = queries.member(tx, member_id)
    if found is None:
        return []
    able = queries.who_may(tx, Verb.APPROVE_LINK, found.branch_id)
    return [each for each in able if each != member_id and may_vouch(tx, each, member_id, found.branch_id)]


def may_vouch(tx: Tx, by: int, member_id: int, branch_id: int) -> bool:
    """Whether `by` may say who this member is: over the branch and over every unit in which they hold a post.

    Else a branch's secretary could let an account of their own in as an officer above them.
    """
    units = {branch_id, *(post.organisation_id for post in queries.appointments_of(tx, member_id))}
    return all(queries.may(tx, by, Verb.APPROVE_LINK, each) for each in units)


def approve_link(tx: Tx, account_id: int, by: int, through: int | None = None) -> Decision:
    """Makes a waiting account the member's account on its channel; the one it replaces closes.

    `through` is the account that speaks: a member's own older account may let the new one in. Raises
    NotAllowed (else nobody approves their own), and LookupError when it no longer waits.
    """
    waiting = _decidable(tx, account_id, by, through, PENDING, lets_in=True)
    old = _active(tx, waiting.member_id, waiting.channel)
    close(
        tx,
        accounts.c.member_id == waiting.member_id,
        accounts.c.channel == waiting.channel,
        accounts.c.id != account_id,
    )
    tx.run(update(accounts).where(accounts.c.id == account_id).values(state=ACTIVE, linked_ms=tx.now_ms))
    _know(tx, Place(waiting.channel, waiting.user_id, waiting.chat_id), waiting.member_id)
    tried = (attempts.c.scope == "account", attempts.c.subject == f"{waiting.channel}:{waiting.user_id}")
    tx.run(delete(attempts).where(*tried))
    audit.record(tx, "link_approved", f"account:{account_id}", member_id=by)
    linked = queries.account(tx, account_id)
    assert linked is not None
    return Decision(linked, old)


def refuse_link(tx: Tx, account_id: int, by: int, through: int | None = None) -> Decision:
    """Closes a waiting account; the member's present one stays. Raises as `approve_link`."""
    waiting = _decidable(tx, account_id, by, through, PENDING)
    close(tx, accounts.c.id == account_id)
    audit.record(tx, "link_refused", f"account:{account_id}", member_id=by)
    return Decision(waiting, _active(tx, waiting.member_id, waiting.channel))


def reject_link(tx: Tx, account_id: int, by: int, through: int | None = None) -> Account:
    """Closes an account that was linked and should not have been: "that is not me". Raises as `approve_link`."""
    linked = _decidable(tx, account_id, by, through, ACTIVE)
    close(tx, accounts.c.id == account_id)
    audit.record(tx, "link_rejected", f"account:{account_id}", member_id=by)
    return linked._replace(state=REVOKED)


def _decidable(
    tx: Tx, account_id: int, by: int, through: int | None, state: str, *, lets_in: bool = False
) -> Account:
    tx.run(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())  # decided once
    found = queries.account(tx, account_id)
    if found is None or found.state != state:
        raise LookupError(f"no {state} account")
    if by == found.member_id:
        own = queries.account(tx, through) if through is not None and through != account_id else None
        if own is None or own.member_id != by or own.state != ACTIVE:
            raise NotAllowed("approve_link")
    elif not queries.may(tx, by, Verb.APPROVE_LINK, found.branch_id) or (
        lets_in and not may_vouch(tx, by, found.member_id, found.branch_id)
    ):
        raise NotAllowed("approve_link")
    return found


# --- an officer's hand


def request_code(tx: Tx, place: Place) -> str:
    """A code for this account, to be read out to an officer; an earlier one of the account ends."""
    tx.run(
        delete(link_requests).where(
            link_requests.c.channel == place.channel, link_requests.c.user_id == place.user_id
        )
    )
    tx.run(delete(link_requests).where(link_requests.c.expires_ms <= tx.now_ms))
    while True:
        code = with_check_digit(f"{secrets.randbelow(10 ** (REQUEST_DIGITS - 1)):0{REQUEST_DIGITS - 1}d}")
        code_hash = tx.vault.hash("link_requests.code", code)
        if tx.first(select(link_requests.c.id).where(link_requests.c.code_hash == code_hash)) is None:
            break
    tx.run(
        insert(link_requests).values(
            id=new_id(),
            code_hash=code_hash,
            channel=place.channel,
            user_id=place.user_id,
            chat_id=place.chat_id,
            made_ms=tx.now_ms,
            expires_ms=tx.now_ms + REQUEST_MINUTES * 60_000,
        )
    )
    return code


def requested(tx: Tx, code: str) -> Place | None:
    """The account to which this code was given, while it is good."""
    row = tx.first(
        select(link_requests).where(
            link_requests.c.code_hash
            == tx.vault.hash("link_requests.code", parse_code(code, REQUEST_DIGITS) or ""),
            link_requests.c.expires_ms > tx.now_ms,
        )
    )
    return None if row is None else Place(row.channel, row.user_id, row.chat_id)


def link_by_hand(tx: Tx, code: str, member_id: int, by: int | None) -> Decision:
    """Links the account that was given this code; the member's present one on that channel closes.

    `by` is the member who does it (None: the terminal). Raises NotAllowed (nobody for themselves, and only
    over their own units), LookupError when the code is not good or the member may not use the bot.
    """
    found = queries.member(tx, member_id)
    place = requested(tx, code)
    if found is None or not has_access(found.standing) or place is None:
        raise LookupError("no such code or member")
    if by is not None and (by == member_id or not may_vouch(tx, by, member_id, found.branch_id)):
        raise NotAllowed("approve_link")
    old = _active(tx, member_id, place.channel)
    close(
        tx,
        accounts.c.channel == place.channel,
        (accounts.c.member_id == member_id) | (accounts.c.user_id == place.user_id),
    )
    _know(tx, place, member_id)
    tx.run(
        delete(link_requests).where(
            link_requests.c.channel == place.channel, link_requests.c.user_id == place.user_id
        )
    )
    account = _new_account(tx, place, member_id, Way.HAND, ACTIVE)
    audit.record(
        tx,
        "linked_by_hand",
        f"account:{account.id}",
        member_id=by,
        actor="terminal" if by is None else "member",
    )
    return Decision(account, old)
