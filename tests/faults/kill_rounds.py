"""kill -9 at random moments while acknowledgements pour in: nothing said 200 is lost, nothing counts twice.

A platform of its own on loopback posts the presses and typed words (repeating what got no 200, as the
platforms do) and takes the bot's replies. Everything is counted afterwards in the database.
"""

import asyncio
import json
import random
import re
from collections import Counter
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp import web
from faulty import Town, build
from killable import Killable
from sqlalchemy import func, select

from bot.chat.choices import pack
from bot.clock import now, to_ms
from bot.directives.models import Acknowledge
from bot.store import inbox
from bot.store.tables.audit import audit
from bot.store.tables.delivery import outbox
from bot.store.tables.directives import recipients
from bot.store.tx import Tx

ACKNOWLEDGEMENTS = 2_000
DIRECTIVES = 5
CONNECTIONS = 32
FIRST_USER = 7_000_000_000
TOKEN = "42:" + "A" * 35
APP_ID, OA_ID, SECRET = "1234567890", "9876543210", "a-secret-of-the-hook"
HOOK_SECRET = "s3cret-mau"  # as `faulty.build` sets it


@dataclass
class Outcome:
    """One run, counted."""

    acknowledgements: int
    kills: int
    in_flight: int
    """Posts without an answer when a kill came, over all rounds."""
    answered_200: int
    effects: int
    """Acknowledgements in the database."""
    lost: int
    """Answered 200 and without effect."""
    doubled: int
    """Effects beyond the first of an acknowledgement."""
    replies: int
    replies_twice: int
    """Replies that reached the person a second time: sent, and killed before that was recorded."""
    replies_lost: int

    def plain(self) -> dict[str, int]:
        return asdict(self)


@web.middleware
async def _cut_off(request: web.Request, handler: Any) -> web.StreamResponse:
    """A call of a bot that was killed in the middle of it never came."""
    try:
        return await handler(request)
    except ConnectionResetError:
        return web.Response(status=400)


