"""The audit trail: written by the verbs, in the same commit as what they did; read by who may."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, cast, insert, literal, or_, select

from bot.store.hot import Hot
from bot.store.ids import new_id
from bot.store.tables.audit import audit
from bot.store.tables.directives import directives
from bot.store.tables.organisation import accounts, appointments, members, organisations, slips
from bot.store.tables.privacy import data_requests
from bot.store.tx import Tx

_RECORD = Hot(insert(audit).values({column.name: bindparam(column.name) for column in audit.c}))


def record(tx: Tx, action: str, about: str, *, member_id: int | None = None, actor: str = "member") -> None:
    """Notes that somebody did or saw something. `about` names the object by id, never by content."""
    _RECORD.run(
        tx, id=new_id(), at_ms=tx.now_ms, member_id=member_id, actor=actor, action=action, object=about
    )


class Entry(NamedTuple):
    """One line of the trail."""

    id: int
    """Rises with time."""
    at_ms: int
    member_id: int | None
    actor: str
    action: str
    about: str
    """What it was done to: "directive:12", "account:34" …"""


class Post(NamedTuple):
    """A post that somebody held when they acted."""

    role: str
    organisation_id: int


def entries(
    tx: Tx, unit_ids: Iterable[int] | None, *, about: str | None = None, before_id: int = 0, limit: int
) -> list[Entry]:
    """The trail, the newest first, from before an entry on (0: from the newest).

    With `unit_ids`, only what members of these units did, or what was done to these units, their members
    or a directive for them; None is everything. `about` asks for one object alone.
    """
    wanted: list[ColumnElement[bool]] = []
    if about is not None:
        wanted.append(audit.c.object == about)
    if before_id:
        wanted.append(audit.c.id < before_id)
    if unit_ids is not None:
        wanted.append(_of(list(unit_ids)))
    rows = tx.rows(select(audit).where(and_(True, *wanted)).order_by(audit.c.id.desc()).limit(limit))
    return [Entry(row.id, row.at_ms, row.member_id, row.actor, row.action, row.object) for row in rows]


def newest(tx: Tx, about: str, action: str) -> Entry | None:
    """The last time this was done to an object."""
    mine = (audit.c.object == about, audit.c.action == action)
    row = tx.first(select(audit).where(*mine).order_by(audit.c.id.desc()).limit(1))
    return (
        Entry(row.id, row.at_ms, row.member_id, row.actor, row.action, row.object)
        if row is not None
        else None
    )


def _of(unit_ids: list[int]) -> ColumnElement[bool]:
    known = select(organisations.c.id).where(organisations.c.id.in_(unit_ids)).cte("units")
    units = select(known.c.id)
    theirs = select(members.c.id).where(members.c.branch_id.in_(units))
    objects = [
        _named("organisation", units),
        _named("directive", select(directives.c.id).where(directives.c.unit_id.in_(units))),
        _named("member", theirs),
        _named("account", select(accounts.c.id).where(accounts.c.member_id.in_(theirs))),
        _named("slip", select(slips.c.id).where(slips.c.member_id.in_(theirs))),
        _named("request", select(data_requests.c.id).where(data_requests.c.unit_id.in_(units))),
        _named("appointment", select(appointments.c.id).where(appointments.c.organisation_id.in_(units))),
    ]
    return or_(audit.c.member_id.in_(theirs), *map(audit.c.object.in_, objects))


def _named(kind: str, ids: Select[tuple[int]]) -> Select[tuple[str]]:
    """The names under which `record` knows these rows."""
    (column,) = ids.selected_columns
    return ids.with_only_columns(literal(f"{kind}:") + cast(column, String))


def member_of(tx: Tx, about: str) -> int | None:
    """The member to whom an account, a slip or a post belongs, or who is meant; None for other objects."""
    kind, _colon, key = about.partition(":")
    if not (key.isascii() and key.isdigit()):
        return None
    if kind == "member":
        return int(key)
    table = {
        "account": accounts,
        "slip": slips,
        "appointment": appointments,
        "request": data_requests,
    }.get(kind)
    if table is None:
        return None
    found = tx.value(select(table.c.member_id).where(table.c.id == int(key)))
    return None if found is None else int(found)


def posts_at(tx: Tx, member_id: int, at_ms: int) -> list[Post]:
    """The posts somebody held at a moment, whatever their standing is now."""
    rows = tx.rows(
        select(appointments.c.role, appointments.c.organisation_id)
        .where(
            appointments.c.member_id == member_id,
            appointments.c.from_ms <= at_ms,
            or_(appointments.c.until_ms.is_(None), appointments.c.until_ms > at_ms),
        )
        .order_by(appointments.c.id)
    )
    return [Post(row.role, row.organisation_id) for row in rows]
