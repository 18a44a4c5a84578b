"""What a channel can do, as data. Each channel's `capabilities.py` holds its row."""

from dataclasses import dataclass
from datetime import timedelta

from bot.delivery.pace import NO_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Limits in characters (after NFC) unless a field says otherwise."""

    channel: str
    max_text: int
    max_caption: int
    """Words that may travel with a file; 0: none, the file is a message of its own."""
    buttons: bool
    max_buttons: int
    max_button_title: int
    max_payload_bytes: int
    """UTF-8 bytes of what a button carries."""
    edits: bool
    toasts: bool
    max_toast: int
    ask_contact: bool
    """A button by which a person shares the number that the platform knows to be theirs."""
    html: bool
    file_types: frozenset[str] | None
    """Suffixes with their dot, lower case; None: any."""
    max_file_bytes: int
    typed_payloads: bool
    """A press arrives as text that equals the payload, so anybody can type one."""
    link_schemes: frozenset[str] = frozenset()
    """What a button may open: "https", "tel"."""
    free_for: timedelta | None = None
    """How long after their last interaction a person can be written to for nothing; None: always."""
    open_for: timedelta | None = None
    """How long after it they can be written to at all."""
    limits: Limits = NO_LIMITS
    """How fast it takes messages; the rate in all is a setting."""
    picture_types: frozenset[str] = frozenset()
    """Suffixes of files that it shows as pictures, with a limit of their own; none where a picture is any file."""
    max_picture_bytes: int = 0
