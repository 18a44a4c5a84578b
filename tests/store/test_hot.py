"""Hot statements do what SQLAlchemy does with the same statement, and refuse what they would get wrong."""

import pytest
from migrated import created
from sqlalchemy import bindparam, event, insert, select
from sqlalchemy.exc import IntegrityError

import bot.app  # noqa: F401 - every hot statement of the program is known by then
from bot.clock import now
from bot.store.engine import make_engine
from bot.store.hot import Hot, as_list
from bot.store.tables import metadata
from bot.store.tables.conversation import inbox
from bot.store.tables.directives import directives, recipients
from bot.store.tables.meetings import meetings
from bot.store.tables.organisation import (
    accounts,
    appointments,
    members,
    organisation_links,
    organisations,
)
from bot.store.tx import Tx
from bot.store.vault import Keys, SealedBytes, Vault

SEALED = SealedBytes(b"\1\1sealed")
VALUES = {
    "action": "did", "actor": "member", "at": 7, "at_ms": 7, "body": SEALED, "by": "telegram",
    "channel": "telegram", "chat_id": "5", "chat_key": "5", "claimed_by": "p", "claimed_until_ms": 9,
    "agenda": "x", "author_id": 1, "chair": SEALED, "file_id": None, "file_ms": None, "follows": 0, "kind": "regular",
    "made_ms": 7, "meeting": 1, "membership": "official", "most": 9, "obstacle": None, "place": "x",
    "stage": 0, "standing": "active", "starts_ms": 7, "unit": 1, "unit_id": 1,
    "content_id": 1, "due_ms": 7, "message_id": None, "notice": "x", "notice_id": 1, "priority": 3,
    "recipient_id": 1, "content": 1, "from_channel": "telegram", "of_priority": 1,
    "billed": 0, "directive": 1, "free": 1, "until": 99,
    "about": "x", "card": 1, "chat": "5", "choices": SEALED, "expires": 9, "reached": 7, "unasked": 1,
    "id": 77, "member": 1, "member_id": None, "message": None, "object": "x:1", "payload": SEALED,
    "after": 0, "content_en": 1, "content_vi": 1, "first": 500, "kind_id": 1, "made": 7,
    "ids": (2,), "units": (1,), "chats": ("5",), "purpose": "x",
    "received_ms": 3, "row": 1, "shown": "none", "update_key": "k", "user_id": "5", "version": 1,
}  # fmt: skip


@pytest.fixture
def tx(store, url):
    engine = make_engine(url)

    @event.listens_for(engine, "connect")
    def _loose(connection, _record):  # rows of one table at a time
        off = {"sqlite": "PRAGMA foreign_keys=OFF", "postgresql": "SET session_replication_role = replica"}
        connection.cursor().execute(off[store])
        connection.commit()

    if store == "sqlite":
        created(engine)
    with engine.connect() as conn:
        tx = Tx(conn, now(), Vault(Keys.new()))
        tx.run(insert(inbox).values(_full(inbox, id=1, update_key="old")))
        tx.run(insert(metadata.tables["outbox"]).values(_full(metadata.tables["outbox"], id=1)))
        waiting = _full(metadata.tables["outbox"], id=2, channel="telegram", message_id=None)
        tx.run(insert(metadata.tables["outbox"]).values(waiting))
        tx.run(insert(metadata.tables["contents"]).values(_full(metadata.tables["contents"], id=1)))
        tx.run(insert(directives).values(_full(directives, id=1, issued_on="2026-11-20")))
        tx.run(insert(recipients).values(_full(recipients, directive_id=1, member_id=1)))
        tx.run(insert(members).values(_full(members, id=1, standing="active")))
        active = {"state": "active", "channel": "telegram", "user_id": "5"}
        tx.run(insert(accounts).values(_full(accounts, id=1, member_id=1, **active)))
        plain = {"state": "active", "channel": "telegram", "user_id": "6", "chat_id": "6", "blocked_ms": None}
        tx.run(
            insert(members).values(
                _full(members, id=2, standing="active")
                | dict.fromkeys(("cccd_hash", "card_hash", "dossier_hash"))
            )
        )
        tx.run(insert(accounts).values(_full(accounts, id=2, member_id=2) | plain))
        consents = metadata.tables["consents"]
        tx.run(insert(consents).values(_full(consents, id=1, member_id=2, channel="telegram", user_id="6")))
        for name in ("openings", "windows"):
            there = metadata.tables[name]
            tx.run(insert(there).values(_full(there, id=1, channel="telegram", chat_id="5")))
        still = {"from_ms": 1, "until_ms": None}
        tx.run(insert(appointments).values(_full(appointments, id=1, member_id=1, **still) | still))
        link = {"organisation_id": 1, "parent_id": 1, **still}
        tx.run(insert(organisation_links).values(_full(organisation_links, id=1) | link))
        for table in (organisations, meetings):
            tx.run(insert(table).values(_full(table, id=1)))
        yield tx
    engine.dispose()


