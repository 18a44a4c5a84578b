"""By which account a member is written to at a moment, or why by none."""

from collections.abc import Collection

from bot.delivery import window
from bot.delivery.window import Window
from bot.organisation import queries as people
from bot.organisation.models import Account, Purpose
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
