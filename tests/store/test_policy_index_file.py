"""The index file over both stores: the same bytes from either; a second replica swaps it in without a pause."""

import asyncio
import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot import rulebook
from bot.policy import queries, service, shelf
from bot.policy.models import Article, Document, Entry, Source
from bot.rulebook import Rulebook
from bot.store.engine import make_engine
from bot.store.tables import metadata
from bot.store.tx import Tx
from bot.store.writer import Writer, write

TODAY = date(2026, 11, 24)
RULE = Document("9-QyĐ/MẪU", "Quy định về nhà xe", "Đảng ủy Mẫu", date(2026, 1, 2), sample=True)
ENTRY = Entry("Mất vé xe thì làm thế nào?", "Đồng chí báo người trông xe.", ("roi ve xe",), RULE.number)


def approve(tx: Tx, opens: str) -> None:
    """The rule with this hour; an earlier version of it answers no more."""
    articles = (
        Article("1", "Nơi để xe", "1. Xe máy để ở nhà xe phía đông.\n2. Ô tô để ở sân sau."),
        Article("2", "Giờ mở cửa", f"1. Nhà xe mở cửa từ {opens} giờ sáng."),
    )
    service.approve(tx, service.add_document(tx, Source(RULE, articles))[0], None)


def hour(book: Rulebook) -> str:
    assert book.current is not None
    return book.current.ask("điều 2 quy định 9", TODAY).clause


def index_of(folder: Path) -> tuple[Path, int]:
    """The only index file there, and when it was made."""
    (path,) = folder.glob("*.idx")
    return path, path.stat().st_mtime_ns


def test_sqlite_and_postgresql_make_the_same_file(tmp_path: Path, shared_database: str, vault):
    def fill(tx: Tx) -> None:
        approve(tx, "bảy")
        approve(tx, "sáu")
        service.add_entries(tx, [ENTRY], None, approved=True)

    made = []
    for url in (f"sqlite:///{tmp_path / 'a.db'}", shared_database):
        engine = make_engine(url)
        metadata.create_all(engine)
        write(engine, vault, fill)
        folder = tmp_path / engine.dialect.name
        shelf.from_stored(write(engine, vault, queries.stored), folder)
        made += folder.glob("*.idx")
        with engine.begin() as conn:
            for table in reversed(metadata.sorted_tables):
                if table.name.startswith("policy_"):
                    conn.execute(table.delete())
        engine.dispose()
    one, two = made
    assert one.name == two.name
    assert one.read_bytes() == two.read_bytes()


async def test_a_second_replica_answers_from_the_old_file_until_it_has_the_new_one(
    engine: Engine, writer: Writer, vault, tmp_path: Path, monkeypatch
):
    second_engine = make_engine(engine.url.render_as_string(hide_password=False))
    second_writer = Writer(second_engine, vault, loop=asyncio.get_running_loop())
    second_writer.start()
    try:
        await writer.run(lambda tx: approve(tx, "sáu"))
        first, second = Rulebook(tmp_path), Rulebook(tmp_path)
        await first.refresh(writer)
        old, made = index_of(tmp_path)
        await second.refresh(second_writer)
        assert index_of(tmp_path) == (old, made), "made anew by the second"
        await writer.run(lambda tx: approve(tx, "năm"))
        began, may_end = asyncio.Event(), threading.Event()
        loop, take = asyncio.get_running_loop(), shelf.from_stored

        def slow(stored: queries.Stored, folder: Path):
            loop.call_soon_threadsafe(began.set)
            assert may_end.wait(30)
            return take(stored, folder)

        with monkeypatch.context() as held:
            held.setattr(rulebook, "from_stored", slow)
            taking = asyncio.create_task(second.refresh(second_writer))
            await began.wait()
            assert "sáu giờ" in hour(second)  # while the new one is being made
            assert not taking.done()
            may_end.set()
            await taking
        assert "năm giờ" in hour(second)
        assert "sáu giờ" in hour(first)  # its file is gone from the folder, not from its memory
        new = index_of(tmp_path)
        assert new[0] != old
        await first.refresh(writer)
        assert "năm giờ" in hour(first)
        assert index_of(tmp_path) == new
    finally:
        await asyncio.to_thread(second_writer.stop)
        second_engine.dispose()


async def test_one_failure_does_not_end_the_looking(writer: Writer, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(rulebook, "LOOK_EVERY", 0.0)
    looked, book = [], Rulebook(tmp_path)

    async def refresh(_writer: Writer) -> None:
        looked.append(len(looked))
        if len(looked) == 1:
            raise OSError("the disk is full")
        if len(looked) == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr(book, "refresh", refresh)
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await book.follow(writer)
    assert looked == [0, 1, 2]
    assert [log["event"] for log in logs] == ["rules_not_read"]
