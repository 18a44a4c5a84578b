"""A morning's digest on both databases: once to everybody, in slices, and found again."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from benchmarks.digest import HABIT, furnish
from bot.directives.waiting import UnacknowledgedDirectives
from bot.news import queries, sending, service
from bot.store.tables.delivery import RECALLED, outbox
from bot.store.tx import Tx

SEVEN = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
MEMBERS = 50


def _rows(tx, *more):
    return tx.value(select(func.count()).select_from(outbox).where(outbox.c.notice == queries.NOTICE, *more))


@pytest.fixture
def at(tx):
    return lambda moment: Tx(tx.conn, moment, tx.vault)


def test_everybody_once_however_often_it_is_rung(at, monkeypatch):
    monkeypatch.setattr(sending, "SLICE", 20)
    tx = at(SEVEN)
    furnish(tx, MEMBERS)
    waiting = UnacknowledgedDirectives()
    rings = 0
    while sending.tick(tx, HABIT, waiting):
        rings += 1
    assert rings > MEMBERS // 20
    assert _rows(tx) == MEMBERS == tx.value(select(func.count(outbox.c.recipient_id.distinct())))
    assert not sending.tick(tx, HABIT, waiting)
    assert _rows(tx) == MEMBERS
    assert len(queries.search(tx, "tuyen sinh", ())) > 0
    assert queries.search(tx, "100%", ()) == []

    late = at(SEVEN.replace(hour=4))  # 11:00 in Vietnam: what has not left does not leave
    sending.tick(late, HABIT, waiting)
    assert _rows(late, outbox.c.state == RECALLED) == MEMBERS

    gone = at(SEVEN.replace(year=2027))
    service.forget_old(gone)
    assert gone.value(select(func.count()).select_from(service.stories)) == 0
