"""The person: somebody on a messenger, for tests and the demo, through the sandbox's control API.

member = await Person.create(sandbox.control_url, "telegram", name="Nguyễn Văn Mẫu")
await member.starts()
await member.sees("Kính chào đồng chí")
await member.taps("Xác thực")
"""

import asyncio
import base64
import unicodedata
import weakref
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import aiohttp

_sessions: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession]" = (
    weakref.WeakKeyDictionary()
)


def _session() -> aiohttp.ClientSession:
    """One session for everybody in this event loop: hundreds of people wait for answers at once."""
    loop = asyncio.get_running_loop()
    session = _sessions.get(loop)
    if session is None or session.closed:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=90)
        )
        _sessions[loop] = session
    return session


async def close() -> None:
    """Closes this event loop's connections to sandboxes. Call it when the last person is done."""
    session = _sessions.pop(asyncio.get_running_loop(), None)
    if session is not None:
        await session.close()


class ControlRefused(Exception):
    """The sandbox says that this cannot be done (the button is gone, the person blocked the bot …)."""


async def control(control_url: str, path: str, data: dict[str, Any] | None = None, **query: object) -> Any:
    """One control call: POST with `data`, else GET. The answer's JSON. Raises ControlRefused."""
    url = f"{control_url}/{path}"
    params = {key: str(value) for key, value in query.items()}
    async with _session().request("GET" if data is None else "POST", url, json=data, params=params) as answer:
        body = await answer.json(content_type=None) if answer.content_length != 0 else {}
        if answer.status >= 400:
            raise ControlRefused(f"{path}: {body.get('error', answer.status)}")
        return body


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a chat, as its person sees it."""

    seq: int
    """Its place in the world's one line of happenings."""
    id: str
    from_bot: bool
    author: str
    kind: str
    """"text", "document", "photo", "sticker", "voice", "location", "contact", "tap", "service", …"""
    text: str
    buttons: tuple[str, ...]
    """Labels, in reading order."""
    payloads: tuple[str, ...]
    """What each button sends, in the same order."""
    keyboard: str
    file_id: str
    file_name: str
    file_size: int
    entities: int
    edited: bool
    deleted: bool
    toast: str
    """The newest short note that answered a press on this message."""
    said: int
    """When its words last changed."""
    toast_seq: int
    changed: int

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Self:
        """From the control API's object."""
        file = raw["file"] or {"id": "", "name": "", "size": 0}
        return cls(
            seq=raw["seq"],
            id=raw["id"],
            from_bot=raw["from"] == "bot",
            author=raw["author"],
            kind=raw["kind"],
            text=raw["text"],
            buttons=tuple(button["label"] for button in raw["buttons"]),
            payloads=tuple(button["payload"] for button in raw["buttons"]),
            keyboard=raw["keyboard"],
            file_id=file["id"],
            file_name=file["name"],
            file_size=file["size"],
            entities=raw["entities"],
            edited=raw["edited"],
            deleted=raw["deleted"],
            toast=raw["toast"],
            said=raw["said"],
            toast_seq=raw["toast_seq"],
            changed=raw["changed"],
        )

    def line(self, names: dict[str, str]) -> str:
        """As a transcript shows it; `names` by user id, "" is the bot."""
        parts = [self.text] if self.kind != "tap" else [f"[{self.text}]"]
        if self.kind not in ("text", "tap", "document"):
            parts.insert(0, f"({self.kind})")
        if self.file_name and self.kind not in ("sticker", "voice"):
            parts.append(f"({self.file_name}, {self.file_size} B)")
        parts += [f"[{label}]" for label in self.buttons]
        if self.deleted:
            parts = ["(deleted)"]
        said = " ".join(part for part in parts if part)
        toast = f"\n{names['']}: «{self.toast}»" if self.toast else ""
        return f"{names.get(self.author, self.author)}: {said}{toast}"


BY_NUMBER = False
"""Set by tests: whoever would press a button types its number instead."""


def _number_of(wanted: str, message: Message) -> str | None:
    """The number of the choice whose label contains this: its place among the buttons, or that in the list."""
    for place, label in enumerate(message.buttons, 1):
        if wanted in _fold(label):
            return str(place)
    for line in _fold(message.text).splitlines():
        number, dot, label = line.partition(". ")
        if dot and number.isdigit() and wanted in label:
            return number
    return None


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text)


