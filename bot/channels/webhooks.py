"""The web application that takes what platforms post: size, secret or signature, one parse, then the inbox.

Never a handler: "200" says that the update is stored, and nothing else.
"""

import hmac
import json
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

import structlog
from aiohttp import web

from bot.channels.telegram import inbound as telegram
from bot.channels.zalo_oa import connect
from bot.channels.zalo_oa import inbound as zalo_oa
from bot.channels.zalo_oa.signature import verify
from bot.clock import now

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.Response]]

MAX_BODY_BYTES = 1024 * 1024
TELEGRAM_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header, no secret
BURST = 20
BURST_WINDOW = timedelta(minutes=1)


class InboxFull(Exception):
    """Too much waits; the platform shall repeat. Raised only for channels that do repeat (Telegram)."""


class InboxFailed(Exception):
    """The store could not commit the row."""


class Inbox(Protocol):
    """Where updates are kept until the worker has dealt with them."""

    async def put(
        self, channel: str, update_key: str, chat_key: str, payload: bytes, update: Any = None
    ) -> None:
        """Returns when the row is committed (a repeated key counts as taken). `update` is the payload, parsed.

        Raises InboxFull (never for "zalo_oa": whether Zalo repeats is unsettled) or InboxFailed.
        """
        ...


@dataclass(frozen=True, slots=True)
class TelegramHook:
    """What the route of Telegram needs: the secret given to setWebhook."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ZaloHook:
    """What the route of a Zalo Official Account needs; `secret` is the OA secret key of the webhook page."""

    app_id: str
    oa_id: str
    secret: str = field(repr=False)
    variants: frozenset[str] | None = None
    """Names of the signature variants to accept (see `zalo_oa.signature.verify`); None: all."""
    app_secret: str = field(default="", repr=False)
    """Accepted as well: sources disagree on which of the two secrets signs."""
    keep: timedelta = timedelta(days=7)
    """How long the inbox remembers the keys that stop repeats: an older event is no longer let in."""


@dataclass(slots=True)
class _Bad:
    """When the last wrong ones of a kind came, and when a burst of them was last told."""

    moments: deque[datetime] = field(default_factory=lambda: deque(maxlen=BURST))
    alerted: datetime | None = None


class Tally:
    """Counts by name: "zalo_signature_bad", "telegram_secret_bad", "zalo_signature:" + the variant that matched."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._bad: defaultdict[str, _Bad] = defaultdict(_Bad)

    def bad(self, what: str) -> None:
        """Counts one "zalo_signature" or "telegram_secret" that was wrong.

        Logs the first of a while, and a burst once a minute, so that no flood fills the log.
        """
        moment, known = now(), self._bad[what]
        self.counts[f"{what}_bad"] += 1
        if not known.moments or moment - known.moments[-1] > BURST_WINDOW:
            log.warning(f"{what}_bad", total=self.counts[f"{what}_bad"])
        known.moments.append(moment)
        burst = len(known.moments) == BURST and moment - known.moments[0] <= BURST_WINDOW
        if burst and (known.alerted is None or moment - known.alerted > BURST_WINDOW):
            known.alerted = moment
            log.error(f"{what}_burst", total=self.counts[f"{what}_bad"])


TALLY = web.AppKey("tally", Tally)
"""Where `application` keeps its counts."""


Saw = Callable[[str, str], None]
"""Told of a variant of something unsettled: subject and variant (`zalo_oa.findings`)."""


def application(
    inbox: Inbox,
    *,
    telegram_hook: TelegramHook | None = None,
    zalo_hook: ZaloHook | None = None,
    zalo_page: Handler | None = None,
    saw: Saw = lambda subject, variant: None,
) -> web.Application:
    """The application: POST /webhook/telegram and /webhook/zalo (each only when configured), GET /health.

    `zalo_page` answers GET /zalo/callback, where the browser of whoever connects the account comes back.

    Answers 200 stored, 400 no update, 401 wrong secret or signature, 413 over MAX_BODY_BYTES, 503 not stored.
    Raises ValueError for an empty secret, which would let anybody in.
    """
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app[TALLY] = tally = Tally()
    app.router.add_get("/health", _health)
    if telegram_hook:
        if not telegram_hook.secret:
            raise ValueError("Telegram's webhook needs a secret")
        app.router.add_post("/webhook/telegram", _telegram(inbox, telegram_hook, tally))
    if zalo_hook:
        if not zalo_hook.secret:
            raise ValueError("Zalo's webhook needs the OA secret key")
        app.router.add_post("/webhook/zalo", _zalo(inbox, zalo_hook, tally, saw))
    if zalo_page:
        app.router.add_get(connect.PATH, zalo_page)
    return app


