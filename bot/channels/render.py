"""Degrades a reply to what a channel can do. Pure: values in, values out; the channel makes the calls."""

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.chat.replies import Choice, Edit, File, Link, Reply, Say, Toast
from bot.i18n import _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.channels.capabilities import Capabilities


@dataclass(frozen=True, slots=True)
class Part:
    """One message of the platform."""

    text: str = ""
    heading: str = ""
    """First line, before `text`; bold where the platform has bold."""
    buttons: tuple[Choice, ...] = ()
    file: File | None = None
    ask_contact: str = ""
    buttons_only: bool = False
    links: tuple[Link, ...] = ()
    """Buttons that open something, after those that answer."""
    preview: bool = False

    @property
    def plain(self) -> str:
        """Heading and text, as a platform without markup shows them."""
        return "\n".join(line for line in (self.heading, self.text) if line)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is to be done on the channel: nothing, when there is neither a part nor a toast."""

    parts: tuple[Part, ...] = ()
    choices_as: str = "none"
    """"buttons", "numbers" or "none"."""
    edit_of: str = ""
    """Put the only part into this message instead; a part without words only takes the buttons away."""
    toast: Toast | None = None
    refused: str = ""
    """Why the platform would not take the file: "type" or "size"; the text then says what to do."""


def render(reply: Reply, caps: "Capabilities") -> Rendered:
    """The reply as this channel can show it. Every part keeps the channel's limits."""
    if isinstance(reply, Toast):
        if caps.toasts and reply.callback_id:
            return Rendered(toast=replace(reply, text=shorten(_nfc(reply.text), caps.max_toast)))
        return Rendered()
    if isinstance(reply, Edit):
        return _render_edit(reply, caps)
    return _render_say(reply, caps)


def without_buttons(part: Part, caps: "Capabilities") -> tuple[Part, ...]:
    """The part again with its buttons as a numbered list, for a platform that refused them."""
    say = Say(
        part.text,
        part.heading,
        part.buttons,
        preview=part.preview,
        buttons_only=part.buttons_only,
        links=part.links,
    )
    return _render_say(say, replace(caps, buttons=False, link_schemes=frozenset())).parts


async def with_link(
    reply: Reply, caps: "Capabilities", chat_id: str, link: "Callable[[str, str, File], Awaitable[str]]"
) -> Reply:
    """The reply with a link in the place of a file that this channel would not take.

    `link(channel, chat id, file)` makes one for this person; "" where none can be made, as in a group.
    """
    if isinstance(reply, Toast):
        return reply
    say = reply if isinstance(reply, Say) else reply.say
    if say.file is None or not _refusal(say.file, caps):
        return reply
    url = await link(caps.channel, chat_id, say.file)
    if not url:
        return reply
    opened = Link(_("Mở tệp {name}", name=say.file.name), url)
    linked = replace(say, file=None, links=(*say.links, opened))
    return replace(reply, say=linked) if isinstance(reply, Edit) else linked


