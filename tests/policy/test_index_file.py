"""The index in its file: the same answers and bytes; made once, and anew when it is broken or words change."""

from dataclasses import replace
from datetime import date

import pytest

from bot.policy import packed
from bot.policy.library import Library
from bot.policy.models import Article, Document, Entry, Source
from bot.policy.queries import Stored
from bot.policy.shelf import from_stored, index_file

TODAY = date(2026, 11, 24)
CORPUS = Stored(
    1,
    [
        Source(
            Document("9-QyĐ/MẪU", "Quy định về nhà xe", "Đảng ủy Mẫu", date(2026, 1, 2), sample=True),
            (
                Article("1", "Nơi để xe", "1. Xe máy để ở nhà xe phía đông.\n2. Ô tô để ở sân sau."),
                Article("2", "Giờ mở cửa", "1. Nhà xe mở cửa từ sáu giờ sáng đến chín giờ tối."),
            ),
        )
    ],
    [Entry("Mất vé xe thì làm thế nào?", "Đồng chí báo người trông xe.", ("roi ve xe",), "9-QyĐ/MẪU")],
    [11, 12, 13],
    [],
)


def test_the_file_answers_as_memory_does_and_is_made_once(tmp_path):
    mapped, memory = from_stored(CORPUS, tmp_path), from_stored(CORPUS)
    (path,) = tmp_path.glob("*.idx")
    made = path.stat().st_mtime_ns
    for asked in (
        "xe may de o dau",
        "nha xe mo cua may gio",
        "roi ve xe",
        "cách nấu phở",
        "điều 2 quy định 9",
    ):
        assert mapped.ask(asked, TODAY) == memory.ask(asked, TODAY)
    from_stored(replace_version(CORPUS), tmp_path)
    assert path.stat().st_mtime_ns == made


def replace_version(stored: Stored) -> Stored:
    """The same words under a later version: a date changed, say."""
    return stored._replace(version=2)


def test_the_same_corpus_makes_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        index_file(CORPUS, tmp_path / name)
    one, two = (next((tmp_path / name).glob("*.idx")) for name in ("one", "two"))
    assert one.name == two.name
    assert one.read_bytes() == two.read_bytes()


def test_a_changed_word_makes_another_file_while_the_old_one_is_still_read(tmp_path):
    before = from_stored(CORPUS, tmp_path)
    article = replace(CORPUS.sources[0].articles[1], text="1. Nhà xe mở cửa từ năm giờ sáng.")
    changed = replace(CORPUS.sources[0], articles=(CORPUS.sources[0].articles[0], article))
    after = from_stored(CORPUS._replace(sources=[changed]), tmp_path)
    assert len(list(tmp_path.glob("*.idx"))) == 1
    assert "sáu giờ" in before.ask("điều 2 quy định 9", TODAY).clause
    assert "năm giờ" in after.ask("điều 2 quy định 9", TODAY).clause


@pytest.mark.parametrize("spoilt", [b"", b"SOTAYIDX", b"something else"])
def test_a_broken_file_is_made_anew(tmp_path, spoilt):
    index_file(CORPUS, tmp_path)
    (path,) = tmp_path.glob("*.idx")
    whole = path.read_bytes()
    path.write_bytes(spoilt or whole[: len(whole) // 2])
    from_stored(CORPUS, tmp_path)
    assert path.read_bytes() == whole


def test_arrays_are_mapped_not_copied(tmp_path):
    index_file(CORPUS, tmp_path)
    found = packed.read(next(tmp_path.glob("*.idx")))
    assert not any(column.flags.writeable or column.flags.owndata for column in found.columns.values())


def test_an_empty_corpus_has_an_index_too(tmp_path):
    assert not from_stored(Stored(0, [], [], [], []), tmp_path).ask("dang phi bn", TODAY).pieces
    assert not Library([], []).pieces