async def _health(request: web.Request) -> web.Response:
    return web.Response(text="ok")


def _telegram(inbox: Inbox, hook: TelegramHook, tally: Tally) -> Handler:
    secret = hook.secret.encode()

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get(TELEGRAM_SECRET_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, secret):
            # 401: whoever posts has not shown who they are. Telegram repeats after any answer but 2xx and
            # shows it in getWebhookInfo, so a secret set wrongly is found there, and nothing is lost.
            tally.bad("telegram_secret")
            return web.Response(status=401)
        return await _store(inbox, "telegram", telegram.identify, await request.read())

    return handle


def _zalo(inbox: Inbox, hook: ZaloHook, tally: Tally, saw: Saw) -> Handler:
    failed: deque[str] = deque(maxlen=200)
    """Keys of events that we answered with an error, to learn whether Zalo repeats them."""

    async def handle(request: web.Request) -> web.Response:
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            saw("webhook", "too_big")
            log.warning("webhook_body_too_big", channel="zalo_oa")
            raise
        if raw.strip() == b"{}":
            return web.Response()  # the console's unsigned probe when the address is registered
        variant = verify(
            raw,
            request.headers,
            app_id=hook.app_id,
            oa_id=hook.oa_id,
            secret=hook.secret,
            app_secret=hook.app_secret,
            allowed=hook.variants,
        )
        if variant is None:
            tally.bad("zalo_signature")
            saw("webhook", "bad_signature")
            return web.Response(status=401)
        tally.counts[f"zalo_signature:{variant}"] += 1
        saw("signature", variant)
        return await _take(raw, repeated="num_retry" in request.headers)

    async def _take(raw: bytes, *, repeated: bool) -> web.Response:
        try:
            payload = json.loads(raw)
            key, chat = zalo_oa.identify(payload)
        except (ValueError, RecursionError) as error:
            # Zalo signed it, and would repeat what we refuse until it switches the webhook off: it is kept,
            # and set aside by the worker for a person to see.
            log.warning(
                "webhook_body_unreadable", channel="zalo_oa", bytes=len(raw), error=type(error).__name__
            )
            saw("webhook", "unreadable")
            key, chat, payload = f"raw:{sha256(raw).hexdigest()}", "-", None
        else:
            saw("event", str(payload["event_name"]))
            moment = zalo_oa.moment_of(payload)
            if moment is not None and moment < now() - hook.keep:
                saw("webhook", "too_old")  # a replay: its key may be forgotten
                log.warning("webhook_event_too_old", channel="zalo_oa")
                return web.Response()
        if repeated:
            saw("repeat", "after_error" if key in failed else "after_silence")
        try:
            await inbox.put("zalo_oa", key, chat, raw, payload)
        except (InboxFull, InboxFailed) as error:
            failed.append(key)
            log.warning("webhook_not_stored", channel="zalo_oa", error=type(error).__name__)
            return web.Response(status=503)
        return web.Response()

    return handle


async def _store(
    inbox: Inbox, channel: str, identify: Callable[[object], tuple[str, str]], raw: bytes
) -> web.Response:
    try:
        update = json.loads(raw)
        update_key, chat_key = identify(update)
    except (ValueError, RecursionError) as error:
        log.warning("webhook_body_unreadable", channel=channel, bytes=len(raw), error=type(error).__name__)
        return web.Response(status=400)
    try:
        await inbox.put(channel, update_key, chat_key, raw, update)
    except (InboxFull, InboxFailed) as error:
        log.warning("webhook_not_stored", channel=channel, error=type(error).__name__)
        return web.Response(status=503)
    return web.Response()
