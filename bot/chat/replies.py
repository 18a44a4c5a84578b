"""What goes out, as values. Text is plain: a channel adds its own markup, so nothing can be injected."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the person can pick. `payload` is what `choices.pack` made: at most 64 bytes."""

    label: str
    payload: str


@dataclass(frozen=True, slots=True)
class File:
    """A stored file, by its id in the store; sent with the message in the channel's best form."""

    file_id: str
    name: str
    media_type: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Link:
    """An address to open (https) or a number to call ("tel:0912345678"), with what the button says."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Say:
    """A message. Short: the heading says what it is, then one thought, then the choices."""

    text: str
    heading: str = ""
    """First line; bold where the platform has bold."""
    choices: tuple[Choice, ...] = ()
    file: File | None = None
    ask_contact: str = ""
    """Label of a button that shares one's own phone number; left out where the platform has none."""
    about: str = ""
    """What the choices are about, as people write it ("52-KH/ĐU"); "" for a menu or a dialog step."""
    card: bool = False
    """Choices that "ok" or "đã đọc" may answer: a directive's card. Menus and dialog steps are none."""
    expires_minutes: int = 30
    """How long the choices may be answered by number or words (buttons always lead to their verb)."""
    buttons_only: bool = False
    """Choices that a number must not hit (an undo): shown as buttons or not at all."""
    preview: bool = False
    """Whether links may unfold."""
    links: tuple[Link, ...] = ()
    """Shown as buttons where the platform has such, else as lines of text."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes an earlier message of ours. `purpose` says what to do where nothing can be edited.

    "progress": told only at half, at the deadline and at the end; "correction": becomes a new message;
    "close": the choices disappear, nothing is said; "withdraw": the earlier message disappears where the
    platform can still delete it, and in any case something new is said.
    """

    message_id: str
    """With "withdraw" it may be several, parted by commas."""
    say: Say
    purpose: str


@dataclass(frozen=True, slots=True)
class Toast:
    """A short note on a pressed button (200 characters); text only where nothing else was said."""

    text: str
    callback_id: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A message whose words the platform approved beforehand; only these fields of it, (name, value), are ours."""

    template_id: str
    fields: tuple[tuple[str, str], ...]


Reply = Say | Edit | Toast
Message = Reply | Template
"""What a channel is given to send. Handlers answer with replies; a template is posted by `delivery` alone."""


@dataclass(frozen=True, slots=True)
class To:
    """A reply for another address than the one that spoke (a secretary told of a lock, say)."""

    channel: str
    chat_id: str
    reply: Reply = field()
