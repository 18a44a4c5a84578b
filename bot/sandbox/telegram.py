"""The Telegram Bot API's server side: tokens, updates, webhook, limits; the methods are beside it."""

import asyncio
import itertools
import json
import math
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.sandbox.webhooks import Delivery, Lanes, Poster, as_json
from bot.sandbox.world import Chat, Fault, Json, Message, Person, World

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
"""Update kinds a bot gets only when it asks for them by name."""

ADMINISTRATOR = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)


class ApiError(Exception):
    """What the Bot API answers instead of a result; `code` is the HTTP status, too."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> ApiError:
    """A 400 in Telegram's words."""
    return ApiError(400, f"Bad Request: {description}")


class Params:
    """A call's parameters, from query, form, multipart or JSON: anything but text may be JSON in text."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.files: dict[str, tuple[str, str, bytes]] = {}
        """Multipart files: name, media type, bytes."""

    def text(self, name: str) -> str:
        """The value as text; "" when absent."""
        value = self.values.get(name)
        text = "" if value is None else str(value)
        if any("\ud800" <= char <= "\udfff" for char in text):  # half of a pair, which JSON can write
            raise bad("strings must be encoded in UTF-8")
        return text

    def integer(self, name: str) -> int | None:
        """The value as a whole number; None when absent. Raises ApiError."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """The value as yes or no."""
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes", "t", "y")

    def data(self, name: str) -> Any:
        """The value as an object or list; None when absent. Raises ApiError when it is broken JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise bad(f"can't parse {name} JSON object") from None


def called(body: bytes) -> Params | None:
    """The call a webhook's answer holds, as JSON, form or multipart; None for any other answer.

    Some libraries answer in multipart so that files fit. Its boundary is its first line.
    """
    params = Params()
    if body.startswith(b"--"):
        boundary, _, _ = body.partition(b"\r\n")
        head = b'Content-Type: multipart/form-data; boundary="%s"\r\n\r\n' % boundary[2:]
        for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
            name = str(part.get_param("name", "", header="content-disposition"))
            data = part.get_payload(decode=True)
            data = data if isinstance(data, bytes) else b""
            if file := part.get_filename():
                params.files[name] = (file, part.get_content_type(), data)
            else:
                params.values[name] = data.decode(errors="replace")
    else:
        answer = as_json(body)
        if answer is None:
            answer = dict(parse_qsl(body.decode(errors="replace")))
        params.values = answer if isinstance(answer, dict) else {}
    return params if isinstance(params.values.get("method"), str) else None


