"""The way out of a channel, as the sender asks for it. Channels implement it; `app` hands it over."""

from dataclasses import dataclass
from typing import Protocol

from bot.chat.replies import File, Message


@dataclass(frozen=True, slots=True)
class Quota:
    """What a platform says, with a message it took, of how many more it will take."""

    kind: str
    """The platform's word: "reply", "sub_quota", …"""
    to_person: bool
    """Free messages to this person; else the account's own, which are billable."""
    remaining: int | None
    total: int | None
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What the platform said of a message it took."""

    message_id: str | None
    """The platform's id of the message that carries the choices (the last part); None for a toast."""
    choices_as: str = "none"
    """How the choices were shown: "buttons", "numbers" or "none"."""
    quotas: tuple[Quota, ...] = ()
    """What the platform said of its quotas, once for each message this took."""
    messages: int = 1
    """How many messages of the platform this took, as its limits count them."""


class FileStore(Protocol):
    """Where an outbound channel finds the bytes of a `File`, and remembers what the platform calls it."""

    async def read(self, file_id: str) -> bytes:
        """The file's bytes. Raises FileNotFoundError when it was deleted."""
        ...

    async def link(self, channel: str, chat_id: str, file: File) -> str:
        """An address at which this person can open the file for a while; "" where none can be made."""
        ...

    def reference(self, channel: str, file_id: str) -> str | None:
        """The platform's own name of this file from an earlier upload, while it is valid."""
        ...

    def remember(self, channel: str, file_id: str, reference: str, valid_seconds: int | None) -> None:
        """Keeps the platform's name of this file; None means for good."""
        ...


class Outbound(Protocol):
    """Sends one reply to one chat.

    Raises the errors of `bot.chat.errors`, nothing else. Is called from the event loop, by many tasks
    at once, and never twice at the same time for one chat.
    """

    channel: str

    async def send(self, chat_id: str, reply: Message) -> Sent:
        """Sends, and tells the platform's message id."""
        ...

    async def close(self) -> None:
        """Closes connections."""
        ...
