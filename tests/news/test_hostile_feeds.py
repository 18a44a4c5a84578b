"""Whatever a news site does: it is refused, written down, and the others are read."""

import asyncio
import gzip
import socket

import pytest
from aiohttp import web

from bot import newsroom
from bot.news import feeds, queries, service
from bot.news.feeds import FeedRefused
from bot.news.models import Source, Topic
from bot.newsroom import Door, Newsroom, fetch
from bot.sandbox.server import start
from bot.settings import Settings
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from bot.store.vault import Keys, Vault
from bot.store.writer import Writer


@pytest.fixture
async def sandbox():
    made = await start()
    yield made
    await made.stop()


@pytest.fixture
async def writer(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/t.db")
    await asyncio.to_thread(migrate, engine)
    made = Writer(engine, Vault(Keys.new()), loop=asyncio.get_running_loop())
    made.start()
    yield made
    await asyncio.to_thread(made.stop)
    engine.dispose()


@pytest.fixture
async def room(sandbox, writer):
    settings = Settings(_env_file=None, news_trusted=sandbox.base)
    made = Newsroom(writer, settings, lambda: None, None)
    yield made
    made.close()


async def _read(sandbox, writer, room, *sites):
    listed = [Source(each, f"{sandbox.base}/news/{each}/feed", Topic.SOCIETY, True, True) for each in sites]
    await writer.run(lambda tx: service.sync_sources(tx, listed))
    await writer.run(lambda tx: tx.run(service.update(service.feeds).values(fetch_ms=0)))
    made = await room.gather()
    return made, {each.name: each for each in await writer.run(queries.all_feeds)}


async def test_a_bad_site_is_named_and_a_good_one_read(sandbox, writer, room):
    modes = {
        "huge": "too_big",
        "bomb": "entities",
        "home": "foreign_host",
        "away": "foreign_host",
        "down": "status",
        "empty": "empty",
        "garbage": "not_a_feed",
    }
    for times, (mode, error) in enumerate(modes.items(), 1):
        sandbox.news.sites["hong"].mode = mode
        made, found = await _read(sandbox, writer, room, "hong", "thanh-pho-mau")
        assert (found["hong"].error, found["hong"].failures) == (error, times)
        assert (found["thanh-pho-mau"].error, made) == (None, 4 if times == 1 else 0)
    sandbox.news.sites["hong"].mode = "well"
    _made, found = await _read(sandbox, writer, room, "hong", "thanh-pho-mau")
    assert (found["hong"].error, found["hong"].failures, found["hong"].items) == (None, 0, 1)


async def test_only_the_harmless_entry_of_a_hostile_feed_is_kept(sandbox, writer, room):
    made, found = await _read(sandbox, writer, room, "xau")
    assert (made, found["xau"].error, found["xau"].items) == (1, None, 1)
    [story] = await writer.run(
        lambda tx: queries.by_ids(tx, [row.id for row in tx.rows(queries.select(queries.stories.c.id))])
    )
    assert story.title.startswith("Bài lành giữa những bài xấu")
    assert story.url.startswith(sandbox.base)


async def test_a_slow_site_is_left_and_the_others_do_not_wait(sandbox, writer, room, monkeypatch):
    monkeypatch.setattr(newsroom, "SECONDS", 1.0)
    made, found = await _read(sandbox, writer, room, "cham", "thanh-pho-mau")
    assert (found["cham"].error, made) == ("timeout", 4)


async def test_what_has_not_changed_is_not_read_again(sandbox, writer, room):
    await _read(sandbox, writer, room, "nhan-dan-mau")
    made, found = await _read(sandbox, writer, room, "nhan-dan-mau")
    assert (made, found["nhan-dan-mau"].items, found["nhan-dan-mau"].error) == (0, 3, None)
    assert sandbox.news.sites["nhan-dan-mau"].unchanged == 1


async def test_a_failing_feed_is_asked_less_and_less_often(sandbox, writer, room):
    waits = []
    for _time in range(6):
        _made, found = await _read(sandbox, writer, room, "hong")
        waits.append(
            await writer.run(lambda tx: tx.value(service.select(service.feeds.c.fetch_ms)) - tx.now_ms)
        )
    assert [round(wait / 60_000) for wait in waits] == [30, 60, 120, 240, 360, 360]
    assert found["hong"].failures == 6


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1/rss", "foreign_host"),
        ("http://[::1]/rss", "foreign_host"),
        ("file:///etc/passwd", "foreign_host"),
        ("https://evil.example/rss", "foreign_host"),
        ("https://user:pass@bao.example/rss", "foreign_host"),
        ("https://bao.example:22/rss", "foreign_host"),
        ("https://bao.example/rss", "private_address"),
        ("https://tin.bao.example/rss", "private_address"),
    ],
)
async def test_nothing_inside_the_network_is_asked(url, code, monkeypatch):
    """An allowed name that points inside is refused by its address, whatever kind of inside."""
    inside = iter(("10.0.0.5", "127.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fc00::1") * 3)

    async def lookup(_loop, _host, port, **_more):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(inside), port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", lookup)
    for _each in range(6):
        with pytest.raises(FeedRefused) as refused:
            await fetch(url, Door(("bao.example",)))
        assert refused.value.code == code


async def _refused(answer, code: str, domains: tuple[str, ...]) -> None:
    """Holds when a site that answers so is refused for this."""
    app = web.Application()
    app.add_routes([web.get("/rss", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        with pytest.raises(FeedRefused, match=code):
            await fetch(f"{origin}/rss", Door(domains, origin))
    finally:
        await runner.cleanup()


async def test_a_small_file_that_unpacks_to_a_large_one_is_refused():
    packed = gzip.compress(b"<rss>" + b" " * (feeds.MAX_BYTES * 4))
    assert len(packed) < 100_000

    async def answer(_request):
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    await _refused(answer, "too_big", ())


@pytest.mark.parametrize("address", ["http://[x", f"https://{'a' * 64}.bao.example/rss"])
async def test_an_address_that_is_none_is_refused_and_breaks_nothing(address):
    async def answer(_request):
        return web.Response(status=302, headers={"Location": address})

    await _refused(answer, "broken", ("bao.example",))


def test_the_shipped_list_says_of_each_feed_whether_it_was_tried():
    listed = feeds.sources()
    assert len({each.url for each in listed}) == len(listed) >= 6
    assert listed[0].topic == Topic.PARTY
    assert all(not (each.public and each.topic == Topic.PARTY) for each in listed)


def test_entities_are_found_in_any_encoding():
    bomb = '<!DOCTYPE r [<!ENTITY a "b">]><rss/>'
    for encoding in ("utf-8", "utf-16", "utf-32", "utf-16-be"):
        with pytest.raises(FeedRefused, match="entities"):
            feeds.parse(bomb.encode(encoding), "https://a.example/", None, ())
