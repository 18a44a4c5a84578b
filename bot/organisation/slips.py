"""Printing slips: for whom, with which codes, noted by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.organisation import queries
from bot.organisation.linking import may_vouch
from bot.organisation.models import Member, NotAllowed, Verb
from bot.organisation.rules import by_given_name, has_access
from bot.organisation.verification import make_slip
from bot.store import audit
from bot.store.tables.organisation import appointments
from bot.store.tx import Tx

DAYS = 30
"""How long a printed slip is good for."""


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """One slip as it is printed; the code exists here and on the paper, nowhere else in clear."""

    branch: str
    name: str
    code: str
    until: datetime


def unverified(tx: Tx, unit_ids: Iterable[int]) -> list[Member]:
    """Who may use the bot in these units and has no linked account."""
    people = [each for each in queries.members_of(tx, unit_ids) if has_access(each.standing)]
    linked = queries.reach(tx, [each.id for each in people])
    return [each for each in people if each.id not in linked]


def printable(tx: Tx, unit_id: int, by: int | None) -> tuple[list[Member], int]:
    """Who is unverified at and below a unit; how many more hold a post above whoever prints."""
    found = unverified(tx, queries.subtree_ids(tx, unit_id))
    if by is None:
        return found, 0
    in_force = queries.holds(appointments.c.from_ms, appointments.c.until_ms, tx.now_ms)
    posted = {row.member_id for row in tx.rows(select(appointments.c.member_id).where(in_force))}
    mine = [each for each in found if each.id not in posted or may_vouch(tx, by, each.id, each.branch_id)]
    return mine, len(found) - len(mine)


def print_slips(tx: Tx, unit_id: int, by: int | None, days: int = DAYS) -> list[PrintedSlip]:
    """New slips for everybody unverified at and below a unit, by branch and name; unused old ones end.

    `by` is the member who prints (None: the terminal); who holds a post above them is left out. Raises NotAllowed.
    """
    if by is not None and not queries.may(tx, by, Verb.MAKE_SLIPS, unit_id):
        raise NotAllowed("make_slips")
    found, _above = printable(tx, unit_id, by)
    actor = "terminal" if by is None else "member"
    audit.record(tx, "slips_printed", f"organisation:{unit_id}", member_id=by, actor=actor)
    return slips_for(tx, found, by, days)


def slips_for(tx: Tx, people: Iterable[Member], by: int | None, days: int = DAYS) -> list[PrintedSlip]:
    """New slips for these members, by branch and name. Raises as `make_slip`."""
    listed = list(people)
    units = {each.id: each.name for each in queries.organisation_tree(tx)}
    names = queries.names(tx, [each.id for each in listed])
    ordered = sorted(listed, key=lambda each: (units.get(each.branch_id, ""), by_given_name(names[each.id])))
    until = tx.now + timedelta(days=days)
    return [
        PrintedSlip(units.get(each.branch_id, ""), names[each.id], make_slip(tx, each.id, by, days), until)
        for each in ordered
    ]
