"""The state both platforms share: people, chats, messages, files, faults, the log. Knows no protocol."""

import asyncio
import itertools
import secrets
import unicodedata
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from bot import clock

Json = dict[str, Any]
PLATFORMS = ("telegram", "zalo_oa")


class Refused(Exception):
    """A control call that cannot be done; `status` is the HTTP status it answers with."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


@dataclass(slots=True)
class Person:
    """Somebody with a phone. On Telegram `user_id` is digits that fit 52 bits, on Zalo 19 digits."""

    platform: str
    user_id: str
    name: str
    phone: str
    """As given; see `international`."""
    language: str
    username: str = ""
    open: bool = False
    """Telegram: pressed start or wrote. Zalo: followed or wrote at least once."""
    blocked: bool = False
    follows: bool = False
    last_interaction: int | None = None
    """Epoch ms of what Zalo counts as an interaction."""
    paid: int = 0
    """Zalo's messages to this person that were billed: over 48 hours after the last interaction."""
    shared: Json = field(default_factory=dict)
    """What was given through Zalo's request form."""

    @property
    def international(self) -> str:
        """The phone as both platforms write it: 84912345678."""
        digits = "".join(c for c in self.phone if c.isdigit())
        return "84" + digits[1:] if digits.startswith("0") else digits

    def view(self) -> Json:
        """What the control API tells of a person."""
        return {
            "platform": self.platform,
            "user_id": self.user_id,
            "chat_id": self.user_id,
            "name": self.name,
            "phone": self.phone,
            "language": self.language,
            "open": self.open,
            "blocked": self.blocked,
            "follows": self.follows,
            "last_interaction": self.last_interaction,
            "paid": self.paid,
        }


@dataclass(slots=True)
class StoredFile:
    """Bytes somebody sent or uploaded, under the platform's name for them."""

    file_id: str
    name: str
    media_type: str
    data: bytes
    at: int
    """Epoch ms of the upload: Zalo's tokens live seven days."""
    unique_id: str = field(default_factory=lambda: secrets.token_urlsafe(9))


@dataclass(slots=True)
class Button:
    """A button as the person sees it. `kind`: "send" (a press reaches the bot), "text", "contact", "link"."""

    label: str
    kind: str
    payload: str = ""
    hidden: bool = False
    """The payload does not show in the chat (Telegram's callbacks, oa.query.hide)."""


@dataclass(slots=True)
class Message:
    """One entry of a chat. `seq`, `changed`, `said` and `toast_seq` count on one line for the whole world."""

    seq: int
    id: str
    author: str
    """The person's user id; "" for the bot."""
    kind: str
    text: str
    at: int
    changed: int = 0
    said: int = 0
    """When its words last changed, as against its buttons only."""
    entities: int = 0
    buttons: list[Button] = field(default_factory=list)
    keyboard: str = ""
    """"inline", "reply", "remove", "force_reply", "form" (Zalo's request_user_info) or ""."""
    file: StoredFile | None = None
    edited: bool = False
    deleted: bool = False
    toast: str = ""
    toast_seq: int = 0
    reaction: str = ""
    """The bot's emoji on it."""
    reacted: str = ""
    """The person's emoji on it."""
    native: Json = field(default_factory=dict)
    """The platform's own object, where it has one."""

    def view(self) -> Json:
        """What the control API tells of a message."""
        file = self.file and {"id": self.file.file_id, "name": self.file.name, "size": len(self.file.data)}
        return {
            "seq": self.seq,
            "changed": self.changed,
            "said": self.said,
            "id": self.id,
            "from": "person" if self.author else "bot",
            "author": self.author,
            "kind": self.kind,
            "text": self.text,
            "at": self.at,
            "entities": self.entities,
            "buttons": [{"label": b.label, "kind": b.kind, "payload": b.payload} for b in self.buttons],
            "keyboard": self.keyboard,
            "file": file or None,
            "edited": self.edited,
            "deleted": self.deleted,
            "toast": self.toast,
            "toast_seq": self.toast_seq,
            "reaction": self.reaction,
            "reacted": self.reacted,
        }


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's) or a group."""

    platform: str
    chat_id: str
    kind: str = "private"
    title: str = ""
    members: list[str] = field(default_factory=list)
    bot: str = "member"
    """The bot's standing in a group: "member", "administrator", "left" or "kicked"."""
    migrated_to: str = ""
    messages: list[Message] = field(default_factory=list)
    by_id: dict[str, Message] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    waiters: list["asyncio.Future[None]"] = field(default_factory=list)


@dataclass(slots=True)
class Fault:
    """Something that goes wrong for the next `times` calls of a method."""

    platform: str
    method: str = ""
    """Telegram's method name or the end of a Zalo path; "" is any."""
    chat_id: str = ""
    times: int = 1
    error: int | None = None
    """Telegram's error_code or Zalo's error number."""
    description: str = "Injected by the sandbox"
    parameters: Json = field(default_factory=dict)
    http_status: int | None = None
    """Answered as a gateway would, with a page instead of JSON."""
    delay: float = 0
    """Seconds before anything happens."""
    drop: str = ""
    """"before" or "after" the work is done: the connection closes without an answer."""


