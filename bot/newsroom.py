"""Fetches feeds that are due, reads them in a process of their own, and rings the room when digests are due.

Everything from outside is taken for hostile: only allowed domains, no private addresses, no redirects away, so
many bytes and seconds and no more; reading happens where it can neither hang nor fill this process.
"""

import asyncio
import time
import zlib
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx
import structlog
from apscheduler.schedulers.base import BaseScheduler

from bot.channels.fetching import FetchRefused, addresses_of, public_address
from bot.clock import now
from bot.news import feeds, queries, rules, sending, service
from bot.news.feeds import MAX_BYTES, FeedRefused
from bot.news.models import Desk, Feed, Found, Habit, Waiting
from bot.reading import ReadingProcess
from bot.settings import Settings
from bot.store.writer import Writer, WriterStopped

log = structlog.get_logger()

AT_ONCE = 4
SECONDS = 20.0
"""For one feed, with its redirects."""
PARSE_SECONDS = 30
FIRST_SECONDS = 180
"""How long after the start a digest waits for the first reading of the feeds."""
MAX_REDIRECTS = 3
TAKEN_AT_ONCE = 5
"""Entries taken in by one commit: each is compared with some hundreds of stories."""


class Answer(NamedTuple):
    """What a feed's server said; `body` is None when nothing changed."""

    body: bytes | None
    url: str
    etag: str | None
    modified: str | None


class Door:
    """What may be asked: these domains on the open internet, and the origin `trusted` (a sandbox) besides."""

    def __init__(self, domains: Collection[str], trusted: str = "") -> None:
        self.domains = tuple(domains)
        self.trusted = trusted.rstrip("/")

    async def address(self, url: str) -> str:
        """The IP address to connect to. Raises FeedRefused("foreign_host" | "private_address" | "unreachable")."""
        if rules.link(url, url, self.domains, self.trusted) is None:
            raise FeedRefused("foreign_host")
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        try:
            if f"{parts.scheme}://{parts.netloc}" == self.trusted:
                return (await addresses_of(host, port))[0]
            return await public_address(host, port)
        except FetchRefused as refusal:
            raise FeedRefused(refusal.code) from None
        except OSError:
            raise FeedRefused("unreachable") from None


