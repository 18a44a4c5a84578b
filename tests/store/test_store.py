"""Inbox, vault, ids, openings, dialogs, files, migrations."""

import stat
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, literal, select
from sqlalchemy.exc import StatementError
from stores import on_postgresql, on_sqlite

from bot.clock import CLOCK, now, to_ms
from bot.store import dialogs, files, ids, inbox, openings
from bot.store.dialogs import DialogRow, Place
from bot.store.engine import make_engine
from bot.store.files import FileBox
from bot.store.ids import new_id
from bot.store.installation import KeysMissing, open_store
from bot.store.migrate import config, migrate
from bot.store.openings import Opening
from bot.store.tables import metadata
from bot.store.tables.conversation import dialogs as dialog_rows
from bot.store.tables.conversation import inbox as inbox_rows
from bot.store.tables.delivery import contents
from bot.store.tables.delivery import files as file_rows
from bot.store.tx import Tx
from bot.store.upsert import insert
from bot.store.vault import Keys, KeysOpen, SealedBytes, Vault, VaultError
from bot.store.writer import write


def later(tx: Tx, **by: float) -> Tx:
    return Tx(tx.conn, tx.now + timedelta(**by), tx.vault)


# Inbox


def test_a_repeated_update_is_taken_once(tx):
    first = inbox.put(tx, "telegram", "7", "c", b"one")
    assert first is not None
    assert inbox.put(tx, "telegram", "7", "c", b"one") is None
    assert inbox.put(tx, "zalo_oa", "7", "c", b"other channel") is not None
    inbox.done(tx, first)
    assert inbox.put(tx, "telegram", "7", "c", b"one") is None  # a repetition after it was handled
    assert inbox.counts(tx) == {"waiting": 1, "done": 1, "set_aside": 0}


def test_what_waits_comes_back_in_order_of_arrival(tx):
    given = [inbox.put(tx, "telegram", str(9 - n), "c", f"{n}".encode()) for n in range(5)]
    inbox.done(tx, given[1])
    inbox.set_aside(tx, given[2], 3, "ValueError")
    assert [(row.id, row.payload) for row in inbox.waiting(tx)] == [
        (given[0], b"0"),
        (given[3], b"3"),
        (given[4], b"4"),
    ]


def test_a_payload_is_sealed_and_emptied_when_done_and_kept_when_set_aside(tx):
    done, aside = (inbox.put(tx, "telegram", key, "c", b"secret words") for key in ("1", "2"))
    stored = tx.rows(select(inbox_rows.c.payload))
    assert all(b"secret" not in row.payload for row in stored)
    inbox.done(tx, done)
    inbox.set_aside(tx, aside, 3, "ValueError")
    kept = {row.id: row.payload for row in tx.rows(select(inbox_rows.c.id, inbox_rows.c.payload))}
    assert kept[done] is None
    assert tx.vault.open("inbox.payload", "telegram:2", kept[aside]) == "secret words"


def test_old_keys_are_forgotten_what_waits_never(tx):
    done, _waiting = (inbox.put(tx, "telegram", key, "c", b"x") for key in ("1", "2"))
    inbox.done(tx, done)
    inbox.forget_before(tx, tx.now_ms)
    assert inbox.counts(tx)["done"] == 1
    inbox.forget_before(tx, tx.now_ms + 1)
    assert inbox.counts(tx) == {"waiting": 1, "done": 0, "set_aside": 0}


# Vault


@given(st.text(), st.text(max_size=20), st.integers())
def test_sealing_opens_in_its_place_and_row_only(text, place, row):
    vault = _VAULT
    sealed = vault.seal(place, row, text)
    assert vault.open(place, row, sealed) == text
    assert vault.seal(place, row, text) != sealed  # a nonce of its own: equal values do not look equal
    for wrong in ((place + "x", row), (place, row + 1)):
        with pytest.raises(VaultError):
            vault.open(*wrong, sealed)


_VAULT = Vault(Keys.new())


@given(st.data())
def test_a_changed_or_short_value_does_not_open(data):
    sealed = _VAULT.seal("t.c", 1, "x")
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[at] ^= data.draw(st.integers(1, 255))
    for wrong in (bytes(changed), sealed[:at]):
        with pytest.raises(VaultError):
            _VAULT.open("t.c", 1, wrong)


