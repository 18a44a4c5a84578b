"""Inviting most members by one statement of the database keeps what looking at each of them would."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sample_town import Account, Person, member, towns, undone, unit
from sqlalchemy import delete, select

from bot.clock import now
from bot.delivery import window
from bot.delivery.wire import load
from bot.meetings import plain, service
from bot.meetings.models import Draft, MeetingKind
from bot.organisation import queries as people
from bot.organisation.models import Kind, MembershipKind, Purpose, Role, Standing
from bot.organisation.service import appoint
from bot.organisation.ways import ways_to
from bot.store.tables.delivery import contents, outbox
from bot.store.tables.meetings import invitees, meetings
from bot.store.tables.organisation import ACTIVE
from bot.store.tx import Tx


def _call(tx: Tx, branch: int, author: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Everything that was kept of a meeting, without the keys of the rows; then nothing of it is left."""
    starts = now() + timedelta(days=1)
    service.call(tx, Draft(branch, MeetingKind.REGULAR, starts, "Phòng mẫu", "Nội dung", "Chủ trì", author))
    invited = [
        tuple(row)[1:] for row in tx.rows(select(invitees).order_by(invitees.c.member_id))
    ]  # all but the meeting
    left_out = ("id", "notice_id", "content_id", "due_ms", "made_ms")
    columns = [column for column in outbox.c if column.name not in left_out]
    rows = tx.rows(select(*columns, outbox.c.content_id).order_by(outbox.c.id))
    words = {
        row.id: load(tx.vault.open("contents.body", row.id, row.body)).heading
        for row in tx.rows(select(contents.c.id, contents.c.body))
    }
    queued = sorted(((*row[:-1], words[row[-1]]) for row in map(tuple, rows)), key=repr)
    for table in (invitees, outbox, contents, meetings):
        tx.run(delete(table))
    return invited, queued, sorted(words.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(town=towns(4, 8))
def test_the_database_invites_as_looking_at_each_would(engine, vault, town):
    def both(tx: Tx) -> tuple[Any, Any]:
        branch, author = _build(tx, town)
        fast = _call(tx, branch, author)
        few, plain.FEW = plain.FEW, 1000
        try:
            return fast, _call(tx, branch, author)
        finally:
            plain.FEW = few

    fast, slow = undone(engine, vault, both)
    assert fast == slow


def _build(tx: Tx, town: list[Person]) -> tuple[int, int]:
    branch = unit(tx, Kind.BRANCH)
    author = member(tx, branch, Person(Standing.ACTIVE, MembershipKind.OFFICIAL, ()))
    appoint(tx, author, Role.SECRETARY, branch)
    for each in town:
        member(tx, branch, each)
    return branch, author


def test_most_are_invited_without_being_looked_at(engine, vault, monkeypatch):
    agreed = ((Purpose.DIRECTIVES.value, False),)
    town = [
        Person(
            Standing.ACTIVE,
            MembershipKind.OFFICIAL,
            (Account("telegram", language, ACTIVE, False, None, agreed),),
        )
        for language in ("vi", "vi", "vi", "vi", "en")
    ]
    asked: list[int] = []
    look = service.ways_to
    monkeypatch.setattr(service, "ways_to", lambda tx, ids, *rest: asked.extend(ids) or look(tx, ids, *rest))
    invited, queued, words = undone(engine, vault, lambda tx: _call(tx, *_build(tx, town)))
    assert (len(invited), len(queued), len(words)) == (6, 5, 2)
    assert len(asked) == 2  # who reads English, and the author, who has no account


def test_a_meeting_that_reaches_nobody_leaves_no_words(engine, vault):
    town = [Person(Standing.ACTIVE, MembershipKind.OFFICIAL, ())] * 6
    invited, queued, words = undone(engine, vault, lambda tx: _call(tx, *_build(tx, town)))
    assert len(invited) == 7
    assert (queued, words) == ([], [])


@pytest.mark.parametrize("place", ["Phòng họp", "x" * 400])
def test_a_new_meeting_is_known_as_it_is_read_back(engine, vault, monkeypatch, place):
    seen: list[Any] = []
    monkeypatch.setattr(service, "_invite", lambda tx, meeting, called: seen.append(meeting))

    def call(tx: Tx) -> None:
        branch, author = _build(tx, [])
        starts = now() + timedelta(days=1)
        draft = Draft(branch, MeetingKind.TOPICAL, starts, place, "Nội dung\tmẫu\\", "Chủ trì", author)
        key = service.call(tx, draft)
        assert service.queries.get(tx, key) == seen[0]
        assert people.organisation(tx, branch).name == seen[0].unit

    undone(engine, vault, call)


def _ways(tx: Tx, members: list[int], purpose: Purpose) -> dict[int, Any]:
    """Asked for one thing after the other."""
    found = {}
    refusing = people.refusing(tx, members, purpose)
    for key, mine in people.reach(tx, members).items():
        agreed = sorted((each for each in mine if each.id not in refusing), key=lambda each: each.channel)
        windows = window.of(tx, [(each.channel, each.chat_id) for each in agreed])
        obstacle, account = "blocked" if agreed else "withdrawn", None
        for each in reversed(agreed):  # zalo_oa before telegram
            shut = windows.get((each.channel, each.chat_id))
            if account is None and not each.blocked:
                is_open = shut is None or shut.is_open(tx.now_ms)
                account, obstacle = (each, "") if is_open else (None, window.CLOSED)
        found[key] = account, obstacle, windows.get((account.channel, account.chat_id)) if account else None
    without = people.withdrawn(tx, members)
    none = {key: (None, "withdrawn" if key in without else "no_account", None) for key in members}
    return none | found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(town=towns(1, 8))
def test_one_statement_finds_the_ways_that_several_would(engine, vault, town):
    def both(tx: Tx) -> tuple[Any, Any]:
        branch = unit(tx, Kind.BRANCH)
        members = [member(tx, branch, each) for each in town]
        purpose = Purpose.DIRECTIVES
        return ways_to(tx, members, tx.now_ms, purpose), _ways(tx, members, purpose)

    found, expected = undone(engine, vault, both)
    assert found == expected
