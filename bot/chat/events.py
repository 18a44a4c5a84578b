"""What came in, whatever the platform. Values only: no I/O, no platform types."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person or group can be spoken to. Ids are text on every platform."""

    channel: str
    """"telegram", "zalo_oa", …"""
    chat_id: str
    user_id: str
    """Who speaks; equals `chat_id` in a private chat."""
    group: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened on an address, at a moment told by the platform (UTC)."""

    address: Address
    at: datetime
    interacts: bool = field(default=False, kw_only=True)
    """Whether the platform counts it as the person's own doing, which keeps a window open (Zalo OA)."""


@dataclass(frozen=True, slots=True)
class TextSent(Event):
    """A typed message, NFC. On Zalo a button's press arrives as this, too, with the payload as text."""

    text: str
    message_id: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Started(Event):
    """A chat was opened: /start (with what the link carried), or "follow" on Zalo."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceMade(Event):
    """A button was pressed. The payload is untrusted: rights and state are checked by the verb."""

    payload: str
    message_id: str | None = None
    """The platform's id of the message that carried the button, or that the person quoted."""
    callback_id: str | None = None
    """Telegram's query id, to be answered by a Toast."""


@dataclass(frozen=True, slots=True)
class ContactShared(Event):
    """A phone number was shared. `own` is True only when the platform vouches that it is the sender's."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class FileSent(Event):
    """A document arrived; its bytes are fetched by a job, through `handle`."""

    handle: str
    """What the channel needs to fetch it: a file id (Telegram) or an address (Zalo)."""
    name: str
    size: int | None
    """Bytes, as the platform says; None when it does not."""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class MediaSent(Event):
    """Something that cannot be read as words: "sticker", "photo", "voice", "video", "location", …

    `emoji` is a sticker's or reaction's emoji where the platform tells it ("👍").
    """

    kind: str
    emoji: str = ""
    message_id: str | None = None
    """The message that a reaction stands at, by the platform's id."""


@dataclass(frozen=True, slots=True)
class Joined(Event):
    """The bot was added to a group."""


@dataclass(frozen=True, slots=True)
class Left(Event):
    """The bot was taken out of a group."""


@dataclass(frozen=True, slots=True)
class Seen(Event):
    """The person saw these messages (the platform's ids)."""

    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blocked(Event):
    """The person blocked the bot, or unfollowed the Official Account."""


@dataclass(frozen=True, slots=True)
class DataRequested(Event):
    """The person asked the platform that their data be deleted: a request that a person must answer."""


@dataclass(frozen=True, slots=True)
class AccountNotice(Event):
    """The platform tells of the account itself: a quota or a template's standing changed."""

    name: str


@dataclass(frozen=True, slots=True)
class Migrated(Event):
    """A Telegram group became a supergroup: `address` is the old one, this the new chat id."""

    new_chat_id: str


@dataclass(frozen=True, slots=True)
class Commanded(Event):
    """A command, by slash or in words, as the reader understood it; never made by a channel."""

    name: str
    document: str | None = None
    """A document number as far as it was named: "52-KH/ĐU", "52"."""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Wondered(Event):
    """Words that are no command and no choice: `means` is "question", "unclear", "other" or "gone": a number
    in answer to a quoted message whose choices are over."""

    text: str
    means: str
    document: str | None = None
    candidates: tuple[str, ...] = ()
    """Documents between which the bot should ask."""


FAILED = {"error": "failed"}
"""The result of a job that could not be done; beside it the job's kind."""


@dataclass(frozen=True, slots=True)
class JobDone(Event):
    """Slow work that this address waited for is done; `result` is a JSON value (FAILED, and the kind, if it failed)."""

    job: int
    result: Any


@dataclass(frozen=True, slots=True)
class Unknown(Event):
    """An event we have no use for, by the platform's name; counted, and otherwise left alone."""

    name: str
