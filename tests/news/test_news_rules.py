"""Addresses, words, odd times, topics, the order of a digest."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handlers import vocabulary
from bot.news import rules, texts
from bot.news.editions import Editions
from bot.news.models import Story, Topic, Wish

NOW = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 07:00 in Vietnam
DOMAINS = ("nhandan.vn", "vnu.edu.vn")


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("https://nhandan.vn/bai-1.html?utm_source=rss&p=2#x", "https://nhandan.vn/bai-1.html?p=2"),
        ("/bai-2.html", "https://nhandan.vn/bai-2.html"),
        ("https://tin.VNU.edu.vn/a", "https://tin.vnu.edu.vn/a"),
        ("http://www.nhandan.vn/", "http://www.nhandan.vn/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://nhandan.vn.evil.example/", None),
        ("https://evilnhandan.vn/", None),
        ("https://nhandan.vn@evil.example/", None),
        ("https://user@nhandan.vn/", None),
        ("https://nhandan.vn:8443/", None),
        ("http://127.0.0.1/", None),
        ("ftp://nhandan.vn/", None),
        ("https://[::1", None),
        ("https://nhandan.vn/" + "a" * 600, None),
        ("https://nhandan.vn/a<b", None),
    ],
)
def test_a_link_is_shown_only_on_an_allowed_domain(given_, shown):
    assert rules.link(given_, "https://nhandan.vn/rss/home.rss", DOMAINS) == shown


def test_the_trusted_origin_is_that_very_origin():
    trusted = "http://127.0.0.1:8090"
    assert rules.link("http://127.0.0.1:8090/news/a", trusted, (), trusted)
    for other in ("http://127.0.0.1:8091/", "https://127.0.0.1:8090/", "http://127.0.0.1:80901/"):
        assert rules.link(other, trusted, (), trusted) is None


def test_the_same_page_has_one_key():
    pages = (
        "https://nhandan.vn/bai.html",
        "http://www.nhandan.vn/bai.html/",
        "https://m.nhandan.vn/bai.html",
        "https://amp.nhandan.vn/bai.html/amp",
    )
    keys = {rules.key_of(rules.link(page, page, DOMAINS)) for page in pages}
    assert len(keys) == 1
    assert rules.key_of("https://nhandan.vn/?b=1&a=2") == rules.key_of("https://nhandan.vn/?a=2&b=1")
    assert rules.key_of("https://nhandan.vn/?id=1") != rules.key_of("https://nhandan.vn/?id=2")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Tin &amp;amp; b&agrave;i", "Tin & bài"),
        ("<b>Một</b>&nbsp;tin", "Một tin"),
        ("<script>alert(1)</script>Tin", "Tin"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Tin", "Tin"),
        (normalize("NFD", "Đảng ủy"), "Đảng ủy"),
        ("a\u202eb\u200bc\x00d", "abc d"),
        ("1 < 2 và 3", "1 < 2 và 3"),
    ],
)
def test_words_of_a_feed_come_out_plain(raw, shown):
    assert rules.plain(raw) == shown


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_plain_words_stay_on_one_line_and_never_raise(text):
    shown = rules.plain(text)
    assert "\n" not in shown and shown == shown.strip() and "<script" not in shown.lower()


def test_a_summary_is_cut_at_a_sentence():
    assert rules.first_sentence("Câu một. Câu hai.") == "Câu một."
    assert (
        rules.first_sentence("TP. Hà Nội khai mạc hội nghị. Sau đó nghỉ.") == "TP. Hà Nội khai mạc hội nghị."
    )
    assert rules.first_sentence("Tăng 3.5 điểm so với năm trước! Hết.") == "Tăng 3.5 điểm so với năm trước!"
    long = rules.first_sentence("từ " * 200)
    assert len(long) <= rules.MAX_SUMMARY and long.endswith("từ…")


SIX = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # 06:00 in Vietnam, on the 24th


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 24 Nov 2026 06:00:00 +0700",
        "Tue, 24 Nov 2026 06:00:00 GMT+7",
        "Tue, 24 Nov 2026 06:00:00 GMT+07:00",
        "Tue, 24 Nov 2026 06:00:00 UTC +7",
        "Tue, 24 Nov 2026 06:00:00 ICT",
        "Mon, 23 Nov 2026 23:00:00 GMT",
        "Tue, 24 Nov 2026 06:00:00 GMT",  # Vietnam's time called GMT: it would lie ahead
        "Tue, 24 Nov 2026 06:00:00",
        "2026-11-24T06:00:00+07:00",
        "2026-11-24T06:00:00",
        "2026-11-23T23:00:00Z",
        "2026-11-24 06:00:00",
        "24/11/2026 06:00",
        "24-11-2026 06:00:00",
        "24/11/2026 06:00 GMT+7",
        "11/24/2026 6:00:00 AM",
    ],
)
def test_odd_zones_are_repaired(text):
    assert rules.repair_time(text, NOW) == SIX


@pytest.mark.parametrize("text", ["", "hôm qua", "31/02/2026", "Tue, 24 Nov 2099 06:00:00 GMT", "0000-00-00"])
def test_what_is_no_time_is_the_moment_of_fetching(text):
    assert rules.repair_time(text, NOW) == NOW


@given(st.text(max_size=100))
def test_no_time_lies_ahead_and_none_raises(text):
    assert rules.repair_time(text, NOW) <= NOW


@pytest.mark.parametrize(
    ("title", "feed", "topic"),
    [
        ("Chi bộ sinh viên kết nạp đảng viên", Topic.SOCIETY, Topic.PARTY),
        ("Thành ủy họp phiên thường kỳ", Topic.CITY, Topic.PARTY),
        ("Trường đại học công bố phương án tuyển sinh", Topic.SOCIETY, Topic.EDUCATION),
        ("Giá vải sớm tăng nhẹ", Topic.SOCIETY, Topic.SOCIETY),
        ("Bộ Chính trị họp", Topic.SCHOOL, Topic.SCHOOL),
        ("Nghỉ điện", Topic.NOTICE, Topic.NOTICE),
    ],
)
def test_topics_by_feed_and_keyword(title, feed, topic):
    assert rules.topic_of(title, feed) == topic


def _story(number, topic, *, sources=1, unit=None, age=0):
    return Story(
        number,
        f"Tin {number}",
        "",
        "",
        topic,
        True,
        unit,
        NOW - timedelta(minutes=age),
        tuple(map(str, range(sources))),
    )


def test_party_building_first_but_not_alone():
    stories = [_story(n, Topic.PARTY, age=n) for n in range(6)]
    stories += [_story(10, Topic.CITY), _story(11, Topic.SOCIETY), _story(12, Topic.SOCIETY, sources=3)]
    chosen = rules.choose(rules.ranked(stories, []), (), Wish(), ())
    assert [story.id for story in chosen] == [0, 1, 2, 10, 12]
    assert [s.id for s in rules.choose(rules.ranked(stories[:6], []), (), Wish(), ())] == [0, 1, 2, 3, 4]


def test_pins_notices_topics_and_units():
    stories = [
        _story(1, Topic.PARTY),
        _story(2, Topic.CITY),
        _story(3, Topic.NOTICE, unit=7),
        _story(4, Topic.NOTICE, unit=8),
        _story(5, Topic.SOCIETY),
    ]
    ranked = rules.ranked(stories, [5])
    without = Wish(without=frozenset({Topic.SOCIETY, Topic.PARTY}))
    assert [story.id for story in rules.choose(ranked, {5}, without, {7})] == [5, 3, 2]
    assert [story.id for story in rules.choose(ranked, {5}, Wish(), set())] == [5, 1, 2]


def test_the_reader_and_the_digest_call_it_the_same():
    assert vocabulary.DIGEST == texts.ABOUT


def test_what_was_known_before_is_what_the_nearest_edition_of_the_day_before_knew():
    kept = SimpleNamespace(_before={1: SimpleNamespace(frozen_ms=600), 2: SimpleNamespace(frozen_ms=630)})
    kept._before[3] = SimpleNamespace(frozen_ms=None)
    known = Editions._known_before
    assert [known(kept, path) for path in ([1, 2], [3, 2], [2], [4])] == [600, 630, 630, 0]
