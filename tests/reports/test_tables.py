"""The workbook's figures are those of the chat: over any tree and any part of it that somebody sees."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from migrated import migrated
from sqlalchemy import delete, insert, select, update

from bot.chat.events import Address, JobDone
from bot.directives import queries
from bot.directives.models import Directive
from bot.handlers import officer
from bot.organisation import queries as people
from bot.organisation.models import Kind, Role, Verb
from bot.organisation.service import appoint, end_appointment
from bot.paperwork import figures_table
from bot.reports import adoption, status
from bot.store.engine import make_engine
from bot.store.ids import new_id
from bot.store.tables.directives import recipients
from bot.store.tables.organisation import accounts, appointments, organisation_links, organisations
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from tests.rights_world import LONG_AGO, NOW, _account, _member, _send, draft, undone


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('tables')}/t.db")
    migrated(engine)
    yield SimpleNamespace(engine=engine, vault=Vault(Keys.new()))
    engine.dispose()


def _unit(tx: Tx, name: str, above: int | None) -> int:
    key = new_id()
    kind = Kind.COMMITTEE if above is None else Kind.BRANCH
    tx.run(
        insert(organisations).values(
            id=key, code=f"C{key}", name=name, folded=name, kind=kind, from_ms=LONG_AGO
        )
    )
    if above is not None:
        link = {"organisation_id": key, "parent_id": above, "from_ms": LONG_AGO}
        tx.run(insert(organisation_links).values(id=new_id(), **link))
    return key


@st.composite
def towns(draw):
    """For each unit: the place of the one above it (None: a root), and its members as (duty, acknowledged, linked)."""
    count = draw(st.integers(2, 9))
    above = [None] + [draw(st.one_of(st.none(), st.integers(0, at - 1))) for at in range(1, count)]
    member = st.tuples(st.booleans(), st.booleans(), st.booleans())
    folk = [draw(st.lists(member, max_size=3)) for _ in range(count)]
    over = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=3))
    target = draw(st.integers(0, count - 1))
    return above, folk, sorted(over), target


def _stock(tx: Tx, town) -> tuple[Directive | None, int, list[int]]:
    above, folk, over, target = town
    units: list[int] = []
    for at, parent in enumerate(above):
        units.append(_unit(tx, f"Đơn vị {at}", None if parent is None else units[parent]))
    officer_id = _member(tx, "Người xem", units[over[0]])
    for at in over:
        appoint(tx, officer_id, Role.OFFICER, units[at], from_ms=LONG_AGO)
    acknowledged, exempt = [], []
    for at, members in enumerate(folk):
        for place, (duty, done, linked) in enumerate(members):
            key = _member(tx, f"Người {at} {place}", units[at])
            if linked:
                _account(tx, key, f"m{key}")
            if done:
                acknowledged.append(key)
            if not duty:
                exempt.append(key)
    clerk = _member(tx, "Văn thư", units[target])
    appoint(tx, clerk, Role.OFFICE, units[target], from_ms=LONG_AGO)
    sent = _send(tx, draft(50, units[target], clerk))
    tx.run(update(recipients).where(recipients.c.member_id.in_(exempt)).values(duty=0))
    tx.run(
        update(recipients).where(recipients.c.member_id.in_(acknowledged)).values(acknowledged_ms=tx.now_ms)
    )
    return queries.get(tx, sent), officer_id, units


@given(towns())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_its_figures_are_those_of_the_chat(house, town):
    with undone(house.engine, house.vault) as tx:
        directive, member, units = _stock(tx, town)
        scope = people.scope(tx, member, Verb.SEE_STATUS)
        names = {each.name: each.id for each in people.organisation_tree(tx)}
        for unit in (0, *units):
            made = figures_table(tx, directive.id, unit, member, "vi")
            if unit and unit not in scope:
                assert made is None
                assert figures_table(tx, 0, unit, member, "vi") is None
                continue
            about = status.status(tx, directive, scope, unit)
            known = directive.id in {each.id for each in queries.open_in(tx, scope)}
            assert (made is not None) == known
            for row in made[0].rows if made else []:
                if row[0] == "Tất cả":
                    same = about.total
                    assert row is made[0].rows[0]
                else:
                    assert names[row[0].strip()] in scope
                    same = status.status(tx, directive, scope, names[row[0].strip()]).total
                assert row[1:3] == [same.denominator, same.numerator]
                assert row[4:-1] == list(same.classes.values())
            if made and sum(about.total.classes.values()):
                assert made[0].rows[0][1:3] == [about.total.denominator, about.total.numerator]
            using, _name = figures_table(tx, 0, unit, member, "vi")
            for row in using.rows:
                if row[0] != "Tất cả":
                    key = names[row[0].strip()]
                    assert key in scope
                    own = adoption.together(adoption.of(tx, key))
                    assert (row[1], row[2], row[4]) == (own.must_use, own.verified, own.active)
            if not unit and using.rows:
                each_once = {found.branch_id: found for key in scope for found in adoption.of(tx, key)}
                assert using.rows[0][1] == adoption.together(each_once.values()).must_use


def test_who_oversees_no_more_when_it_is_made_gets_nothing(house):
    with undone(house.engine, house.vault) as tx:
        town = ([None, 0, 0], [[], [(True, True, True)], [(True, False, True)]], [1], 0)
        directive, member, _units = _stock(tx, town)
        assert figures_table(tx, directive.id, 0, member, "vi")[0].rows[0][0] == "Đơn vị 1"
        later = Tx(tx.conn, NOW + timedelta(seconds=1), house.vault)
        for post in list(tx.rows(select(appointments.c.id).where(appointments.c.member_id == member))):
            assert end_appointment(later, post.id)
        later = Tx(tx.conn, NOW + timedelta(seconds=2), house.vault)
        assert figures_table(later, directive.id, 0, member, "vi") is None
        assert figures_table(later, 0, 0, member, "vi") is None


def test_a_table_that_could_not_be_made_is_no_refusal_and_a_closed_account_gets_none(house):
    with undone(house.engine, house.vault) as tx:
        unit = _unit(tx, "Đảng ủy", None)
        account = _account(tx, _member(tx, "Người hỏi", unit), "u1")

        def told(result):
            return officer.table_made(
                JobDone(Address("telegram", "u1", "u1"), NOW, officer.TABLE_JOB, result), tx
            )

        made = {"kind": "table", "file": ["f", "bang.xlsx", "application/x", 10]}
        assert "không phụ trách" in told({"kind": "table", "error": "no_right"}).text
        assert "thử lại sau" in told({"error": "failed"}).text
        assert told(made).file.name == "bang.xlsx"
        tx.run(delete(accounts).where(accounts.c.id == account))
        assert told(made).file is None
