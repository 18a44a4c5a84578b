"""The control API: to be a person on a platform, to turn the clock, to make things go wrong, to look."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot import clock
from bot.sandbox.telegram import Telegram
from bot.sandbox.telegram_people import TelegramPeople
from bot.sandbox.world import PLATFORMS, Chat, Fault, Json, Person, Refused, World
from bot.sandbox.zalo_oa import ZaloOa
from bot.sandbox.zalo_people import ZaloPeople
from bot.sandbox.zalo_quota import FREE_MS, WINDOW_MS

MOST_WAIT_S = 60.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def body(request: web.Request) -> Json:
    """The JSON body; {} when there is none. Raises Refused."""
    if not request.can_read_body:
        return {}
    try:
        found = await request.json()
    except ValueError:
        raise Refused("the body is not JSON") from None
    if not isinstance(found, dict):
        raise Refused("the body must be a JSON object")
    return found


def number(request: web.Request, name: str, default: float) -> float:
    """A number from the query. Raises Refused."""
    try:
        return float(request.query.get(name, default))
    except ValueError:
        raise Refused(f"{name} must be a number") from None


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Control calls that cannot be done say why, as JSON."""
    try:
        return await handler(request)
    except Refused as error:
        return web.json_response({"error": str(error)}, status=error.status)
    except (ValueError, TypeError, KeyError) as error:
        if not request.path.startswith("/control/"):
            raise
        return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)


