"""What the outbox knows of rows: taken up again, ended in numbers, seen, quoted; and how long files are kept."""

import os
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.chat.replies import Say
from bot.delivery import outbox, results
from bot.delivery.outbound import Sent
from bot.delivery.outbox import NORMAL, Notice
from bot.delivery.results import Note
from bot.guard import DRAFTS_KEPT, forget_drafts
from bot.store import files, inbox
from bot.store.dialogs import DialogRow, Place, load_dialog, save_dialog
from bot.store.files import FileBox
from bot.store.ids import new_id
from bot.store.tables.delivery import RECALLED
from bot.store.tables.delivery import files as kept
from bot.store.tables.delivery import outbox as rows
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

DAY_MS = 24 * 3_600_000


def post(tx, chats, instead_of=None):
    words = outbox.content(tx, Say("Kế hoạch"))
    notices = [Notice("telegram", chat, 1, words, instead_of) for chat in chats]
    return outbox.post(tx, notices, kind="directive", kind_id=1, priority=NORMAL, due_ms=tx.now_ms)


def test_a_row_that_waits_in_memory_spends_no_try(tx):
    post(tx, ["a"])
    for _again in range(3):
        assert len(outbox.claim(tx, "telegram", "p", 9)) == 1
        outbox.release(tx, ["telegram"])
    assert tx.value(select(rows.c.attempts)) == 1


def test_one_commit_ends_so_many_rows_and_no_more(tx):
    post(tx, [str(number) for number in range(20)])
    stopped = {"unwanted": lambda _tx, asked: {each.id for each in asked}}
    ended = select(func.count()).where(rows.c.state == RECALLED)
    assert outbox.claim(tx, "telegram", "p", 2, **stopped) is None
    assert tx.value(ended) == 16
    assert outbox.claim(tx, "telegram", "p", 2, **stopped) == []
    assert tx.value(ended) == 20


def test_what_waits_in_place_of_a_message_was_neither_seen_nor_quoted(tx):
    (first,) = post(tx, ["a"])
    (claimed,) = outbox.claim(tx, "telegram", "p", 9)
    results.record(tx, [Note(claimed, Sent("m1"), tx.now_ms, tx.now_ms)])
    post(tx, ["a"], instead_of="m1")
    outbox.record_seen(tx, "telegram", "a", ["m1"], tx.now_ms)
    seen = tx.rows(select(rows.c.id).where(rows.c.seen_ms.is_not(None)))
    assert [row.id for row in seen] == [first] == [outbox.row_of(tx, "telegram", "a", "m1")]


def test_an_update_that_does_not_open_keeps_no_other_from_being_handled(tx):
    inbox.put(Tx(tx.conn, tx.now, Vault(Keys.new())), "telegram", "1", "a", b"{}")
    inbox.put(tx, "telegram", "2", "b", b'{"a": 1}')
    assert [(each.chat_key, each.payload) for each in inbox.waiting(tx)] == [("a", None), ("b", b'{"a": 1}')]


@pytest.mark.parametrize(
    "first, second, until",
    [(1, 7, 7), (7, 1, 7), (1, None, None), (None, 1, None)],
)
def test_a_file_is_kept_as_long_as_anybody_wants_it(tx, first, second, until):
    for days in (first, second):
        end = None if days is None else tx.now_ms + days * DAY_MS
        files.register(tx, "f1", "a.pdf", "application/pdf", 9, until_ms=end)
    assert tx.value(select(kept.c.until_ms)) == (None if until is None else tx.now_ms + until * DAY_MS)


def test_bytes_that_come_again_are_not_swept_as_old(tmp_path, vault):
    box = FileBox(tmp_path, vault)
    file_id = box.put(b"%PDF")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(tmp_path / file_id, (two_days_ago, two_days_ago))
    assert box.put(b"%PDF") == file_id
    box.sweep(set())
    assert box.get(file_id) == b"%PDF"


def test_a_draft_of_long_ago_goes_with_its_file_and_what_was_sent_stays(tx):
    place = Place("telegram", "7", "7")
    save_dialog(tx, place, DialogRow(new_id(), "compose_directive", 1, [], "title", 0, tx.now_ms))
    for name in ("draft", "meeting's"):
        files.register(tx, name, "a.pdf", "application/pdf", 9)
    forget_drafts(tx)
    assert load_dialog(tx, place) is not None
    assert files.expired(tx) == []
    tx.now += DRAFTS_KEPT + timedelta(days=1)
    files.register(tx, "meeting's", "a.pdf", "application/pdf", 9)  # wanted again
    forget_drafts(tx)
    assert load_dialog(tx, place) is None
    assert files.expired(tx) == ["draft"]
