"""Freezing most recipients by statements of the database keeps what looking at each of them would."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select

from bot.clock import now
from bot.directives import plain, service
from bot.directives.models import Draft, State, Urgency
from bot.organisation.models import Kind, MembershipKind, Purpose, Role, Standing
from bot.organisation.service import appoint
from bot.store.ids import new_id
from bot.store.tables.delivery import outbox, windows
from bot.store.tables.directives import directives, recipients
from bot.store.tables.organisation import (
    ACTIVE,
    REVOKED,
    accounts,
    consents,
    members,
    organisation_links,
    organisations,
)
from bot.store.tx import Tx
from bot.store.vault import Vault
from bot.store.writer import write

HOUR = 3_600_000


class Account(NamedTuple):
    channel: str
    language: str
    state: str
    blocked: bool
    window: int | None
    """Hours until it closes."""
    consent: tuple[tuple[str, bool], ...]
    """Purposes that were agreed to, and whether that was taken back."""


class Person(NamedTuple):
    standing: Standing
    kind: MembershipKind
    accounts: tuple[Account, ...]


_purposes = st.sampled_from([Purpose.DIRECTIVES.value, Purpose.DIGEST.value])
_accounts = st.builds(
    Account,
    st.sampled_from(["telegram", "zalo_oa"]),
    st.sampled_from(["vi", "en"]),
    st.sampled_from([ACTIVE, ACTIVE, ACTIVE, REVOKED]),
    st.sampled_from([False, False, True]),
    st.sampled_from([None, None, -1, 0, 1]),
    st.lists(st.tuples(_purposes, st.booleans()), max_size=2).map(tuple),
)
_people = st.builds(
    Person,
    st.sampled_from(Standing),
    st.sampled_from(MembershipKind),
    st.lists(_accounts, max_size=2, unique_by=lambda each: each.channel).map(tuple),
)


def _build(tx: Tx, people: list[Person]) -> int:
    unit, branch = new_id(), new_id()
    for key, kind in ((unit, Kind.COMMITTEE), (branch, Kind.BRANCH)):
        row = {"id": key, "code": str(key), "name": "Mẫu", "folded": "mau", "kind": kind, "from_ms": 0}
        tx.run(insert(organisations).values(row))
    link = {"id": new_id(), "organisation_id": branch, "parent_id": unit, "from_ms": 0}
    tx.run(insert(organisation_links).values(link))
    author = _member(tx, unit, Person(Standing.ACTIVE, MembershipKind.OFFICIAL, ()))
    appoint(tx, author, Role.SECRETARY, unit)
    for each in people:
        _member(tx, branch, each)
    deadline = now() + timedelta(days=3)
    words = ("1-KH/ĐU", now().date(), "Kế hoạch mẫu", "Tóm tắt mẫu.", Urgency.NORMAL, deadline)
    directive = service.create(tx, Draft(*words, unit, author, None))
    service.open_for_sending(tx, directive, author)
    return directive


def _member(tx: Tx, branch: int, person: Person) -> int:
    key = new_id()
    name = tx.vault.seal("members.full_name", key, "Người Mẫu")
    row = {"id": key, "branch_id": branch, "full_name": name, "person_hash": b"x", "kind": person.kind.value}
    tx.run(insert(members).values(**row, standing=person.standing.value))
    for each in person.accounts:
        user = str(new_id())
        place = {"channel": each.channel, "user_id": user}
        at = {"linked_ms": tx.now_ms, "blocked_ms": tx.now_ms if each.blocked else None}
        account = {
            "id": new_id(),
            "chat_id": user,
            "member_id": key,
            "language": each.language,
            "state": each.state,
        }
        tx.run(insert(accounts).values(**place, **account, **at))
        if each.window is not None:
            until = {"free_until_ms": tx.now_ms, "until_ms": tx.now_ms + each.window * HOUR}
            tx.run(insert(windows).values(channel=each.channel, chat_id=user, last_ms=tx.now_ms, **until))
        for purpose, taken_back in each.consent:
            agreed = {
                "id": new_id(),
                "member_id": key,
                "purpose": purpose,
                "version": "1",
                "given_ms": tx.now_ms,
            }
            tx.run(insert(consents).values(**place, **agreed, withdrawn_ms=tx.now_ms if taken_back else None))
    return key


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


def _undone(engine: Engine, vault: Vault, unit: Callable[[Tx], Any]) -> Any:
    class Undone(Exception):
        pass

    found: list[Any] = []

    def run(tx: Tx) -> None:
        found.append(unit(tx))
        raise Undone  # the next example finds an empty database

    try:
        write(engine, vault, run)
    except Undone:
        return found[0]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(_people, min_size=1, max_size=6))
def test_the_database_freezes_as_looking_at_each_would(engine, vault, people):
    def both(tx: Tx) -> tuple[Any, Any]:
        directive = _build(tx, people)
        fast = _frozen(tx, directive)
        freeze, plain.freeze = plain.freeze, lambda *_args: set()
        try:
            return fast, _frozen(tx, directive)
        finally:
            plain.freeze = freeze

    fast, slow = _undone(engine, vault, both)
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

    def unit(tx: Tx) -> tuple[list[Any], list[Any]]:
        return _frozen(tx, _build(tx, town))

    kept, queued = _undone(engine, vault, unit)
    assert len(kept) == 3  # the author too, who has no account
    assert len(queued) == 2
    assert len(asked) == 1