def test_other_keys_open_nothing_and_an_older_one_still_does(vault):
    sealed = vault.seal("t.c", 1, "x")
    with pytest.raises(VaultError):
        Vault(Keys.new()).open("t.c", 1, sealed)
    old = Keys.new()
    rotated = Keys({**old.sealing, 2: Keys.new().sealing[1]}, old.hashing)
    assert Vault(rotated).open("t.c", 1, Vault(old).seal("t.c", 1, "x")) == "x"
    with pytest.raises(VaultError):
        Vault(old).open("t.c", 1, Vault(rotated).seal("t.c", 1, "x"))
    assert Vault(rotated).hash("t.c", "x") == Vault(old).hash("t.c", "x")


def test_hashes_are_of_a_place_and_a_key(vault):
    assert vault.hash("a", "x") == vault.hash("a", "x")
    assert vault.hash("a", "x") != vault.hash("b", "x")
    assert vault.hash("a", "x") != Vault(Keys.new()).hash("a", "x")


@pytest.mark.parametrize("value", [b"readable", bytes(SealedBytes(b"stripped of its type"))])
def test_a_sealed_column_takes_only_what_was_sealed(tx, value):
    with pytest.raises(StatementError, match="sealed column"):
        tx.run(insert(tx.conn, contents).values(id=1, body=value, made_ms=0))
    with pytest.raises(StatementError, match="sealed column"):  # the same in a list of rows
        tx.run(insert(tx.conn, contents), [{"id": 1, "body": value, "made_ms": 0}])
    tx.run(insert(tx.conn, contents).values(id=1, body=tx.vault.seal("contents.body", 1, "x"), made_ms=0))


def test_the_key_file_is_for_its_owner_and_never_overwritten(tmp_path):
    path = tmp_path / "deep" / "keys.json"
    Keys.new().write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        Keys.new().write(path)
    assert path.read_bytes() == before
    path.chmod(0o640)
    with pytest.raises(KeysOpen, match="keys"):
        Keys.read(path)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"sealing": [], "hashing": ""}', "no json"])
def test_what_is_no_key_file_says_so(tmp_path, content):
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ValueError):
        Keys.read(path)


def test_without_a_key_file_nothing_is_opened(tmp_path):
    with pytest.raises(KeysMissing):
        open_store(f"sqlite:///{tmp_path}/t.db", tmp_path / "keys.json")
    assert not (tmp_path / "t.db").exists()


# Ids


def test_ids_rise_and_are_distinct_over_threads():
    made: list[list[int]] = [[] for _ in range(4)]

    def make(into: list[int]) -> None:
        into.extend(new_id() for _ in range(2000))

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(into == sorted(into) for into in made)
    assert len({number for into in made for number in into}) == 8000
    assert 0 < new_id() < 1 << 63


def test_ids_rise_even_when_the_clock_goes_back(monkeypatch):
    monkeypatch.setattr(ids, "_last", 0)
    CLOCK.turn(timedelta(hours=1))
    try:
        before = new_id()
    finally:
        CLOCK.turn(timedelta(hours=-1))
    assert new_id() > before


# Openings


def opening(number: int, about: str = "", reached_ms: int = 0, card: bool = False) -> Opening:
    return Opening(number, about, card, ("Một", "Hai"), ("#a.1", "#b.2"), reached_ms)


def reached(tx, *opened):
    openings.open_choices(tx, [openings.Opened(*opened)])


def test_openings_of_a_chat_newest_first(tx):
    expires = tx.now_ms + 1000
    for number in (1, 2, 3):
        reached(tx, "telegram", "c", opening(number, reached_ms=number), expires)
    reached(tx, "telegram", "other", opening(4), expires)
    reached(tx, "zalo_oa", "c", opening(5), expires)
    assert openings.of_chat(tx, "telegram", "c") == [opening(n, reached_ms=n) for n in (3, 2, 1)]


def test_a_newer_message_about_the_same_document_stands_for_the_older(tx):
    expires = tx.now_ms + 1000
    for number, about in ((1, "52-KH/ĐU"), (2, "51-TB/ĐU"), (3, "52-KH/ĐU"), (4, ""), (5, "")):
        reached(tx, "telegram", "c", opening(number, about, number), expires)
    reached(tx, "telegram", "d", opening(6, "51-TB/ĐU"), expires)  # another chat's
    assert [found.id for found in openings.of_chat(tx, "telegram", "c")] == [5, 4, 3, 2]


