"""Re-sealing with a new key: everything, also what is written meanwhile, and nothing is lost."""

import json

import pytest
from sqlalchemy import insert, select

from bot.store import dialogs, inbox, jobs
from bot.store.dialogs import DialogRow, Place
from bot.store.engine import make_engine
from bot.store.files import FileBox
from bot.store.migrate import migrate
from bot.store.rotation import left, reseal_files, reseal_slice, row_of, sealed_columns
from bot.store.tables.delivery import outbox
from bot.store.vault import Keys, Vault, VaultError
from bot.store.writer import write


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "keys.json"
    Keys.new().write(path)
    return path


@pytest.fixture
def empty(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/empty.db")
    yield engine
    engine.dispose()


def rotate(path):
    Keys.read(path).with_new_sealing().replace(path)


def test_a_running_vault_takes_a_key_that_was_added(key_file):
    running = Vault(Keys.read(key_file), key_file)
    old = running.seal("members.full_name", 1, "Lê Văn Bé")
    rotate(key_file)
    other = Vault(Keys.read(key_file), key_file)
    new = other.seal("members.full_name", 2, "Vũ Thị Tư")
    assert running.current == 1
    assert running.open("members.full_name", 2, new) == "Vũ Thị Tư"  # it looks at the file by itself
    assert running.current == 2
    assert running.open("members.full_name", 1, old) == "Lê Văn Bé"
    assert running.hash("x", "y") == other.hash("x", "y")


def test_without_the_old_key_what_it_sealed_stays_shut(key_file):
    old = Vault(Keys.read(key_file), key_file).seal("a.b", 1, "x")
    rotate(key_file)
    Keys.read(key_file).with_newest_alone().replace(key_file)
    with pytest.raises(VaultError):
        Vault(Keys.read(key_file), key_file).open("a.b", 1, old)


def test_every_sealed_column_says_what_its_values_are_sealed_to():
    columns = list(sealed_columns())
    assert len(columns) > 12
    for column in columns:
        assert row_of(column), column


def test_everything_is_resealed_in_slices_and_still_opens(empty, key_file, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.store.rotation.SLICE", 3)
    migrate(empty)
    vault = Vault(Keys.read(key_file), key_file)
    place = Place("telegram", "c", "u")

    def stock(tx):
        for number in range(5):
            inbox.put(tx, "telegram", f"k{number}", "c", b"payload %d" % number)
        dialogs.save_dialog(tx, place, DialogRow(77, "x", 1, [["answer", "a", "b"]], "q", 0, 1))
        jobs.request(tx, "kind", ("telegram", "c", "u"), {"a": 1})
        row = {"id": 5, "channel": "t", "chat_id": "c", "priority": 0, "state": 0, "due_ms": 0, "attempts": 0}
        tx.run(
            insert(outbox).values(**row, uncertain=0, made_ms=0, body=tx.vault.seal("outbox.body", 5, "{}"))
        )

    write(empty, vault, stock)
    box = FileBox(tmp_path / "files", vault)
    file_id = box.put(b"paper")
    rotate(key_file)
    vault.refresh()
    assert write(empty, vault, left) == {
        "inbox.payload": 5, "dialogs.steps": 1, "jobs.asked": 1, "outbox.body": 1,
    }  # fmt: skip
    slices = []
    while done := write(empty, vault, reseal_slice):
        slices.append(done)
    assert sum(slices) == 8
    assert max(slices) == 3
    assert write(empty, vault, left) == {}
    assert reseal_files(tmp_path / "files", vault) == 1
    assert reseal_files(tmp_path / "files", vault) == 0

    Keys.read(key_file).with_newest_alone().replace(key_file)
    alone = Vault(Keys.read(key_file))
    assert [row.payload for row in write(empty, alone, inbox.waiting)] == [
        b"payload %d" % n for n in range(5)
    ]
    assert write(empty, alone, lambda tx: dialogs.load_dialog(tx, place)).steps == [["answer", "a", "b"]]
    assert write(empty, alone, jobs.unfinished)[0].asked == {"a": 1}
    sealed = write(empty, alone, lambda tx: tx.value(select(outbox.c.body)))
    assert json.loads(alone.open("outbox.body", 5, sealed)) == {}
    assert FileBox(tmp_path / "files", alone).get(file_id) == b"paper"


def test_what_was_written_meanwhile_with_the_old_key_is_found_by_the_next_pass(empty, key_file):
    migrate(empty)
    slow = Vault(Keys.read(key_file))  # a process that has not looked yet
    rotate(key_file)
    fast = Vault(Keys.read(key_file), key_file)
    write(empty, slow, lambda tx: inbox.put(tx, "telegram", "k", "c", b"late"))
    assert write(empty, fast, left) == {"inbox.payload": 1}
    assert write(empty, fast, reseal_slice) == 1
    assert write(empty, fast, inbox.waiting)[0].payload == b"late"
