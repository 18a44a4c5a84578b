"""Whom a call to a unit means: everybody in it, or who holds a post."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, Select, and_, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from bot.organisation.models import Kind, Member, Role
from bot.organisation.queries import MEMBER, as_member, counting, holds, present
from bot.organisation.rules import MEMBER_STANDINGS
from bot.store.hot import Hot
from bot.store.tables.organisation import (
    ACTIVE,
    accounts,
    appointments,
    members,
    organisation_links,
    organisations,
)
from bot.store.tx import Tx


def _below(dialect: str) -> Select[tuple[object, ...]]:
    tree = (
        select(organisations.c.id).where(organisations.c.id == bindparam("unit")).cte("below", recursive=True)
    )
    link, at = organisation_links, bindparam("at", type_=BigInteger)
    still = and_(link.c.from_ms <= at, or_(link.c.until_ms.is_(None), link.c.until_ms > at))
    tree = tree.union(select(link.c.organisation_id).where(link.c.parent_id == tree.c.id, still))
    units = select(tree.c.id)
    # PostgreSQL, which cannot guess how many units there are, would walk along all members; not so for an array.
    inside = (
        members.c.branch_id.in_(units)
        if dialect == "sqlite"
        else members.c.branch_id == any_(func.array(units.scalar_subquery(), type_=ARRAY(BigInteger)))
    )
    return select(*MEMBER).where(inside, counting()).limit(bindparam("most", type_=BigInteger))


_BELOW = Hot(_below)


def members_below(tx: Tx, organisation_id: int, limit: int) -> list[Member]:
    """Who is a member now of an organisation and all below it, by id: at most so many."""
    rows = _BELOW.rows(tx, unit=organisation_id, at=tx.now_ms, most=limit)
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