def test_a_late_result_of_an_older_message_does_not_take_the_newer_away(tx):
    expires = tx.now_ms + 1000
    reached(tx, "telegram", "c", opening(9, "52-KH/ĐU", 9), expires)
    reached(tx, "telegram", "c", opening(3, "52-KH/ĐU", 10), expires)
    assert 9 in [found.id for found in openings.of_chat(tx, "telegram", "c")]


def test_openings_expire_and_are_deleted(tx):
    reached(tx, "telegram", "c", opening(1), tx.now_ms + 1000)
    reached(tx, "telegram", "c", opening(2), tx.now_ms + 5000)
    assert len(openings.of_chat(tx, "telegram", "c")) == 2
    after = later(tx, seconds=1)
    assert [found.id for found in openings.of_chat(after, "telegram", "c")] == [2]
    openings.forget_expired(after)
    assert [found.id for found in openings.of_chat(tx, "telegram", "c")] == [2]
    openings.close(tx, "telegram", "c")
    assert openings.of_chat(tx, "telegram", "c") == []


def test_the_same_opening_again_changes_nothing(tx):
    reached(tx, "telegram", "c", opening(1, "52", 5), tx.now_ms + 1000)
    reached(tx, "telegram", "c", opening(1, "52", 99), tx.now_ms + 9000)
    assert openings.of_chat(tx, "telegram", "c") == [opening(1, "52", 5)]


# Dialogs


def test_a_dialog_is_sealed_replaced_and_forgotten(tx):
    place, other = Place("telegram", "c", "u"), Place("telegram", "c", "v")
    first = DialogRow(5, "verification", 1, [["answer", "code", "123456789"]], "birth", 0, 77)
    dialogs.save_dialog(tx, place, first)
    assert dialogs.load_dialog(tx, place) == first
    assert dialogs.load_dialog(tx, other) is None
    assert b"123456789" not in tx.first(select(dialog_rows.c.steps)).steps
    second = DialogRow(6, "ask_author", 2, [], "words", 1, 78)
    dialogs.save_dialog(tx, place, second)
    assert dialogs.load_dialog(tx, place) == second
    dialogs.end_dialog(tx, other)
    assert dialogs.load_dialog(tx, place) == second
    dialogs.end_dialog(tx, place)
    assert dialogs.load_dialog(tx, place) is None


# Files


def test_a_file_is_kept_once_sealed_and_for_its_owner(tmp_path, vault):
    box = FileBox(tmp_path / "files", vault)
    file_id = box.put(b"%PDF secret")
    assert box.put(b"%PDF secret") == file_id != box.put(b"%PDF other")
    kept = list((tmp_path / "files").iterdir())
    assert len(kept) == 2
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept)
    assert all(b"PDF" not in path.read_bytes() for path in kept)
    assert box.get(file_id) == b"%PDF secret"
    with pytest.raises(FileNotFoundError):
        box.get("0" * 40)
    assert FileBox(tmp_path / "files", Vault(Keys.new())).put(b"%PDF secret") != file_id  # tells no content


def test_a_file_under_another_name_does_not_open(tmp_path, vault):
    box = FileBox(tmp_path, vault)
    one, two = box.put(b"one"), box.put(b"two")
    (tmp_path / one).replace(tmp_path / two)
    with pytest.raises(VaultError):
        box.get(two)


def test_what_a_platform_calls_a_file(tx):
    for _ in range(2):
        files.register(tx, "f", "tên.pdf", "application/pdf", 3)
    assert len(tx.rows(select(file_rows))) == 1
    files.remember(tx, "telegram", "f", "old", None)
    files.remember(tx, "telegram", "f", "new", 9)
    assert files.references(tx, "telegram") == {"f": ("new", 9)}
    assert files.references(tx, "zalo_oa") == {}


# Migrations


@pytest.fixture
def empty(tmp_path: Path, store: str, request: pytest.FixtureRequest):
    if store == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path}/empty.db")
        yield engine
        engine.dispose()
        return
    server = request.getfixturevalue("postgres_server")
    url = server.empty()
    engine = make_engine(url)
    yield engine
    engine.dispose()
    server.drop(url)


