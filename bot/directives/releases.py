"""A false alarm of the secrecy gate, let through once by a second person.

Nothing of the refused file is kept, so a release names no file: it lets the asker send a file once more
in which the machine finds this one kind of mark. What comes in so still needs the declaration and the
second person's look before it is sent. Secrecy marks (`gate.models.SECRET`) are never released.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update

from bot.chat.choices import action
from bot.chat.errors import Refused
from bot.clock import to_ms
from bot.directives.gate.models import RELEASABLE, Why
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store import audit
from bot.store.ids import new_id
from bot.store.tables.directives import gate_releases
from bot.store.tx import Tx

ASKED_FOR = timedelta(hours=24)
"""How long a second person may decide."""
KEPT = timedelta(days=7)
"""How long a request is kept, decided or not; the trail keeps who asked and who decided."""
VALID = timedelta(hours=1)
"""How long the asker may then send the file again."""


@action("gate")
@dataclass(frozen=True, slots=True)
class Release:
    """A second person's decision on a false alarm: `answer` is "yes" or "no"."""

    release: int
    answer: str


def ask(tx: Tx, by: int, why: str) -> int:
    """Asks for a release. Returns its id. Raises Refused("no_right" | "not_releasable")."""
    if why not in RELEASABLE:
        raise Refused("not_releasable")
    if not people.scope(tx, by, Verb.SEND_DIRECTIVE):
        raise Refused("no_right")
    key = new_id()
    tx.run(insert(gate_releases).values(id=key, asked_by=by, why=why, asked_ms=tx.now_ms))
    audit.record(tx, "gate.ask", f"member:{by}", member_id=by)
    return key


def deciders(tx: Tx, asker: int) -> list[int]:
    """Others who may send wherever the asker may, the nearest first: the asker's own level, then above."""
    mine = people.scope(tx, asker, Verb.SEND_DIRECTIVE)
    found: dict[int, None] = {}
    for post in people.appointments_of(tx, asker):
        for each in people.who_may(tx, Verb.SEND_DIRECTIVE, post.organisation_id):
            if each != asker and mine <= people.scope(tx, each, Verb.SEND_DIRECTIVE):
                found.setdefault(each)
    return list(found) if mine else []


def decide(tx: Tx, release_id: int, by: int, *, release: bool) -> tuple[int, Why]:
    """Releases or not; the trail keeps who did and for whom. Returns the asker and the kind of mark.

    Raises Refused("no_right" | "release_decided").
    """
    row = tx.first(select(gate_releases).where(gate_releases.c.id == release_id).with_for_update())
    if row is None or by not in deciders(tx, row.asked_by):
        raise Refused("no_right")
    if row.decided_ms is not None or row.asked_ms <= to_ms(tx.now - ASKED_FOR):
        raise Refused("release_decided")
    tx.run(
        update(gate_releases)
        .where(gate_releases.c.id == release_id)
        .values(decided_by=by, decided_ms=tx.now_ms, released=int(release))
    )
    audit.record(tx, "gate.release" if release else "gate.keep", f"member:{row.asked_by}", member_id=by)
    return row.asked_by, Why(row.why)


def _usable(tx: Tx, member_id: int) -> tuple[ColumnElement[bool], ...]:
    since = to_ms(tx.now - VALID)
    table = gate_releases.c
    return (
        table.asked_by == member_id,
        table.released == 1,
        table.used_ms.is_(None),
        table.decided_ms > since,
    )


def granted(tx: Tx, member_id: int) -> list[str]:
    """Kinds of marks that this member may send once more."""
    rows = tx.rows(select(gate_releases.c.why).where(*_usable(tx, member_id)))
    return sorted({row.why for row in rows})


def use(tx: Tx, member_id: int, why: str) -> bool:
    """Uses a release up. False when it was used or ran out meanwhile: then nothing passes."""
    wanted = (*_usable(tx, member_id), gate_releases.c.why == why)
    key = tx.value(select(gate_releases.c.id).where(*wanted).order_by(gate_releases.c.id))
    if key is None:
        return False
    done = tx.run(
        update(gate_releases)
        .where(gate_releases.c.id == key, gate_releases.c.used_ms.is_(None))
        .values(used_ms=tx.now_ms)
    )
    if done.rowcount == 1:
        audit.record(tx, "gate.use", f"member:{member_id}", member_id=member_id)
    return done.rowcount == 1


def forget_old(tx: Tx) -> None:
    """Deletes requests that nobody can decide or use any more."""
    tx.run(delete(gate_releases).where(gate_releases.c.asked_ms <= to_ms(tx.now - KEPT)))