class Control:
    """Everything below /control."""

    def __init__(
        self,
        world: World,
        telegram: Telegram,
        telegram_people: TelegramPeople,
        zalo: ZaloOa,
        zalo_people: ZaloPeople,
        info: Callable[[], Json],
    ) -> None:
        self.world = world
        self.telegram = telegram
        self.telegram_people = telegram_people
        self.zalo = zalo
        self.zalo_people = zalo_people
        self._info = info
        self._sides: dict[str, TelegramPeople | ZaloPeople] = {
            "telegram": telegram_people,
            "zalo_oa": zalo_people,
        }
        self._switches = {"telegram": telegram.switches, "zalo_oa": zalo.switches}

    def routes(self) -> list[web.RouteDef]:
        """The addresses, as docs/sandbox.md tells them."""
        return [
            web.get("/control/info", self.info),
            web.get("/control/people", self.people),
            web.post("/control/people", self.create),
            web.post("/control/people/{platform}/{user_id}/{act}", self.act),
            web.get("/control/chats/{platform}/{chat_id}/messages", self.messages),
            web.post("/control/groups", self.group),
            web.post("/control/groups/{chat_id}/bot", self.group_bot),
            web.post("/control/groups/{chat_id}/migrate", self.group_migrate),
            web.get("/control/clock", self.clock),
            web.post("/control/clock", self.clock),
            web.get("/control/switches", self.switches),
            web.post("/control/switches", self.switches),
            web.get("/control/faults", self.faults),
            web.post("/control/faults", self.add_fault),
            web.delete("/control/faults", self.clear_faults),
            web.post("/control/zalo_oa/webhook", self.zalo_webhook),
            web.post("/control/zalo_oa/authorize", self.zalo_authorize),
            web.post("/control/zalo_oa/console", self.zalo_console),
            web.post("/control/zalo_oa/expire", self.zalo_expire),
            web.get("/control/zalo_oa/books", self.zalo_books),
            web.get("/control/deliveries", self.deliveries),
            web.post("/control/deliveries/retry", self.retry),
            web.post("/control/deliveries/again", self.again),
            web.get("/control/idle", self.idle),
            web.get("/control/log", self.log),
            web.get("/control/stats", self.stats),
        ]

    def _platform(self, given: object) -> str:
        if given not in PLATFORMS:
            raise Refused(f"platform must be one of {', '.join(PLATFORMS)}")
        return str(given)

    async def info(self, request: web.Request) -> web.Response:
        """Base addresses and tokens."""
        return web.json_response(self._info())

    # People and chats

    async def create(self, request: web.Request) -> web.Response:
        """A new person."""
        data = await body(request)
        person: Person = self._sides[self._platform(data.get("platform"))].create(data)
        return web.json_response(person.view())

    async def people(self, request: web.Request) -> web.Response:
        """Everybody."""
        return web.json_response({"people": [person.view() for person in self.world.people.values()]})

    async def act(self, request: web.Request) -> web.Response:
        """A person does something."""
        info = request.match_info
        side = self._sides[self._platform(info["platform"])]
        person = self.world.person(info["platform"], info["user_id"])
        return web.json_response(await side.act(person, info["act"], await body(request)))

    async def messages(self, request: web.Request) -> web.Response:
        """A chat's entries changed after a number, waiting for one if asked to."""
        chat = self.world.chat(self._platform(request.match_info["platform"]), request.match_info["chat_id"])
        wait = min(number(request, "wait", 0), MOST_WAIT_S)
        found = await self.world.read(chat, int(number(request, "after", 0)), wait)
        return web.json_response({"seq": self.world.seq, "messages": [message.view() for message in found]})

    def _group(self, request: web.Request) -> Chat:
        return self.world.chat("telegram", request.match_info["chat_id"])

    async def group(self, request: web.Request) -> web.Response:
        """A new Telegram group."""
        return web.json_response(self.telegram_people.group(await body(request)))

    async def group_bot(self, request: web.Request) -> web.Response:
        """Adds the bot to a group, or takes it out."""
        chat = self._group(request)
        self.telegram_people.set_bot(chat, str((await body(request)).get("status", "member")))
        return web.json_response({"chat_id": chat.chat_id, "bot": chat.bot})

    async def group_migrate(self, request: web.Request) -> web.Response:
        """Turns a group into a supergroup."""
        return web.json_response(self.telegram_people.migrate(self._group(request)))

    # Time, switches, faults

    async def clock(self, request: web.Request) -> web.Response:
        """The time; POST turns it by so many seconds."""
        if request.method == "POST":
            by = (await body(request)).get("seconds")
            if not isinstance(by, int | float):
                raise Refused("seconds must be a number")
            clock.CLOCK.turn(timedelta(seconds=by))
            self.zalo_people.retry(before=self.world.now_ms())
        return web.json_response({"now": clock.now().isoformat(), "now_ms": self.world.now_ms()})

    async def switches(self, request: web.Request) -> web.Response:
        """How the platforms behave where it may be chosen; POST changes what it names."""
        if request.method == "POST":
            for platform, changes in (await body(request)).items():
                known = self._switches[self._platform(platform)]
                for name, value in (changes if isinstance(changes, dict) else {}).items():
                    if name not in known or type(value) is not type(known[name]):
                        kinds = {key: type(default).__name__ for key, default in known.items()}
                        raise Refused(
                            f"no switch {name!r} with such a value on {platform}; there are {kinds}"
                        )
                    known[name] = value
        return web.json_response(self._switches)

    async def faults(self, request: web.Request) -> web.Response:
        """What will go wrong."""
        named = [
            {field.name: getattr(fault, field.name) for field in fields(Fault)} for fault in self.world.faults
        ]
        return web.json_response({"faults": named})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Makes the next calls of a method go wrong."""
        data = await body(request)
        self._platform(data.get("platform"))
        known = {field.name for field in fields(Fault)}
        if unknown := set(data) - known:
            raise Refused(f"a fault has {', '.join(sorted(known))}, not {', '.join(sorted(unknown))}")
        if data.get("drop", "") not in ("", "before", "after"):
            raise Refused("drop is before or after")
        self.world.faults.append(Fault(**data))
        return await self.faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Nothing goes wrong any more."""
        self.world.faults.clear()
        return await self.faults(request)

    # Zalo's console

    async def zalo_webhook(self, request: web.Request) -> web.Response:
        """Sets where Zalo's events go, after the probe."""
        await self.zalo_people.set_webhook(str((await body(request)).get("url") or ""))
        return web.json_response({"url": self.zalo_people.url})

    async def zalo_authorize(self, request: web.Request) -> web.Response:
        """The OA's administrator agrees: a code for v4/oa/access_token."""
        data = await body(request)
        code = self.zalo.oauth.authorize(str(data.get("code_challenge") or ""))
        return web.json_response({"code": code, "oa_id": self.zalo.oa_id})

    async def zalo_console(self, request: web.Request) -> web.Response:
        """The application's page: callback address and code challenge; tells what it says."""
        self.zalo.oauth.set_console(await body(request))
        return web.json_response(self.zalo.oauth.console)

    async def zalo_expire(self, request: web.Request) -> web.Response:
        """Ends every access token now."""
        self.zalo.oauth.expire()
        return web.json_response({})

    async def zalo_books(self, request: web.Request) -> web.Response:
        """What the OA's messages cost so far, and what is left of this month's package."""
        ledger = self.zalo.ledger
        left = ledger.left(self.world.now_ms())
        terms = {"free_ms": FREE_MS, "window_ms": WINDOW_MS, "price": self.zalo.switches["price"]}
        return web.json_response(
            {**ledger.books, "package_left": left, "uploads": ledger.uploads, "terms": terms}
        )

    # Deliveries

    def pending(self, platform: str = "") -> int:
        """Updates the bot has not answered yet, those between two tries left out."""
        count = 0
        if platform in ("", "telegram"):
            count += len(self.telegram.updates)
        if platform in ("", "zalo_oa"):
            count += self.zalo_people.pending
        return count

    async def deliveries(self, request: web.Request) -> web.Response:
        """What the bot has not answered, by platform."""
        zalo = self.zalo_people
        return web.json_response(
            {
                "telegram": {
                    "pending": len(self.telegram.updates),
                    "updates": [delivery.view() for delivery in self.telegram.updates.values()],
                },
                "zalo_oa": {"pending": zalo.pending, "waiting": [delivery.view() for delivery in zalo.later]},
            }
        )

    async def retry(self, request: web.Request) -> web.Response:
        """Sends now whatever waits for its rung of Zalo's ladder."""
        return web.json_response({"retried": self.zalo_people.retry()})

    async def again(self, request: web.Request) -> web.Response:
        """Delivers a platform's last answered update a second time."""
        platform = self._platform((await body(request)).get("platform"))
        await (self.telegram if platform == "telegram" else self.zalo_people).again()
        return web.json_response({})

    async def idle(self, request: web.Request) -> web.Response:
        """Waits until every delivery is answered and nothing was called for `quiet` seconds."""
        platform = request.query.get("platform", "")
        quiet = number(request, "quiet", 0)
        loop = asyncio.get_running_loop()
        until = loop.time() + min(number(request, "wait", 10), MOST_WAIT_S)
        while True:
            count = self.pending(platform)
            rest = self.world.active + quiet - loop.time()
            left = until - loop.time()
            if (not count and rest <= 0) or left <= 0:
                return web.json_response(
                    {"idle": not count and rest <= 0, "pending": count, "seq": self.world.seq}
                )
            await self.world.next_tick(left if count else min(left, rest))

    # Looking

    async def log(self, request: web.Request) -> web.Response:
        """The last calls and deliveries, raw; those of one chat if asked."""
        last = int(number(request, "last", 200))
        platform, chat = request.query.get("platform", ""), request.query.get("chat", "")
        found = [
            entry
            for entry in self.world.log
            if platform in ("", entry["platform"]) and (not chat or self._about(entry, chat))
        ]
        return web.json_response({"log": found[-last:] if last > 0 else []})

    def _about(self, entry: Json, chat: str) -> bool:
        asked = entry["request"]
        if isinstance(asked, dict) and "callback_query_id" in asked:  # its answer names no chat
            pressed = self.telegram.queries.get(str(asked["callback_query_id"]))
            return pressed is not None and pressed[0].chat_id == chat
        return re.search(rf"(?<![\d-]){re.escape(chat)}(?!\d)", json.dumps(asked)) is not None

    async def stats(self, request: web.Request) -> web.Response:
        """Counts by platform, and messages by chat."""
        chats: dict[str, Json] = {platform: {} for platform in PLATFORMS}
        for (platform, chat_id), chat in self.world.chats.items():
            with_bot = sum(not message.author for message in chat.messages)
            chats[platform][chat_id] = {"bot": with_bot, "person": len(chat.messages) - with_bot}
        answer: dict[str, Any] = {
            platform: {
                "updates_created": 0,
                "updates_answered": 0,
                "updates_lost": 0,
                "updates_dropped": 0,
                **counts,
                "pending": self.pending(platform),
                "chats": chats[platform],
            }
            for platform, counts in self.world.stats.items()
        }
        return web.json_response(answer)
