"""Accounts and consent: language, blocks, withdrawal, the end of a membership."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Update, delete, insert, or_, select, update

from bot.delivery import outbox
from bot.organisation.models import Account, Purpose
from bot.organisation.queries import members_at, slices
from bot.store import audit, links
from bot.store.ids import new_id
from bot.store.tables.organisation import ACTIVE, PENDING, REVOKED, accounts, appointments, consents, slips
from bot.store.tx import Tx


def mark_blocked(tx: Tx, channel: str, user_id: str) -> None:
    """The person blocked the bot, or left the Official Account: nothing reaches them there."""
    tx.run(_of_user(channel, user_id).values(blocked_ms=tx.now_ms))


def mark_unblocked(tx: Tx, channel: str, user_id: str) -> None:
    """The person is back, and gets what was missed."""
    tx.run(_of_user(channel, user_id).values(blocked_ms=None, served_ms=None))


def mark_unserved(tx: Tx, member_id: int) -> None:
    """Something did not reach this member, or can again: their accounts get what was missed where there is a way."""
    tx.run(update(accounts).where(accounts.c.member_id == member_id).values(served_ms=None))


def mark_served(tx: Tx, account_ids: Iterable[int]) -> None:
    """What was missed on these accounts is on its way, or there was nothing."""
    for ids in slices(account_ids):
        tx.run(update(accounts).where(accounts.c.id.in_(ids)).values(served_ms=tx.now_ms))


def _of_user(channel: str, user_id: str) -> Update:
    return update(accounts).where(
        accounts.c.channel == channel, accounts.c.user_id == user_id, accounts.c.state != REVOKED
    )


def move_chat(tx: Tx, channel: str, old_chat_id: str, new_chat_id: str) -> None:
    """The platform gave a chat another id."""
    tx.run(
        update(accounts)
        .where(accounts.c.channel == channel, accounts.c.chat_id == old_chat_id)
        .values(chat_id=new_chat_id)
    )


def record_answers(
    tx: Tx,
    channel: str,
    user_id: str,
    version: str,
    answers: Mapping[Purpose, bool],
    member_id: int | None = None,
) -> None:
    """Keeps what a messenger user answered to each purpose; it takes the place of what they said before.

    A refusal is kept as well, as given and withdrawn at the same moment: it was asked, and the answer was no.
    What waits for this chat and is no longer wished is not sent.
    """
    purposes = [purpose.value for purpose in answers]
    tx.run(
        update(consents)
        .where(
            consents.c.channel == channel,
            consents.c.user_id == user_id,
            consents.c.purpose.in_(purposes),
            consents.c.withdrawn_ms.is_(None),
        )
        .values(withdrawn_ms=tx.now_ms)
    )
    for purpose, agreed in answers.items():
        tx.run(
            insert(consents).values(
                id=new_id(),
                channel=channel,
                user_id=user_id,
                member_id=member_id,
                purpose=purpose.value,
                version=version,
                given_ms=tx.now_ms,
                withdrawn_ms=None if agreed else tx.now_ms,
            )
        )
        if member_id is not None:
            action = "consent_given" if agreed else "consent_refused"
            audit.record(tx, action, f"consent:{purpose}", member_id=member_id)


def answer(tx: Tx, account: Account, version: str, purpose: Purpose, *, agreed: bool) -> None:
    """A member changes what they agree to, on one account; it works at once."""
    record_answers(tx, account.channel, account.user_id, version, {purpose: agreed}, account.member_id)
    if purpose == Purpose.DIRECTIVES and agreed:
        mark_unserved(tx, account.member_id)
    if purpose == Purpose.DIRECTIVES and not agreed:
        outbox.withhold(tx, account.channel, [account.chat_id])


def forget_unknown(tx: Tx, before_ms: int) -> None:
    """Deletes what people agreed to before a moment who never proved who they are."""
    tx.run(delete(consents).where(consents.c.member_id.is_(None), consents.c.given_ms < before_ms))


def close(tx: Tx, *which: ColumnElement[bool], reason: str = "no_account") -> list[Row[Any]]:
    """Closes these accounts at once: what waits for their chats is not sent, their links open nothing more.

    A chat that is another open account's as well (a claim is closed, the account stays) goes on as it is.
    Returns `channel`, `chat_id`, `user_id` and `member_id` of those that were open. `reason`: the obstacle that
    waiting notices end with.
    """
    whose = (accounts.c.channel, accounts.c.chat_id, accounts.c.user_id, accounts.c.member_id)
    # A claim that nobody approved leaves nothing: its chat was never the member's.
    claims = delete(accounts).where(accounts.c.state == PENDING, *which).returning(*whose)
    open_ = update(accounts).where(accounts.c.state == ACTIVE, *which)
    ended = open_.values(state=REVOKED, revoked_ms=tx.now_ms).returning(*whose)
    closed = [*tx.rows(claims), *tx.rows(ended)]
    still = members_at(tx, {(each.channel, each.chat_id) for each in closed})
    _silence(tx, [each for each in closed if (each.channel, each.chat_id) not in still], reason)
    return closed


def silence(tx: Tx, member_ids: Iterable[int]) -> None:
    """What waits for these members is not sent, their links open nothing more; the accounts stay."""
    for ids in slices(member_ids):
        mine = select(accounts.c.channel, accounts.c.chat_id).where(
            accounts.c.member_id.in_(ids), accounts.c.state != REVOKED
        )
        _silence(tx, tx.rows(mine), "no_account")


def _silence(tx: Tx, places: Iterable[Row[Any]], reason: str) -> None:
    chats: dict[str, list[str]] = defaultdict(list)
    for each in places:
        chats[each.channel].append(each.chat_id)
    for channel, its in chats.items():
        for some in slices(its):
            outbox.withhold(tx, channel, some, reason)
            links.revoke_of(tx, channel, some)


def withdraw(tx: Tx, account_id: int) -> None:
    """A member takes back the consent of one account: it is closed at once; the proof of consent stays."""
    for row in close(tx, accounts.c.id == account_id, reason="withdrawn"):
        tx.run(
            update(consents)
            .where(
                consents.c.channel == row.channel,
                consents.c.user_id == row.user_id,
                consents.c.withdrawn_ms.is_(None),
            )
            .values(withdrawn_ms=tx.now_ms)
        )
        audit.record(tx, "consent_withdrawn", f"account:{account_id}", member_id=row.member_id)


def end_membership(tx: Tx, member_ids: Iterable[int]) -> None:
    """Closes every way in of people who are members no longer: accounts, posts, unused slips."""
    now = tx.now_ms
    for ids in slices(member_ids):
        close(tx, accounts.c.member_id.in_(ids))
        tx.run(
            update(appointments)
            .where(
                appointments.c.member_id.in_(ids),
                or_(appointments.c.until_ms.is_(None), appointments.c.until_ms > now),
            )
            .values(until_ms=now)
        )
        tx.run(
            update(slips)
            .where(slips.c.member_id.in_(ids), slips.c.used_ms.is_(None), slips.c.revoked_ms.is_(None))
            .values(revoked_ms=now)
        )
        for member_id in ids:
            audit.record(tx, "membership_ended", f"member:{member_id}", actor="program")