async def fetch(url: str, door: Door, etag: str | None = None, modified: str | None = None) -> Answer:
    """A feed's bytes. Raises FeedRefused.

    The connection goes to the very address that was checked: a name that changes its mind leads nowhere.
    """
    headers = {"User-Agent": "so-tay-bot", "Accept-Encoding": "gzip, identity"}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    try:
        async with asyncio.timeout(SECONDS), httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client:
            for _hop in range(MAX_REDIRECTS + 1):
                answer = await _ask(client, url, door, headers)
                if isinstance(answer, Answer):
                    return answer
                url = answer
            raise FeedRefused("foreign_host")
    except TimeoutError:
        raise FeedRefused("timeout") from None
    except httpx.TimeoutException:
        raise FeedRefused("timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise FeedRefused("unreachable") from None
    except ValueError:  # an address, of a redirect too, that is none
        raise FeedRefused("broken") from None


async def _ask(client: httpx.AsyncClient, url: str, door: Door, headers: dict[str, str]) -> Answer | str:
    """The answer, or where it was moved."""
    address = await door.address(url)
    asked = httpx.URL(url)
    request = client.build_request(
        "GET",
        asked.copy_with(host=address),
        headers=headers | {"Host": asked.netloc.decode()},
        extensions={"sni_hostname": asked.host},
    )
    answer = await client.send(request, stream=True)
    try:
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return Answer(None, url, None, None)
        if answer.has_redirect_location:
            return urljoin(url, answer.headers["Location"])
        if answer.status_code != httpx.codes.OK:
            raise FeedRefused("status")
        body = await _body(answer)
    finally:
        await answer.aclose()
    return Answer(body, url, answer.headers.get("ETag"), answer.headers.get("Last-Modified"))


async def _body(answer: httpx.Response) -> bytes:
    raw = bytearray()
    async for piece in answer.aiter_raw():
        raw += piece
        if len(raw) > MAX_BYTES:
            raise FeedRefused("too_big")
    packed = answer.headers.get("Content-Encoding", "identity").lower()
    if packed == "identity":
        return bytes(raw)
    if packed != "gzip":
        raise FeedRefused("broken")
    try:
        body = zlib.decompressobj(wbits=31).decompress(bytes(raw), MAX_BYTES + 1)
    except zlib.error:
        raise FeedRefused("broken") from None
    if len(body) > MAX_BYTES:
        raise FeedRefused("too_big")
    return body


def habit(settings: Settings) -> Habit:
    """How a digest is made where no unit has its own way. Raises ValueError for a setting that is no time."""
    return Habit(
        rules.read_minute(settings.digest_hour),
        rules.read_minute(settings.digest_preview),
        settings.digest_silence,
    )


def desk(settings: Settings) -> Desk:
    """What editors go by here."""
    domains, trusted = allowed_domains(settings), settings.news_trusted
    return Desk(habit(settings), lambda url: rules.link(url, url, domains, trusted) is not None)


def allowed_domains(settings: Settings) -> list[str]:
    """Where feeds and stories may be."""
    return [each.strip() for each in settings.news_domains.split(",") if each.strip()]


class Newsroom:
    """Keeps the feeds read and the digests sent. `gather` and `send` are rung by the bell."""

    def __init__(
        self, writer: Writer, settings: Settings, ring: Callable[[], None], waiting: Waiting
    ) -> None:
        """`ring` is called when something is to be sent; `waiting` tells what waits for members."""
        self._writer = writer
        self._settings = settings
        self._door = Door(allowed_domains(settings), settings.news_trusted)
        self._habit = habit(settings)
        self._ring = ring
        self._waiting = waiting
        self._reader = ReadingProcess(1 << 30)
        self._reading = asyncio.Lock()
        self._gathered = False
        self._began = time.monotonic()

    async def prepare(self) -> None:
        """Makes the configured feeds known, before anything is sent; yesterday's digest is sent no more.

        Raises OSError, ValueError for a list of feeds that cannot be read.
        """
        listed = await asyncio.to_thread(feeds.sources, self._settings.news_feeds or feeds.SHIPPED)
        await self._writer.run(partial(service.sync_sources, listed=listed))
        await self._writer.run(sending.close)

    async def send(self) -> None:
        """Queues the morning's digest where it is due, and shows editors the next one.

        A bot that starts late looks at the feeds first, but waits for them only so long.
        """
        if not self._gathered and time.monotonic() - self._began < FIRST_SECONDS:
            return
        with suppress(asyncio.CancelledError, WriterStopped):  # the bell falls silent first at the end
            while await self._writer.run(partial(sending.tick, defaults=self._habit, waiting=self._waiting)):
                self._ring()
            if await self._writer.run(partial(sending.previews, defaults=self._habit)):
                self._ring()

    def hang(self, bell: BaseScheduler, options: dict[str, Any]) -> None:
        """Lets the bell ring for feeds, digests and what is too old."""
        bell.add_job(self.gather, "interval", seconds=60, **options)
        bell.add_job(self.send, "interval", seconds=10, **options)
        bell.add_job(self._tidy, "interval", hours=1, **options)

    async def _tidy(self) -> None:
        with suppress(asyncio.CancelledError, WriterStopped):
            await self._writer.run(service.forget_old)

    async def gather(self) -> int:
        """Reads all feeds that are due, some at a time: none makes another wait. Returns how many stories are new."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(feed: Feed) -> int:
            async with slots:
                return await self._one(feed)

        with suppress(asyncio.CancelledError, WriterStopped):  # as above
            due = await self._writer.run(partial(queries.due_feeds, limit=500))
            made = sum(await asyncio.gather(*(one(feed) for feed in due)))
            self._gathered = True
            return made
        return 0

    async def _one(self, feed: Feed) -> int:
        try:
            answer = await fetch(feed.url, self._door, feed.etag, feed.modified)
            found: list[Found] = []
            if answer.body is not None:
                found, refused = await self._read(answer.body, answer.url)
                if refused:
                    log.warning("entries_refused", feed=feed.id, count=refused)
        except FeedRefused as refusal:
            log.warning("feed_failed", feed=feed.id, why=refusal.code)
            await self._writer.run(partial(service.failed, feed=feed, code=refusal.code))
            return 0
        made = 0
        for start in range(0, len(found), TAKEN_AT_ONCE):
            some = found[start : start + TAKEN_AT_ONCE]
            made += await self._writer.run(partial(service.take_in, feed=feed, found=some))
        count = None if answer.body is None else len(found)
        done = partial(service.fetched, feed=feed, items=count, etag=answer.etag, modified=answer.modified)
        await self._writer.run(done)
        return made

    async def _read(self, body: bytes, url: str) -> tuple[list[Found], int]:
        async with self._reading:  # so that each feed's seconds are its own
            return await self._parsed(body, url)

    async def _parsed(self, body: bytes, url: str) -> tuple[list[Found], int]:
        try:
            return await self._reader.run(
                PARSE_SECONDS, feeds.parse, body, url, now(), self._door.domains, self._door.trusted
            )
        except FeedRefused:
            raise
        except Exception as error:
            # Whatever broke the reader does not break us; a new process reads the next feed.
            log.warning("reader_broke", error=type(error).__name__)
            self.close()
            raise FeedRefused("broken") from None

    def close(self) -> None:
        """Ends the reading process."""
        self._reader.close()