def split(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` characters: at ends of sentences or lines, else between words.

    A word longer than the limit is cut. Only white space where it was cut is lost.
    """
    pieces = []
    rest = text.strip()
    while len(rest) > limit:
        cut = _cut(rest, limit)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut after a word, with "…" when something was left out."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace() and " " in head:
        head = head.rsplit(" ", 1)[0]
    return head.rstrip(" ,.;:-") + "…"


_END = re.compile(r"""[.!?…]["'”’»)\]]*(?=\s)|(?=\n)""")
_NUMBERING = re.compile(r"\s*(\d{1,3}|[IVX]{1,4})\.")


def _cut(text: str, limit: int) -> int:
    """Where to cut a text that is longer than the limit."""
    window = text[: limit + 1]
    for match in reversed(list(_END.finditer(window))):
        cut = match.end()
        if not limit // 4 <= cut <= limit:
            continue
        line = window[window.rfind("\n", 0, cut) + 1 : cut]
        if cut and not _NUMBERING.fullmatch(line):  # "3." belongs to what follows it
            return cut
    for index in range(limit, 0, -1):
        if window[index].isspace():
            return index
    cut = limit
    while cut > 1 and (unicodedata.combining(text[cut]) or text[cut] in "\u200d\ufe0f"):
        cut -= 1
    return cut


def _nfc(text: str) -> str:
    """Limits count composed letters: the same Vietnamese sentence is a quarter longer decomposed."""
    return unicodedata.normalize("NFC", text).strip()


def _render_say(say: Say, caps: "Capabilities") -> Rendered:
    heading, text = _nfc(say.heading), _nfc(say.text)
    refused = _refusal(say.file, caps) if say.file else ""
    file = None if refused else say.file
    if refused and say.file:
        line = _(
            "Tệp “{name}” không gửi được qua kênh này. Mời đồng chí liên hệ bí thư chi bộ để nhận tệp.",
            name=say.file.name,
        )
        text = f"{text}\n\n{_nfc(line)}".strip()

    ask = say.ask_contact if caps.ask_contact else ""
    as_buttons = (
        caps.buttons
        and len(say.choices) <= caps.max_buttons
        and not ask  # a message carries one keyboard
        and all(len(choice.payload.encode()) <= caps.max_payload_bytes for choice in say.choices)
    )
    listed = say.choices and not say.buttons_only  # an undo is never offered as a number
    choices_as = "buttons" if as_buttons and say.choices else "numbers" if listed else "none"
    buttons: tuple[Choice, ...] = ()
    if choices_as == "buttons":
        buttons = tuple(Choice(shorten(_nfc(c.label), caps.max_button_title), c.payload) for c in say.choices)
        if not heading and not text:
            text = _("Mời đồng chí chọn:")
    if ask and not heading and not text:
        text = ask

    links = tuple(
        Link(shorten(_nfc(link.label), caps.max_button_title), link.url)
        for link in say.links
        if link.url.partition(":")[0] in caps.link_schemes and not ask
    )
    if len(buttons) + len(links) > caps.max_buttons or choices_as == "numbers":
        links = ()
    lines = [f"{_nfc(link.label)}: {link.url.removeprefix('tel:')}" for link in say.links if not links]
    text = "\n\n".join(part for part in (text, "\n".join(lines)) if part)

    bodies = split(f"{heading}\n{text}", caps.max_text)
    if choices_as == "numbers":
        bodies = _with_list(bodies, say.choices, caps.max_text)
    parts = [Part(body, preview=say.preview) for body in bodies]
    if heading and parts and f"{parts[0].text}\n".startswith(f"{heading}\n"):
        parts[0] = replace(parts[0], heading=heading, text=parts[0].text[len(heading) :].strip())
    if parts:
        parts[-1] = replace(parts[-1], buttons=buttons, ask_contact=ask, links=links)
        parts[-1] = replace(parts[-1], buttons_only=say.buttons_only)
    if file:
        if len(parts) == 1 and len(parts[0].plain) <= caps.max_caption:
            parts = [replace(parts[0], file=file)]
        else:  # the file first: what can be pressed is the newest thing on the screen
            parts.insert(0, Part(file=file))
    return Rendered(tuple(parts), choices_as, refused=refused)


def _with_list(bodies: list[str], choices: tuple[Choice, ...], limit: int) -> list[str]:
    """The choices as a numbered list at the end, kept in one piece where that is possible."""
    lines = [f"{number}. {_nfc(choice.label)}" for number, choice in enumerate(choices, 1)]
    block = "\n".join([*lines, _("Mời đồng chí nhắn số thứ tự để chọn, ví dụ: 1")])
    if bodies and len(bodies[-1]) + 2 + len(block) <= limit:
        return [*bodies[:-1], f"{bodies[-1]}\n\n{block}"]
    return [*bodies, *split(block, limit)]


def _refusal(file: File, caps: "Capabilities") -> str:
    suffix = PurePath(file.name).suffix.lower()
    if suffix in caps.picture_types:
        return "size" if file.size > caps.max_picture_bytes else ""
    if caps.file_types is not None and suffix not in caps.file_types:
        return "type"
    return "size" if file.size > caps.max_file_bytes else ""


def _render_edit(edit: Edit, caps: "Capabilities") -> Rendered:
    if edit.purpose == "close":
        return Rendered((Part(),), edit_of=edit.message_id) if caps.edits else Rendered()
    rendered = _render_say(edit.say, caps)
    if edit.purpose == "withdraw":
        return rendered
    in_place = len(rendered.parts) == 1 and not rendered.parts[0].file and not rendered.parts[0].ask_contact
    if caps.edits and in_place:
        return replace(rendered, edit_of=edit.message_id)
    return rendered if edit.purpose == "correction" else Rendered()
