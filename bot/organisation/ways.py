"""By which account a member is written to at a moment, or why by none."""

from collections.abc import Collection

from sqlalchemy import BigInteger, Subquery, bindparam, exists, func, or_, select

from bot.delivery import window
from bot.delivery.window import Window
from bot.organisation import queries as people
from bot.organisation.models import Account, Purpose
from bot.organisation.rules import ACCESS_STANDINGS
from bot.store.hot import one_of
from bot.store.tables.delivery import windows
from bot.store.tables.organisation import ACTIVE, accounts, consents, members
from bot.store.tx import Tx

Way = tuple[Account | None, str, Window | None]
"""The account and its window; or None and the obstacle, in a word of ours."""


def ways_to(tx: Tx, member_ids: Collection[int], at_ms: int, purpose: Purpose) -> dict[int, Way]:
    """For each member where a notice at this moment goes; `purpose` is what they must have agreed to."""
    accounts = people.reach(tx, member_ids)
    windows = window.of(tx, ((each.channel, each.chat_id) for some in accounts.values() for each in some))
    refusing = people.refusing(tx, member_ids, purpose)
    found: dict[int, Way] = {}
    for member_id in member_ids:
        mine = accounts.get(member_id, [])
        agreed = [each for each in mine if each.id not in refusing] if refusing else mine
        found[member_id] = _way(agreed, windows, at_ms)
        if mine and not agreed:
            found[member_id] = None, "withdrawn", None
    for member_id in people.withdrawn(tx, [each for each in member_ids if each not in accounts]):
        found[member_id] = None, "withdrawn", None
    return found


def _way(accounts: list[Account], windows: dict[tuple[str, str], Window], at_ms: int) -> Way:
    """Zalo before Telegram, where it is open."""
    obstacle = "blocked" if accounts else "no_account"
    if len(accounts) > 1:
        accounts = sorted(accounts, key=lambda each: (each.channel != "zalo_oa", each.channel))
    for account in accounts:
        found = windows.get((account.channel, account.chat_id))
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