class Person:
    """Somebody with a phone. Diacritics and capitals matter in what they look for."""

    def __init__(self, control_url: str, platform: str, user_id: str, name: str, phone: str) -> None:
        self.control_url = control_url
        self.platform = platform
        self.user_id = user_id
        self.name = name
        self.phone = phone
        self.chat_id = user_id
        """Where acts go: the private chat, unless an act says otherwise."""
        self.acted = 0
        """The moment of the last act, on the world's line: what is newer may be its answer."""
        self._chats: dict[str, dict[int, Message]] = {}
        self._read: dict[str, int] = {}

    @classmethod
    async def create(
        cls,
        control_url: str,
        platform: str,
        *,
        name: str = "Nguyễn Văn Mẫu",
        phone: str = "",
        language: str = "vi",
    ) -> Self:
        """A new person on "telegram" or "zalo_oa", who has not met the bot."""
        data = {"platform": platform, "name": name, "phone": phone, "language": language}
        raw = await control(control_url, "people", data)
        return cls(control_url, platform, raw["user_id"], name, phone)

    async def act(self, name: str, /, **data: object) -> dict[str, Any]:
        """Any act the control API has. Raises ControlRefused."""
        path = f"people/{self.platform}/{self.user_id}/{name}"
        answer: dict[str, Any] = await control(self.control_url, path, data)
        self.acted = max(self.acted, answer.get("seq", 0))
        return answer

    # Acts

    async def says(self, text: str, chat_id: str | None = None, reply_to: str | None = None) -> None:
        """Types a text, into a group when `chat_id` says so."""
        await self.act("say", text=text, chat_id=chat_id or self.chat_id, reply_to=reply_to)

    async def starts(self, payload: str = "") -> None:
        """Presses start (Telegram, with what the link carried) or follows (Zalo)."""
        await self.act("start", payload=payload)

    async def taps(self, label: str, timeout: float = 10) -> dict[str, Any]:  # noqa: ASYNC109 - a person's patience
        """Presses the button whose label contains this, on the newest bot message that has one.

        Waits for such a message up to `timeout` seconds; raises AssertionError showing the chat.
        The answer has "opened" when the button was a link.
        """
        wanted = _fold(label)
        if BY_NUMBER:
            return await self._types_number(label, timeout)

        def found(messages: list[Message]) -> tuple[Message, int] | None:
            for message in reversed(messages):
                if message.from_bot and not message.deleted:
                    for index, button in enumerate(message.buttons):
                        if wanted in _fold(button):
                            return message, index
            return None

        hit = await self._wait(found, timeout)
        if hit is None:
            raise AssertionError(f"{self.name} finds no button {label!r} in:\n{await self._shown()}")
        return await self.act("tap", message_id=hit[0].id, index=hit[1])

    async def _types_number(self, label: str, seconds: float) -> dict[str, Any]:
        """Answers the newest message that offers this by its number, as somebody does who sees no buttons.

        A choice that no number may hit (an undo) is asked for in words; one of a message that is not the
        newest with choices, by quoting that message.
        """
        wanted = _fold(label)

        def among(messages: list[Message], *, fresh: bool) -> tuple[str, str | None] | None:
            later = False
            for message in reversed(messages):
                if not message.from_bot or message.deleted or (fresh and not self._fresh(message)):
                    continue
                if "hoàn tác" in wanted and "hoàn tác" in _fold(message.text):
                    return "hoàn tác", None
                if (number := _number_of(wanted, message)) is not None:
                    return number, message.id if later else None
                later = later or bool(message.buttons) or "nhắn số thứ tự" in _fold(message.text)
            return None

        def answer(messages: list[Message]) -> Message | None:
            return next((each for each in reversed(messages) if self._fresh(each)), None)

        hit = await self._wait(partial(among, fresh=True), min(seconds, 2))
        hit = hit or await self._wait(partial(among, fresh=False), seconds)
        if hit is None:
            raise AssertionError(f"{self.name} finds no choice {label!r} in:\n{await self._shown()}")
        number, quoted = hit
        done = await self.act("say", text=number, chat_id=self.chat_id, reply_to=quoted)
        again: Message | None = await self._wait(answer, 2)
        if again is None or "hai tin vừa tới sát nhau" not in _fold(again.text):
            return done
        if (number := _number_of(wanted, again)) is None:
            raise AssertionError(f"{self.name} is asked again, without {label!r}, in:\n{await self._shown()}")
        return await self.act("say", text=number, chat_id=self.chat_id)

    async def forges(self, payload: str, message_id: str) -> None:
        """Sends a press no button offers (any more), on a message of the bot."""
        await self.act("tap", message_id=message_id, payload=payload)

    async def shares_contact(self, of: str = "own", phone: str = "", name: str = "") -> None:
        """Shares a phone number: "own", "other" (somebody else's), "unknown" or "own_without_id"."""
        await self.act("contact", of=of, phone=phone, name=name)

    async def sends_file(self, name: str, data: bytes, media_type: str = "", caption: str = "") -> None:
        """Sends a document."""
        encoded = base64.b64encode(data).decode()
        await self.act("file", name=name, base64=encoded, media_type=media_type, caption=caption)

    async def sends_sticker(self, emoji: str = "👍") -> None:
        """Sends a sticker; Telegram tells the bot its emoji, Zalo does not."""
        await self.act("sticker", emoji=emoji)

    async def sends_photo(self) -> None:
        """Sends a picture."""
        await self.act("photo")

    async def sends_voice(self) -> None:
        """Sends a voice message."""
        await self.act("voice")

    async def blocks(self) -> None:
        """Blocks the bot (Telegram), or unfollows and blocks the OA (Zalo)."""
        await self.act("block")

    async def unblocks(self) -> None:
        """Takes the block back."""
        await self.act("unblock")

    async def opens_chat(self) -> None:
        """Looks at the chat: Zalo tells the bot what was seen, Telegram does not."""
        await self.act("see")

    # Looking

    async def messages(self, chat_id: str | None = None) -> list[Message]:
        """The whole chat, oldest first."""
        return await self._refresh(chat_id or self.chat_id, 0)

    async def _refresh(self, chat_id: str, wait: float) -> list[Message]:
        known = self._chats.setdefault(chat_id, {})
        raw = await control(
            self.control_url,
            f"chats/{self.platform}/{chat_id}/messages",
            after=self._read.get(chat_id, 0),
            wait=round(wait, 3),
        )
        for entry in raw["messages"]:
            message = Message.read(entry)
            known[message.seq] = message
            self._read[chat_id] = max(self._read.get(chat_id, 0), message.changed)
        return [known[seq] for seq in sorted(known)]

    async def _wait(self, look: Any, seconds: float, chat_id: str | None = None) -> Any:
        """What `look` finds among the messages, as soon as it finds something; None after `seconds`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        messages = await self._refresh(chat_id or self.chat_id, 0)
        while (found := look(messages)) is None and (left := until - loop.time()) > 0:
            messages = await self._refresh(chat_id or self.chat_id, left)
        return found

    def _fresh(self, message: Message) -> str:
        """What this message newly says since the person's last act; "" when nothing."""
        if not message.from_bot or message.deleted:
            return ""
        said = f"{message.text}\n{message.file_name}" if message.said > self.acted else ""
        return _fold(f"{said}\n{message.toast}" if message.toast_seq > self.acted else said).strip()

    async def sees(self, text: str, timeout: float = 10, chat_id: str | None = None) -> Message:  # noqa: ASYNC109 - a person's patience
        """Waits for a bot message, edit or toast newer than the last act that contains `text`.

        A file's name counts as text. Raises AssertionError showing the whole chat after `timeout` seconds.
        """
        wanted = _fold(text)

        def found(messages: list[Message]) -> Message | None:
            return next(
                (m for m in reversed(messages) if (fresh := self._fresh(m)) and wanted in fresh), None
            )

        message: Message | None = await self._wait(found, timeout, chat_id)
        if message is None:
            raise AssertionError(f"{self.name} does not see {text!r} in:\n{await self._shown(chat_id)}")
        return message

    async def sees_nothing_new(
        self, containing: str = "", quiet: float = 0.2, chat_id: str | None = None
    ) -> None:
        """Holds when, with every delivery answered, the bot has said nothing since the last act.

        A bot may speak after it answered the delivery, so the platform must also have been left alone for
        `quiet` seconds. Surer: say something else, see its answer, and look at `messages()`.
        """
        answer = await control(self.control_url, "idle", platform=self.platform, wait=20, quiet=quiet)
        if not answer["idle"]:
            raise AssertionError(f"{answer['pending']} deliveries on {self.platform} are still not answered")
        wanted = _fold(containing)
        for message in await self.messages(chat_id):
            if (fresh := self._fresh(message)) and wanted in fresh:
                raise AssertionError(
                    f"{self.name} sees {fresh!r}, and should not, in:\n{await self._shown(chat_id)}"
                )

    async def transcript(self, chat_id: str | None = None, bot: str = "Sổ tay") -> list[str]:
        """The chat as lines "who: what [button] [button]"."""
        names = {self.user_id: self.name, "": bot}
        lines = [message.line(names) for message in await self.messages(chat_id)]
        return [line for entry in lines for line in entry.split("\n")]

    async def _shown(self, chat_id: str | None = None) -> str:
        return "\n".join(await self.transcript(chat_id)) or "(an empty chat)"