def test_migrations_make_what_the_tables_say(empty):
    migrate(empty)
    command.check(config(empty))  # raises when a table, column or index differs
    found = inspect(empty)
    assert set(found.get_table_names()) == {*metadata.tables, "alembic_version"}
    for table in metadata.sorted_tables:
        made = {index["name"]: tuple(index["column_names"]) for index in found.get_indexes(table.name)}
        for index in table.indexes:
            if index.info.get("only", empty.dialect.name) != empty.dialect.name:
                continue
            assert made.get(index.name) == tuple(column.name for column in index.columns), index.name


@on_sqlite
def test_migrations_make_the_same_sql_as_the_tables(empty, tmp_path):
    """`check` does not see everything (partial indexes, keys): SQLite's own words for the schema do."""
    migrate(empty)
    plain = create_engine(f"sqlite:///{tmp_path}/plain.db")
    metadata.create_all(plain)

    def words(engine):
        with engine.connect() as conn:
            rows = conn.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND sql IS NOT NULL"
            )
            found = {}
            for name, sql in rows:
                text = " ".join(sql.replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split())
                head, *lines = text.split(" , ")
                found[name] = (head.split(" ( ")[0], sorted(" ".join([head, *lines]).split()))
            return found

    made, meant = words(empty), words(plain)
    plain.dispose()
    assert made == meant


@on_postgresql
def test_migrations_make_the_same_definitions_as_the_tables(empty, postgres_server):
    """As above, in PostgreSQL's own words for columns, keys and (partial) indexes."""

    def words(engine):
        with engine.connect() as conn:
            columns = conn.exec_driver_sql(
                "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, "
                "column_default FROM information_schema.columns WHERE table_schema = 'public'"
            ).all()
            indexes = conn.exec_driver_sql(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
            ).all()
            keys = conn.exec_driver_sql(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE connamespace = 'public'::regnamespace"
            ).all()
        return sorted(str(row) for row in [*columns, *indexes, *keys] if "alembic_version" not in str(row))

    migrate(empty)
    other = postgres_server.empty()
    plain = make_engine(other)
    metadata.create_all(plain)
    made, meant = words(empty), words(plain)
    plain.dispose()
    postgres_server.drop(other)
    assert made == meant


MIGRATE = (
    "import sys; from bot.store import engine, migrate; migrate.migrate(engine.make_engine(sys.argv[1]))"
)


@on_postgresql
def test_processes_that_start_at_once_migrate_once(empty):
    url = empty.url.render_as_string(hide_password=False)
    started = [subprocess.Popen([sys.executable, "-c", MIGRATE, url]) for _ in range(3)]
    assert [each.wait(60) for each in started] == [0, 0, 0]
    with empty.connect() as conn:
        assert len(conn.exec_driver_sql("SELECT version_num FROM alembic_version").all()) == 1


def test_migrating_again_keeps_everything(empty, vault):
    migrate(empty)
    write(empty, vault, lambda tx: inbox.put(tx, "telegram", "1", "c", b"x"))
    migrate(empty)
    assert write(empty, vault, inbox.counts)["waiting"] == 1


# The moment, and statements


def test_a_transaction_has_one_moment_in_whole_milliseconds(tx):
    assert tx.now_ms == to_ms(tx.now)
    assert tx.now.microsecond % 1000 == 0
    assert abs((now() - tx.now).total_seconds()) < 5


def test_insert_is_the_databases_own_and_its_values_bind_as_the_plain_ones(tx):
    """Through the helper and with plain Core the same row is written."""
    values = {"id": "a", "name": "Tên có dấu 'x'", "media_type": "t", "size": 3, "made_ms": 1 << 41}
    tx.run(insert(tx.conn, file_rows).values(**values))
    tx.run(file_rows.insert().values(**(values | {"id": "b"})))
    one, two = (dict(row._mapping) for row in tx.rows(select(file_rows).order_by(file_rows.c.id)))
    kept = {"owner_id": None, "until_ms": None}
    assert one == values | kept
    assert two == values | kept | {"id": "b"}
    ignored = insert(tx.conn, file_rows).values(**(values | {"name": "other"}))
    tx.run(ignored.on_conflict_do_nothing(index_elements=["id"]))
    assert tx.value(select(file_rows.c.name).where(file_rows.c.id == "a")) == values["name"]
    assert tx.value(select(literal(2))) == 2