class Loopback:
    """Both platforms' APIs as far as an acknowledgement needs them; notes what each chat was told."""

    def __init__(self) -> None:
        self.told: Counter[tuple[str, str]] = Counter()
        self._sent = 0

    async def start(self) -> None:
        app = web.Application(middlewares=[_cut_off])
        app.router.add_post("/bot{token}/{method}", self._telegram)
        app.router.add_post("/v3.0/oa/{kind}/{how}", self._zalo)
        app.router.add_post("/v2.0/oa/upload/file", self._upload)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    def info(self) -> dict[str, Any]:
        """As `Sandbox.info` says it."""
        return {
            "telegram": {"token": TOKEN, "base_url": self.url},
            "zalo_oa": {
                "app_id": APP_ID,
                "oa_id": OA_ID,
                "oa_secret_key": SECRET,
                "access_token": "t",
                "base_url": self.url,
            },
        }

    def _note(self, chat: object, text: str) -> int:
        self.told[str(chat), text] += 1
        self._sent += 1
        return self._sent

    async def _telegram(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        body = (
            await request.json()
            if request.content_type == "application/json"
            else {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        )
        result: Any = True
        if method.startswith("send"):
            number = self._note(body["chat_id"], body.get("text") or body.get("caption", ""))
            chat = {"id": int(body["chat_id"]), "type": "private"}
            result = {"message_id": number, "date": 1_760_000_000, "chat": chat, "text": "…"}
        elif method == "getme":
            result = {"id": 42, "is_bot": True, "first_name": "Bot", "username": "a_bot"}
        return web.json_response({"ok": True, "result": result})

    async def _zalo(self, request: web.Request) -> web.Response:
        body = await request.json()
        words = json.dumps(body["message"], ensure_ascii=False, sort_keys=True)
        number = self._note(body["recipient"]["user_id"], words)
        return web.json_response({"error": 0, "message": "Success", "data": {"message_id": f"m{number}"}})

    async def _upload(self, request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"error": 0, "message": "Success", "data": {"token": "file-token"}})


@dataclass(frozen=True)
class Post:
    """One acknowledgement as the platform posts it, the same bytes each time."""

    number: int
    path: str
    body: bytes
    headers: dict[str, str]


def post_words(channel: str, number: int, user: str, name: str) -> Post:
    """Somebody types that they have read a paper."""
    if channel == "telegram":
        sender = {"id": int(user), "is_bot": False, "first_name": "Máy"}
        return _telegram(number, {"message": _message(user) | {"text": f"da doc {name}", "from": sender}})
    return _zalo(number, user, f"da doc {name}")


def post_press(channel: str, number: int, user: str, directive: int) -> Post:
    """Somebody presses the button of a paper's card."""
    payload = pack(Acknowledge(directive))
    if channel == "telegram":
        sender = {"id": int(user), "is_bot": False, "first_name": "Máy"}
        press = {"id": str(number), "from": sender, "chat_instance": "1", "message": _message(user)}
        return _telegram(number, {"callback_query": press | {"data": payload}})
    return _zalo(number, user, payload)


def _message(user: str) -> dict[str, Any]:
    chat = {"id": int(user), "type": "private"}
    return {"message_id": 1, "date": 1_760_000_000, "chat": chat, "text": "…"}


def _telegram(number: int, update: dict[str, Any]) -> Post:
    raw = json.dumps({"update_id": number} | update).encode()
    return Post(number, "/webhook/telegram", raw, {"X-Telegram-Bot-Api-Secret-Token": HOOK_SECRET})


def _zalo(number: int, user: str, text: str) -> Post:
    event = {
        "app_id": APP_ID,
        "oa_id": OA_ID,
        "event_name": "user_send_text",
        "timestamp": str(to_ms(now())),
        "sender": {"id": user},
        "recipient": {"id": OA_ID},
        "message": {"msg_id": f"u{number}", "text": text},
    }
    raw = json.dumps(event).encode()
    mac = sha256(APP_ID.encode() + raw + event["timestamp"].encode() + SECRET.encode()).hexdigest()
    return Post(number, "/webhook/zalo", raw, {"X-ZEvent-Signature": f"mac={mac}"})


def reply_to(words: str) -> str:
    """The paper whose acknowledgement these words confirm; empty for others (cards, the author's figures)."""
    found = re.search(r"\b10\d-KH/ĐU", words) if "Đã ghi nhận" in words else None
    return found[0] if found else ""


class Rounds:
    """A town, its bot that is killed, and the platform that keeps posting."""

    def __init__(
        self,
        channel: str,
        store: str,
        rounds: int,
        folder: Path,
        parent: Killable,
        url: str,
        acknowledgements: int = ACKNOWLEDGEMENTS,
    ) -> None:
        self.rounds = rounds
        self._acknowledgements = acknowledgements
        self._channel = channel
        self._folder = folder
        self._parent = parent
        self._database = url
        self._random = random.Random(f"{channel} {store} {rounds}")
        self._answered: set[int] = set()
        self._posted = 0
        self._in_flight = 0

    async def run(self) -> Outcome:
        platform = Loopback()
        await platform.start()
        self._parent.port = 0
        count = self._acknowledgements // DIRECTIVES
        town = await asyncio.to_thread(
            build, self._folder, platform, self._channel, count, self._parent, "", self._database
        )
        try:
            return await self._run(town, platform)
        finally:
            await asyncio.to_thread(self._parent.kill_at_once)
            town.engine.dispose()
            await platform.stop()

    async def _run(self, town: Town, platform: Loopback) -> Outcome:
        users = [str(FIRST_USER + number) for number in range(len(town.members))]
        await town.link_all([SimpleNamespace(user_id=user) for user in users])
        kills = self._parent.kills
        await self._parent.start(town.settings)
        names = [f"{101 + number}-KH/ĐU" for number in range(DIRECTIVES)]
        opened = [await town.directive(name, file=False) for name in names]
        await self._idle(town)
        platform.told.clear()
        posts = []
        for at in range(DIRECTIVES):
            for user in users:
                number = len(posts) + 1
                if number % 3:
                    posts.append(post_press(self._channel, number, user, opened[at]))
                else:
                    posts.append(post_words(self._channel, number, user, names[at]))
        size = len(posts) // self.rounds
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=30)
        ) as session:
            for number in range(self.rounds):
                part = posts[number * size : (number + 1) * size]
                kill_at = len(self._answered) + self._random.randint(1, size - CONNECTIONS)
                left = await self._pour(session, part, kill_at)
                await self._parent.start(town.settings)
                left = await self._pour(session, left, None)
                assert not left, "posts without a 200 though nobody was killed"
        await self._idle(town)
        return await self._count(town, platform, opened, kills)

    async def _pour(
        self, session: aiohttp.ClientSession, posts: list[Post], kill_at: int | None
    ) -> list[Post]:
        """Posts all; kills when so many are answered. Returns those that got no 200."""
        waiting = list(reversed(posts))
        left: list[Post] = []
        down = False

        async def one_after_another() -> None:
            nonlocal down
            while waiting and not down:
                post = waiting.pop()
                url = f"http://127.0.0.1:{self._parent.port}{post.path}"
                try:
                    async with session.post(url, data=post.body, headers=post.headers) as answer:
                        status = answer.status
                except aiohttp.ClientError:
                    status = 0
                if status != 200:
                    left.append(post)
                    self._in_flight += down
                    continue
                self._answered.add(post.number)
                if kill_at is not None and not down and len(self._answered) >= kill_at:
                    down = True
                    if self._random.random() < 0.5:  # right behind a 200, or somewhere in what follows it
                        await asyncio.sleep(self._random.random() / 50)
                    self._parent.kill_at_once()

        await asyncio.gather(*(one_after_another() for _ in range(CONNECTIONS)))
        return left + waiting

    async def _idle(self, town: Town) -> None:
        """Waits until everything taken in is handled and everything due is sent."""

        def busy(tx: Tx) -> int:
            return int(tx.value(select(func.count()).where(outbox.c.state < 2))) + inbox.counts(tx)["waiting"]

        async with asyncio.timeout(300):
            while await town.write(busy):  # noqa: ASYNC110 - another process works; only its database can tell
                await asyncio.sleep(0.05)

    async def _count(self, town: Town, platform: Loopback, opened: list[int], kills: int) -> Outcome:
        def look(tx: Tx) -> tuple[int, Counter[tuple[str, int]], dict[str, int]]:
            acknowledged = recipients.c.acknowledged_ms.is_not(None)
            effects = tx.value(
                select(func.count()).where(recipients.c.directive_id.in_(opened), acknowledged)
            )
            rows = tx.rows(select(audit).where(audit.c.action == "directive.acknowledge"))
            return int(effects), Counter((row.object, row.member_id) for row in rows), inbox.counts(tx)

        effects, noted, counts = await town.write(look)
        assert counts["waiting"] == counts["set_aside"] == 0, counts
        # Every acknowledgement has one reply that names its document; the same words again are a double.
        replies = Counter()
        for (chat, words), times in platform.told.items():
            if name := reply_to(words):
                replies[chat, name] += times
        wanted = len(opened) * len(town.members)
        return Outcome(
            acknowledgements=wanted,
            kills=self._parent.kills - kills,
            in_flight=self._in_flight,
            answered_200=len(self._answered),
            effects=effects,
            lost=len(self._answered) - sum(1 for times in noted.values() if times),
            doubled=sum(times - 1 for times in noted.values()),
            replies=sum(replies.values()),
            replies_twice=sum(times - 1 for times in replies.values()),
            replies_lost=wanted - len(replies),
        )