def _full(table, **given):
    made = {"SEALED": SEALED, "VARCHAR": "x", "TEXT": "x", "BLOB": b"x"}
    kinds = {column.name: type(column.type).__name__.upper() for column in table.c}
    return {
        name: given.get(name, 1 if "INT" in kind or "BIGID" in kind else made.get(kind, "x"))
        for name, kind in kinds.items()
        if name != "content_id"
    } | {name: SEALED for name, kind in kinds.items() if kind == "SEALED"} | {
        name: b"x" for name, kind in kinds.items() if kind == "LARGEBINARY"
    }  # fmt: skip


def _world(tx):
    return {
        name: sorted(map(repr, tx.conn.exec_driver_sql(f"SELECT * FROM {name}"))) for name in metadata.tables
    }


def _values(tx, statement):
    names = statement.compile(dialect=tx.conn.dialect).binds
    return {
        name: as_list(tx, VALUES[name]) if isinstance(VALUES[name], tuple) else VALUES[name]
        for name in names
        if name in VALUES
    }


def _hots():
    return [pytest.param(hot, id=" ".join(str(hot.statement("sqlite")).split())[:60]) for hot in Hot.every]


@pytest.mark.parametrize("hot", _hots())
def test_both_ways_see_and_leave_the_same(tx, hot, store):
    statement = hot.statement(tx.conn.dialect.name)
    if store == "postgresql" and str(statement).startswith("INSERT INTO inbox"):
        pytest.skip("a sequence gives the keys of updates there: each way would get another")
    values = _values(tx, statement)
    tx.conn.exec_driver_sql("SAVEPOINT here")
    found = tx.conn.execute(statement, values, execution_options={"preserve_rowcount": True})
    plain = [tuple(row) for row in found] if found.returns_rows else found.rowcount
    world = _world(tx)
    tx.conn.exec_driver_sql("ROLLBACK TO here")
    before = _world(tx)
    if found.returns_rows:
        rows = hot.rows(tx, **values)
        assert [tuple(row) for row in rows] == plain
        assert [row._fields for row in rows] == [tuple(statement.exported_columns.keys())] * len(rows)
        assert plain  # a statement that finds nothing here would prove nothing
    else:
        assert hot.run(tx, **values) == plain > 0
        assert world != before
    assert _world(tx) == world


@pytest.mark.parametrize("hot", _hots())
def test_the_first_row_is_the_first_of_all(tx, hot):
    statement = hot.statement(tx.conn.dialect.name)
    if not statement.is_select:
        pytest.skip("writes")
    values = _values(tx, statement)
    assert hot.first(tx, **values) == hot.rows(tx, **values)[0]
    assert hot.value(tx, **values) == hot.rows(tx, **values)[0][0]


def test_a_sealed_column_still_takes_only_what_was_sealed(tx):
    wanted = ("INSERT INTO outbox", "claimed_by")
    [reply] = [hot for hot in Hot.every if all(each in str(hot.statement("sqlite")) for each in wanted)]
    values = _values(tx, reply.statement(tx.conn.dialect.name))
    with pytest.raises(TypeError, match=r"Vault\.seal"):
        reply.run(tx, **values | {"body": b"open"})


def test_a_missing_value_is_an_error(tx):
    with pytest.raises(KeyError):
        Hot(select(inbox.c.id).where(inbox.c.id == bindparam("row"))).rows(tx)
    Hot.every.pop()


def test_what_would_go_wrong_is_refused(tx):
    with pytest.raises(ValueError, match="IN list"):
        Hot(select(inbox.c.id).where(inbox.c.state.in_([0, 1]))).rows(tx)
    lacking = {
        name: bindparam(name) for name in ("channel", "update_key", "chat_key", "state", "received_ms")
    }
    with pytest.raises(ValueError, match="default"):
        Hot(insert(inbox).values(lacking)).run(tx, **dict.fromkeys(lacking, 1))
    del Hot.every[-2:]


def test_what_a_unit_has_read_is_read_anew_once_it_wrote(tx):
    asked = []

    def read():
        asked.append(1)
        return len(asked)

    assert (tx.once(("a",), read), tx.once(("a",), read)) == (1, 1)
    tx.run(insert(inbox).values(_full(inbox, id=2, update_key="new")))
    assert tx.once(("a",), read) == 2
    [done] = [hot for hot in Hot.every if "UPDATE inbox" in str(hot.statement("sqlite"))]
    done.run(tx, row=1, at=5)
    assert tx.once(("a",), read) == 3


def test_a_refusal_of_the_database_is_told_as_sqlalchemy_tells_it_without_the_values(tx):
    refused = Hot(insert(inbox).values({name: bindparam(name) for name in _full(inbox)}))
    Hot.every.pop()
    row = _full(inbox, id=2, update_key="secret")
    refused.run(tx, **row)
    with pytest.raises(IntegrityError) as told:
        refused.run(tx, **row)
    assert "secret" not in str(told.value).partition("DETAIL")[0]
    assert not told.value.connection_invalidated