async def _read(request: web.Request) -> Params:
    params = Params()
    params.values.update(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except (ValueError, RecursionError):
            raise bad("can't parse JSON object") from None
        if isinstance(body, dict):
            params.values.update(body)
        return params
    try:
        form = await request.post()
    except ValueError:
        raise bad("can't parse the request's body") from None
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    for name, value in form.items():
        if isinstance(value, web.FileField):
            params.files[name] = (value.filename, value.content_type, value.file.read())
        else:
            params.values[name] = value
    return params


class Limiter:
    """Telegram's limits, as far as they are known: 30/s overall, 1/s a chat, 20/min a group."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = {}

    def check(self, chat: Chat) -> None:
        """Counts a message. Raises ApiError (429), with whole seconds to wait, when it is one too many."""
        now = asyncio.get_running_loop().time()
        rules = [("", 30, 1.0), (chat.chat_id, *((1, 1.0) if chat.kind == "private" else (20, 60.0)))]
        for key, most, window in rules:
            times = self._sent.setdefault(key, deque())
            while times and times[0] <= now - window:
                times.popleft()
            if len(times) >= most:
                wait = max(1, math.ceil(times[0] + window - now))
                raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        for key, _, _ in rules:
            self._sent[key].append(now)


class Telegram:
    """One bot on a local Telegram."""

    def __init__(self, world: World, methods: "Mapping[str, Callable[[Telegram, Params], Any]]") -> None:
        self.world = world
        self._methods = methods
        self.bot_id = 7_000_000_001
        self.username = "so_tay_sandbox_bot"
        self.token = f"{self.bot_id}:AA{secrets.token_urlsafe(24)}"
        self.switches: Json = {"limits": False, "privacy": True}
        self.updates: dict[int, Delivery] = {}
        """Not yet confirmed, in order."""
        self.allowed: list[str] | None = None
        self.webhook: Json = {"url": ""}
        self.secret = ""
        self.settings: Json = {}
        self.queries: dict[str, tuple[Chat, Message | None, int]] = {}
        """Callback queries: chat, message, epoch ms."""
        self._update_ids = itertools.count(100_000_001)
        self._limiter = Limiter()
        self._lanes = Lanes(self._deliver)
        self._poster = Poster(world, "telegram")
        self._poll: asyncio.Future[None] | None = None
        self._chats = itertools.count(1)
        self.last: Delivery | None = None

    def routes(self) -> list[web.RouteDef]:
        """Calls and downloads, below any base address."""
        return [
            web.route("*", r"/telegram/bot{token:[^/]+}/{method:.*}", self.handle),
            web.get(r"/telegram/file/bot{token:[^/]+}/{path:.+}", self.download),
        ]

    async def close(self) -> None:
        """Stops delivering."""
        await self._lanes.clear()
        await self._poster.close()

    # What Telegram's objects look like

    def me(self) -> Json:
        """The bot as a user."""
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": "Sổ tay (sandbox)",
            "username": self.username,
        }

    @staticmethod
    def user(person: Person) -> Json:
        """A person as a user."""
        first, _, last = person.name.partition(" ")
        user: Json = {
            "id": int(person.user_id),
            "is_bot": False,
            "first_name": first,
            "language_code": person.language,
        }
        if last:
            user["last_name"] = last
        if person.username:
            user["username"] = person.username
        return user

    def chat(self, chat: Chat) -> Json:
        """A chat as messages carry it."""
        if chat.kind != "private":
            all_alike = {"all_members_are_administrators": True} if chat.kind == "group" else {}
            return {"id": int(chat.chat_id), "type": chat.kind, "title": chat.title, **all_alike}
        user = self.user(self.world.person("telegram", chat.chat_id))
        return {"id": user["id"], "type": "private"} | {
            key: user[key] for key in ("first_name", "last_name", "username") if key in user
        }

    def standing(self, chat: Chat, status: str = "") -> Json:
        """The bot as a member of this chat."""
        status = status or ("member" if chat.kind == "private" else chat.bot)
        member: Json = {"status": status, "user": self.me()}
        if status == "kicked":
            member["until_date"] = 0
        if status == "administrator":
            member |= dict.fromkeys(ADMINISTRATOR, True) | {"can_be_edited": False, "is_anonymous": False}
        return member

    def new_group(self, title: str, kind: str) -> Chat:
        """Makes a group ("group" or "supergroup") without members; the bot is not in it yet."""
        number = next(self._chats)
        chat_id = str(-400_000_000 - number) if kind == "group" else str(-1_001_000_000_000 - number)
        chat = Chat("telegram", chat_id, kind, title, bot="left")
        self.world.chats["telegram", chat_id] = chat
        return chat

    def write(self, chat: Chat, person: Person | None, kind: str, content: Json, **more: Any) -> Message:
        """Puts a message into a chat, with its Bot API object; `content` are the object's own fields."""
        number = next(chat.numbers)
        native: Json = {
            "message_id": number,
            "from": self.user(person) if person else self.me(),
            "chat": self.chat(chat),
            "date": self.world.now_ms() // 1000,
            **content,
        }
        return self.world.post(
            chat,
            str(number),
            person.user_id if person else "",
            kind,
            content.get("text") or content.get("caption") or "",
            entities=len(content.get("entities") or content.get("caption_entities") or []),
            native=native,
            **more,
        )

    # Updates

    def update(self, chat_id: str, kind: str, content: Json) -> None:
        """Tells the bot that something happened, if it asked for that kind."""
        wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if not wanted:
            return
        number = next(self._update_ids)
        delivery = Delivery(number, chat_id, {"update_id": number, kind: content})
        self.updates[number] = delivery
        self.world.stats["telegram"]["updates_created"] += 1
        if self.webhook["url"]:
            self._lanes.put(delivery)
        self._wake_poll()

    def _wake_poll(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def confirm(self, number: int) -> None:
        """The bot has this update: it is forgotten."""
        if delivery := self.updates.pop(number, None):
            self.last = delivery
            self.world.stats["telegram"]["updates_answered"] += 1
            self.world.tick()

    async def take(self, limit: int, seconds: float) -> list[Json]:
        """Waits for updates, as getUpdates does. Raises ApiError (409) when a newer call takes over."""
        loop = asyncio.get_running_loop()
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(
                ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
            )
        if not self.updates and seconds > 0:
            mine = self._poll = loop.create_future()
            await asyncio.wait([mine], timeout=seconds)
            if mine.done() and (error := mine.exception()):
                raise error
        for delivery in list(self.updates.values())[:limit]:
            delivery.attempts += 1
        return [delivery.body for delivery in list(self.updates.values())[:limit]]

    async def set_webhook(self, url: str, secret: str, limit: int, *, drop: bool) -> None:
        """Points deliveries at an address; "" stops them. What waits is kept unless `drop`."""
        await self._lanes.clear()
        if url and self._poll is not None and not self._poll.done():
            self._poll.set_exception(ApiError(409, "Conflict: terminated by setWebhook request"))
        if drop:
            self.world.stats["telegram"]["updates_dropped"] += len(self.updates)
            self.updates.clear()
        self.secret = secret
        self.webhook = {"url": url, "max_connections": limit} if url else {"url": ""}
        if url:
            self._lanes.limit = limit
            for delivery in self.updates.values():
                self._lanes.put(delivery)
        self.world.tick()

    async def _deliver(self, delivery: Delivery) -> float | None:
        """One try. A chat's later updates wait until this one is answered."""
        if not self.webhook["url"] or delivery.number not in self.updates:
            return None
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        raw = json.dumps(delivery.body, separators=(",", ":")).encode()
        delivery.attempts += 1
        status, body = await self._poster.post(self.webhook["url"], raw, headers, 60)
        delivery.status = status
        if 200 <= status < 300:
            self.confirm(delivery.number)
            if params := called(body):
                await self._answer(params.values.pop("method"), params)
            return None
        self.webhook["last_error_date"] = self.world.now_ms() // 1000
        self.webhook["last_error_message"] = (
            f"Wrong response from the webhook: {status}" if status else body.decode(errors="replace")
        )
        self.world.tick()
        return float(min(0.2 * 2 ** (delivery.attempts - 1), 5.0))

    async def again(self) -> None:
        """Delivers the last answered update a second time, as happens after a lost answer."""
        if self.last is None:
            return
        self.updates[self.last.number] = self.last
        if self.webhook["url"]:
            self._lanes.put(self.last)
        self._wake_poll()

    # Calls

    def check_limits(self, chat: Chat) -> None:
        """Counts a message towards the platform's limits, where they are switched on."""
        if self.switches["limits"]:
            self._limiter.check(chat)

    async def handle(self, request: web.Request) -> web.Response:
        """Any call of any method."""
        method = request.match_info["method"]
        if ":" not in request.match_info["token"]:  # not even a token's shape
            return self._json(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        if request.match_info["token"] != self.token:
            return self._json(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        try:
            params = await _read(request)
        except ApiError as error:
            return self._json(error.code, self._error(error.code, error.description, {}))
        fault = self.world.fault("telegram", method, str(params.values.get("chat_id", "")))
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and (page := self._page(fault)):
            return page
        if fault is not None and fault.drop == "before":
            return self._hang_up(request)
        if fault is not None and fault.error is not None:
            status, answer = fault.error, self._error(fault.error, fault.description, fault.parameters)
            self.world.record("telegram", "call", method, params.values, status, answer)
        else:
            status, answer = await self._answer(method, params)
        if fault is not None and fault.drop == "after":
            return self._hang_up(request)
        if method.lower() != "getupdates":
            self.world.tick()
        return self._json(status, answer)

    async def _answer(self, method: str, params: Params) -> tuple[int, Json]:
        self.world.stats["telegram"]["calls"] += 1
        run = self._methods.get(method.lower())
        try:
            if run is None:
                raise ApiError(404, "Not Found: method not found" if method else "Not Found")
            result = run(self, params)
            if asyncio.iscoroutine(result):
                result = await result
            status, answer = 200, {"ok": True, "result": result}
        except (ApiError, AttributeError, KeyError, TypeError, ValueError) as error:
            # Whatever a method cannot make sense of is the caller's mistake, as on the real server.
            refusal = error if isinstance(error, ApiError) else bad("a parameter has the wrong type")
            status, answer = refusal.code, self._error(refusal.code, refusal.description, refusal.parameters)
            self.world.stats["telegram"]["refused"] += 1
        self.world.record("telegram", "call", method, params.values, status, answer)
        return status, answer

    @staticmethod
    def _error(code: int, description: str, parameters: Json) -> Json:
        answer: Json = {"ok": False, "error_code": code, "description": description}
        if parameters:
            answer["parameters"] = dict(parameters)
        return answer

    @staticmethod
    def _json(status: int, answer: Json) -> web.Response:
        return web.json_response(answer, status=status)

    @staticmethod
    def _page(fault: Fault) -> web.Response | None:
        if fault.http_status is None:
            return None
        return web.Response(status=fault.http_status, text="<html>gateway</html>", content_type="text/html")

    @staticmethod
    def _hang_up(request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.close()
        return web.Response()

    async def download(self, request: web.Request) -> web.Response:
        """A file's bytes, by the path getFile told."""
        path = request.match_info["path"]
        file = self.world.files.get(path.partition("/")[2].partition("/")[0])
        if request.match_info["token"] != self.token or file is None:
            return self._json(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        return web.Response(body=file.data, content_type="application/octet-stream")
