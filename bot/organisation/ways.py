"""By which account a member is written to at a moment, or why by none."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Select, Subquery, and_, bindparam, case, exists, func, or_, select

from bot.delivery import window
from bot.delivery.window import Window
from bot.organisation import queries as people
from bot.organisation.models import Account, Purpose
from bot.organisation.rules import ACCESS_STANDINGS
from bot.store.hot import Hot, as_list, one_of
from bot.store.tables.delivery import windows
from bot.store.tables.organisation import ACTIVE, accounts, consents, members
from bot.store.tx import Tx

Way = tuple[Account | None, str, Window | None]
"""The account and its window; or None and the obstacle, in a word of ours."""


def _found(dialect: str) -> Select[tuple[object, ...]]:
    asked = (
        consents.c.channel == accounts.c.channel,
        consents.c.user_id == accounts.c.user_id,
        consents.c.purpose == bindparam("purpose"),
    )
    # Nothing where it was never asked; where it was, what agrees at all outweighs what was taken back.
    taken_back = select(func.min(case((consents.c.withdrawn_ms.is_(None), 0), else_=1))).where(*asked)
    here = and_(windows.c.channel == accounts.c.channel, windows.c.chat_id == accounts.c.chat_id)
    return (
        people.ACCOUNTS.add_columns(
            *(windows.c[name] for name in ("last_ms", "free_until_ms", "until_ms", "free_left")),
            taken_back.scalar_subquery().label("taken_back"),
        )
        .outerjoin(windows, here)
        .where(
            one_of(dialect, accounts.c.member_id, "ids"),
            accounts.c.state == ACTIVE,
            or_(*(members.c.standing == standing for standing in sorted(ACCESS_STANDINGS))),
        )
        .order_by(accounts.c.linked_ms, accounts.c.id)
    )


_FOUND = Hot(_found)


def ways_to(tx: Tx, member_ids: Collection[int], at_ms: int, purpose: Purpose) -> dict[int, Way]:
    """For each member where a notice at this moment goes; `purpose` is what they must have agreed to."""
    if not member_ids:
        return {}
    has_account: set[int] = set()
    agreed: dict[int, list[tuple[Account, Window | None]]] = {}
    for row in _FOUND.rows(tx, ids=as_list(tx, member_ids), purpose=purpose.value):
        has_account.add(row.member_id)
        if not row.taken_back:
            account = people.as_account(row)
            agreed.setdefault(account.member_id, []).append((account, _window(row)))
    found = {member_id: _way(agreed.get(member_id, []), at_ms) for member_id in member_ids}
    refusing = [each for each in has_account if each not in agreed]
    if others := [each for each in member_ids if each not in has_account]:
        refusing += people.withdrawn(tx, others)
    return found | dict.fromkeys(refusing, (None, "withdrawn", None))


def _window(row: Any) -> Window | None:
    if row.until_ms is None:
        return None
    return Window(row.last_ms, row.free_until_ms, row.until_ms, row.free_left)


def _way(mine: list[tuple[Account, Window | None]], at_ms: int) -> Way:
    """Zalo before Telegram, where it is open."""
    obstacle = "blocked" if mine else "no_account"
    if len(mine) > 1:
        mine = sorted(mine, key=lambda each: (each[0].channel != "zalo_oa", each[0].channel))
    for account, found in mine:
        if account.blocked:
            continue
        if found is None or found.is_open(at_ms):
            return account, "", found
        obstacle = window.CLOSED
    return None, obstacle, None


def plain_ways(dialect: str, purpose: Purpose) -> Subquery:
    """Members of the list `ids` who have one account, and nothing that would stop a notice at the moment `at`.

    As part of another room's query: `member_id`, `channel`, `chat_id`, `language`. For the others ask `ways_to`,
    which says the same of these.
    """
    mine = (
        select(
            accounts.c.member_id,
            *(
                func.min(accounts.c[name]).label(name)
                for name in ("channel", "user_id", "chat_id", "language")
            ),
        )
        .where(one_of(dialect, accounts.c.member_id, "ids"), accounts.c.state == ACTIVE)
        .group_by(accounts.c.member_id)
        .having(func.count() == 1, func.count(accounts.c.blocked_ms) == 0)
        .subquery("mine")
    )
    closed = exists().where(
        windows.c.channel == mine.c.channel,
        windows.c.chat_id == mine.c.chat_id,
        windows.c.until_ms < bindparam("at", type_=BigInteger),
    )
    taken_back = exists().where(
        consents.c.channel == mine.c.channel,
        consents.c.user_id == mine.c.user_id,
        consents.c.purpose == purpose.value,
        consents.c.withdrawn_ms.is_not(None),
    )
    return (
        select(mine.c.member_id, mine.c.channel, mine.c.chat_id, mine.c.language)
        .join(members, members.c.id == mine.c.member_id)
        .where(
            or_(*(members.c.standing == standing for standing in sorted(ACCESS_STANDINGS))),
            ~closed,
            ~taken_back,
        )
        .subquery("plain")
    )
