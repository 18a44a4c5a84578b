"""Freezing most recipients by statements of the database keeps what looking at each of them would."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from sample_town import Account, Person, member, towns, undone, unit
from sqlalchemy import delete, insert, select

from bot.clock import now
from bot.directives import plain, service
from bot.directives.models import Draft, State, Urgency
from bot.organisation.models import Kind, MembershipKind, Purpose, Role, Standing
from bot.organisation.service import appoint
from bot.store.ids import new_id
from bot.store.tables.delivery import outbox
from bot.store.tables.directives import directives, recipients
from bot.store.tables.organisation import (
    ACTIVE,
    organisation_links,
)
from bot.store.tx import Tx


def _build(tx: Tx, people: list[Person]) -> int:
    top, branch = unit(tx, Kind.COMMITTEE), unit(tx, Kind.BRANCH)
    link = {"id": new_id(), "organisation_id": branch, "parent_id": top, "from_ms": 0}
    tx.run(insert(organisation_links).values(link))
    author = member(tx, top, Person(Standing.ACTIVE, MembershipKind.OFFICIAL, ()))
    appoint(tx, author, Role.SECRETARY, top)
    for each in people:
        member(tx, branch, each)
    deadline = now() + timedelta(days=3)
    words = ("1-KH/ĐU", now().date(), "Kế hoạch mẫu", "Tóm tắt mẫu.", Urgency.NORMAL, deadline)
    directive = service.create(tx, Draft(*words, top, author, None))
    service.open_for_sending(tx, directive, author)
    return directive


def _frozen(tx: Tx, directive: int) -> tuple[list[Any], list[Any]]:
    """Everything that was kept, without the keys of the rows; then nothing of it is left."""
    while service.freeze_slice(tx, directive):
        pass
    kept = [tuple(row) for row in tx.rows(select(recipients).order_by(recipients.c.member_id))]
    columns = [column for column in outbox.c if column.name not in ("id", "due_ms", "made_ms")]
    queued = [
        tuple(row) for row in tx.rows(select(*columns).order_by(outbox.c.recipient_id, outbox.c.notice))
    ]
    ids = [row.id for row in tx.rows(select(outbox.c.id))]
    assert len(set(ids)) == len(queued)
    for table in (recipients, outbox):
        tx.run(delete(table))
    tx.run(directives.update().values(state=State.FREEZING, frozen_to=0))
    return kept, queued


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=towns(1, 6))
def test_the_database_freezes_as_looking_at_each_would(engine, vault, people):
    def both(tx: Tx) -> tuple[Any, Any]:
        directive = _build(tx, people)
        fast = _frozen(tx, directive)
        freeze, plain.freeze = plain.freeze, lambda *_args: set()
        try:
            return fast, _frozen(tx, directive)
        finally:
            plain.freeze = freeze

    fast, slow = undone(engine, vault, both)
    assert fast == slow


def test_most_are_frozen_without_being_looked_at(engine, vault, monkeypatch):
    one = Account("telegram", "vi", ACTIVE, False, None, ((Purpose.DIRECTIVES.value, False),))
    town = [
        Person(Standing.ACTIVE, MembershipKind.OFFICIAL, (one._replace(language=each),))
        for each in ("vi", "en")
    ]
    asked: list[int] = []
    look = service.ways_to
    monkeypatch.setattr(service, "ways_to", lambda tx, ids, at: asked.extend(ids) or look(tx, ids, at))

    kept, queued = undone(engine, vault, lambda tx: _frozen(tx, _build(tx, town)))
    assert len(kept) == 3  # the author too, who has no account
    assert len(queued) == 2
    assert len(asked) == 1
