"""Whom a call to a unit means: everybody in it, or who holds a post."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, Select, and_, bindparam, or_, select

from bot.organisation.models import Kind, Member, Role
from bot.organisation.queries import MEMBER, as_member, counting, holds, present
from bot.organisation.rules import MEMBER_STANDINGS
from bot.store.hot import Hot, as_list, one_of
from bot.store.tables.organisation import (
    ACTIVE,
    accounts,
    appointments,
    members,
    organisation_links,
    organisations,
)
from bot.store.tx import Tx


def _units() -> Select[tuple[int]]:
    tree = (
        select(organisations.c.id).where(organisations.c.id == bindparam("unit")).cte("below", recursive=True)
    )
    link, at = organisation_links, bindparam("at", type_=BigInteger)
    still = and_(link.c.from_ms <= at, or_(link.c.until_ms.is_(None), link.c.until_ms > at))
    tree = tree.union(select(link.c.organisation_id).where(link.c.parent_id == tree.c.id, still))
    return select(tree.c.id)


def _of_units(dialect: str) -> Select[tuple[object, ...]]:
    return (
        select(*MEMBER)
        .where(one_of(dialect, members.c.branch_id, "units"), counting())
        .limit(bindparam("most", type_=BigInteger))
    )


_UNITS = Hot(_units())
_OF_UNITS = Hot(_of_units)


def members_below(tx: Tx, organisation_id: int, limit: int) -> list[Member]:
    """Who is a member now of an organisation and all below it, by id: at most so many."""
    # In one statement PostgreSQL, which cannot guess how many units there are, would walk along all members.
    units = [row.id for row in _UNITS.rows(tx, unit=organisation_id, at=tx.now_ms)]
    rows = _OF_UNITS.rows(tx, units=as_list(tx, units), most=limit)
    # Sorted here: asked for in that order, SQLite reads all members there are by their id.
    return sorted((as_member(row) for row in rows), key=lambda member: member.id)


def post_holders(tx: Tx, organisation_id: int, roles: Iterable[Role]) -> list[int]:
    """Members who hold one of these posts in exactly this organisation now, by id."""
    statement = (
        select(appointments.c.member_id)
        .join(members, members.c.id == appointments.c.member_id)
        .where(
            appointments.c.organisation_id == organisation_id,
            appointments.c.role.in_([role.value for role in roles]),
            holds(appointments.c.from_ms, appointments.c.until_ms, tx.now_ms),
            members.c.standing.in_(list(MEMBER_STANDINGS)),
            present(),
        )
        .distinct()
    )
    return sorted(row.member_id for row in tx.rows(statement))


def secretaries(at_ms: int) -> Select[tuple[int, int, str]]:
    """Secretaries and deputies of all branches of a moment (`unit_id`, `member_id`, `role`), where they have an
    account, as part of another room's query."""
    return (
        select(organisations.c.id.label("unit_id"), appointments.c.member_id, appointments.c.role)
        .join(appointments, appointments.c.organisation_id == organisations.c.id)
        .join(accounts, accounts.c.member_id == appointments.c.member_id)
        .where(
            organisations.c.kind == Kind.BRANCH,
            holds(organisations.c.from_ms, organisations.c.until_ms, at_ms),
            appointments.c.role.in_([Role.SECRETARY.value, Role.DEPUTY_SECRETARY.value]),
            holds(appointments.c.from_ms, appointments.c.until_ms, at_ms),
            accounts.c.state == ACTIVE,
        )
        .distinct()
    )
