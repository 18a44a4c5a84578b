"""Many rows at once are read back as they were given, whatever stands in them, on both stores."""

import hashlib
import hmac

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Float, Integer, MetaData, Table, delete, event, select
from sqlalchemy.exc import DBAPIError

from bot.clock import now
from bot.store import bulk, signals
from bot.store.tables.conversation import inbox
from bot.store.tables.delivery import contents
from bot.store.tables.organisation import erased, imports
from bot.store.tx import Tx
from bot.store.vault import Keys, SealedBytes, Vault
from bot.store.writer import write

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
marks = st.sampled_from(["\\", "\\N", "\\.", "\t", "\n", "\r", "a\\tb", "'", '"', ""])
rows = st.fixed_dictionaries(
    {
        "at_ms": st.integers(-(2**62), 2**62),
        "file_hash": words | marks,
        "by_member": st.none() | st.integers(0, 2**62),
        "lease_ms": st.none() | st.integers(0, 9),
        "new": st.integers(0, 9),
    }
)
SAME = {"members": 0, "changed": 0, "moved": 0, "gone": 0, "state": "undone"}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_rows=st.lists(rows, max_size=12), size=st.integers(1, 12))
def test_rows_are_read_back_as_they_were_given(engine, vault, given_rows, size):
    listed = [{"id": number + 1, **SAME, **row} for number, row in enumerate(given_rows)]

    def at_once(tx: Tx) -> None:
        bulk.insert_many(tx, imports, listed)

    def in_portions(tx: Tx) -> None:
        bulk.insert_portions(
            tx, imports, (listed[start : start + size] for start in range(0, len(listed), size))
        )

    for way in (at_once, in_portions):
        write(engine, vault, lambda tx: tx.run(delete(imports)))
        write(engine, vault, way)
        found = write(engine, vault, lambda tx: tx.rows(select(imports).order_by(imports.c.id)))
        assert [row._asdict() for row in found] == listed


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.sets(st.binary(min_size=1, max_size=40), min_size=1, max_size=9))
def test_bytes_and_sealed_values_are_read_back(engine, vault, values):
    plain = [{"hash": value, "at_ms": 1} for value in sorted(values)]
    sealed = [
        {"id": place + 1, "body": vault.seal("contents.body", place + 1, value), "made_ms": 1}
        for place, value in enumerate(sorted(values))
    ]

    def both(tx: Tx) -> None:
        for table, those in ((erased, plain), (contents, sealed)):
            tx.run(delete(table))
            bulk.insert_portions(tx, table, [those])
        found = tx.rows(select(erased.c.hash))
        assert sorted(bytes(row.hash) for row in found) == sorted(values)
        bodies = {row.id: row.body for row in tx.rows(select(contents))}
        opened = [vault.open_bytes("contents.body", key, bodies[key]) for key in sorted(bodies)]
        assert opened == sorted(values)

    write(engine, vault, both)


@pytest.mark.parametrize("count", [1, bulk.FEW + 1])
def test_a_sealed_column_takes_only_what_was_sealed(tx, count):
    rows_ = [{"id": key, "body": b"readable", "made_ms": 0} for key in range(count)]
    with pytest.raises(TypeError, match="sealed column"):
        bulk.insert_many(tx, contents, rows_)


def test_what_the_database_refuses_is_told_as_by_any_statement_without_the_values(tx):
    first = [{"id": key, "body": SealedBytes(b"\1\1secret"), "made_ms": 0} for key in range(bulk.FEW)]
    bulk.insert_many(tx, contents, first)
    with pytest.raises(DBAPIError) as refused:
        bulk.insert_many(tx, contents, first)
    assert refused.value.params is None


def test_a_column_of_an_unknown_kind_is_refused(tx):
    table = Table("odd", MetaData(), Column("share", Float), Column("id", Integer))
    with pytest.raises(TypeError, match="knows no column"):
        bulk.insert_many(tx, table, [{"share": 0.5, "id": key} for key in range(bulk.FEW)])


def test_nothing_is_no_statement(tx):
    tx.known["read"] = 1
    bulk.insert_many(tx, inbox, [])
    bulk.insert_portions(tx, inbox, [])
    assert tx.rows(select(inbox)) == []


def test_what_was_read_is_forgotten(tx):
    tx.known["read"] = 1
    bulk.insert_many(tx, erased, [{"hash": bytes([key]), "at_ms": 1} for key in range(bulk.FEW)])
    assert not tx.known


@given(key=st.binary(min_size=1, max_size=200), place=st.text(max_size=9), value=st.text(max_size=9))
def test_a_hash_is_hmac_sha256(key, place, value):
    message = f"{place}\0{value}".encode("utf-8", "surrogatepass")
    if message.decode("utf-8", "replace") != f"{place}\0{value}":
        return  # half a character: no text of ours
    made = Vault(Keys({1: bytes(32)}, key)).hash(place, value)
    assert made == hmac.new(key, message, hashlib.sha256).digest()


@given(values=st.dictionaries(st.sampled_from("abcdef"), st.none() | words, min_size=1))
def test_a_row_is_sealed_as_its_values_one_by_one(values):
    vault = Vault(Keys.new())
    sealed = vault.seal_row("t", 7, values)
    opened = {
        name: None if body is None else vault.open(f"t.{name}", 7, body) for name, body in sealed.items()
    }
    assert opened == values
    nonces = [body[2:14] for body in sealed.values() if body is not None]
    assert len(set(nonces)) == len(nonces)


def test_a_transaction_tells_the_same_once(store, engine, vault):
    said: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _said(_conn, _cursor, statement, *_rest):
        if "pg_notify" in statement:
            said.append(statement)

    for units in (3, 1):  # another transaction tells it anew
        told: set[str] = set()
        with engine.begin() as conn:
            for _unit in range(units):
                signals.tell(Tx(conn, now(), vault, told=told), signals.OUTBOX)
    assert len(said) == (2 if store == "postgresql" else 0)