class World:
    """Everybody and everything in this sandbox. One event loop, no locks."""

    def __init__(self) -> None:
        self.people: dict[tuple[str, str], Person] = {}
        self.chats: dict[tuple[str, str], Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.faults: list[Fault] = []
        self.log: deque[Json] = deque(maxlen=2_000)
        self.stats: dict[str, Counter[str]] = {name: Counter() for name in PLATFORMS}
        self.active = 0.0
        """Loop time of the last call or delivery, for `idle`."""
        self._seq = itertools.count(1)
        self.seq = 0
        self._ticks: list[asyncio.Future[None]] = []

    @staticmethod
    def now_ms() -> int:
        """Epoch ms by the clock that can be turned."""
        return clock.to_ms(clock.now())

    def next(self) -> int:
        """The next number on the world's one line."""
        self.seq = next(self._seq)
        return self.seq

    def add_person(self, person: Person) -> Person:
        """Adds a person and their private chat."""
        self.people[person.platform, person.user_id] = person
        self.chats[person.platform, person.user_id] = Chat(
            person.platform, person.user_id, members=[person.user_id]
        )
        return person

    def person(self, platform: str, user_id: str) -> Person:
        """The person. Raises Refused (404) for a stranger."""
        if found := self.people.get((platform, user_id)):
            return found
        raise Refused(f"no person {user_id} on {platform}", 404)

    def chat(self, platform: str, chat_id: str) -> Chat:
        """The chat. Raises Refused (404) where there is none."""
        if found := self.chats.get((platform, chat_id)):
            return found
        raise Refused(f"no chat {chat_id} on {platform}", 404)

    def post(self, chat: Chat, message_id: str, author: str, kind: str, text: str, **more: Any) -> Message:
        """Puts an entry into a chat, and wakes whoever reads it."""
        seq = self.next()
        message = Message(seq, message_id, author, kind, text, self.now_ms(), changed=seq, said=seq, **more)
        chat.messages.append(message)
        if message_id:
            chat.by_id[message_id] = message
        self.stats[chat.platform]["messages_from_people" if author else "messages_from_bot"] += 1
        self._wake(chat.waiters)
        return message

    def touch(self, chat: Chat, message: Message, *, words: bool) -> None:
        """Marks an entry as changed; `words` is False when only its buttons did."""
        message.changed = self.next()
        if words:
            message.said = message.changed
        self._wake(chat.waiters)

    async def read(self, chat: Chat, after: int, wait: float) -> list[Message]:
        """Entries changed after this number; waits up to `wait` seconds for one."""
        until = asyncio.get_running_loop().time() + wait
        while True:
            found = [m for m in chat.messages if m.changed > after]
            left = until - asyncio.get_running_loop().time()
            if found or left <= 0:
                return found
            await self._sleep_on(chat.waiters, left)

    def tick(self) -> None:
        """A call or a delivery ended: wakes whoever waits for quiet."""
        self.active = asyncio.get_running_loop().time()
        self._wake(self._ticks)

    async def next_tick(self, seconds: float) -> None:
        """Returns at the next call or delivery that ends, or after so many seconds."""
        await self._sleep_on(self._ticks, seconds)

    @staticmethod
    def _wake(waiters: list["asyncio.Future[None]"]) -> None:
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        waiters.clear()

    @staticmethod
    async def _sleep_on(waiters: list["asyncio.Future[None]"], seconds: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiters.append(waiter)
        await asyncio.wait([waiter], timeout=seconds)
        if not waiter.done():
            waiters.remove(waiter)

    def store_file(self, file_id: str, name: str, media_type: str, data: bytes) -> StoredFile:
        """Keeps bytes under the platform's name for them."""
        file = StoredFile(file_id, name, media_type, data, self.now_ms())
        self.files[file_id] = file
        return file

    def fault(self, platform: str, method: str, chat_id: str) -> Fault | None:
        """The fault this call meets, if any; uses it up by one."""
        for fault in self.faults:
            if fault.platform != platform or (
                fault.method and not method.lower().endswith(fault.method.lower())
            ):
                continue
            if fault.chat_id and fault.chat_id != chat_id:
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            return fault
        return None

    def record(
        self, platform: str, kind: str, name: str, request: object, status: int, answer: object
    ) -> None:
        """Keeps a raw call ("call") or delivery ("webhook") for the developer who asks what was said."""
        self.log.append(
            {
                "at": self.now_ms(),
                "platform": platform,
                "kind": kind,
                "name": name,
                "request": request,
                "status": status,
                "answer": answer,
            }
        )


def pick(buttons: list[Button], *, index: int | None, label: str | None) -> Button:
    """A message's button by its number (from 0) or by part of its label. Raises Refused (409)."""
    if index is not None:
        if 0 <= index < len(buttons):
            return buttons[index]
        raise Refused(f"the message has {len(buttons)} buttons, none is number {index}", 409)
    wanted = unicodedata.normalize("NFC", label or "")
    for button in buttons:
        if wanted in unicodedata.normalize("NFC", button.label):
            return button
    raise Refused(f"no button says {wanted!r}; there are {[b.label for b in buttons]}", 409)
