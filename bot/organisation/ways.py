"""By which account a member is written to at a moment, or why by none."""

from collections.abc import Iterable

from bot.delivery import window
from bot.delivery.window import Window
from bot.organisation import queries as people
from bot.organisation.models import Account, Purpose
from bot.store.tx import Tx


def ways(
    tx: Tx, member_ids: Iterable[int], at_ms: int, purpose: Purpose
) -> dict[int, tuple[Account | None, str]]:
    """For each member the account a notice at this moment goes to, or the obstacle in a word of ours.

    `purpose`: what the member must have agreed to.
    """
    ids = list(member_ids)
    accounts = people.reach(tx, ids)
    windows = window.of(tx, ((each.channel, each.chat_id) for some in accounts.values() for each in some))
    refusing = people.refusing(tx, ids, purpose)
    withdrawn = people.withdrawn(tx, [each for each in ids if each not in accounts])
    found: dict[int, tuple[Account | None, str]] = {}
    for member_id in ids:
        mine = accounts.get(member_id, [])
        agreed = [each for each in mine if each.id not in refusing]
        found[member_id] = _way(agreed, windows, at_ms)
        if member_id in withdrawn or (mine and not agreed):
            found[member_id] = None, "withdrawn"
    return found


def _way(
    accounts: list[Account], windows: dict[tuple[str, str], Window], at_ms: int
) -> tuple[Account | None, str]:
    """Zalo before Telegram, where it is open."""
    obstacle = "blocked" if accounts else "no_account"
    for account in sorted(accounts, key=lambda each: (each.channel != "zalo_oa", each.channel)):
        found = windows.get((account.channel, account.chat_id))
        if account.blocked:
            continue
        if found is None or found.is_open(at_ms):
            return account, ""
        obstacle = window.CLOSED
    return None, obstacle
