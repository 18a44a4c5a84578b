"""The bodies message/cs takes, and why it refuses others (reference: OA message shapes, limits after NFC)."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.world import Button, Json

MOST_TEXT = 2000
MOST_BUTTONS = 5
MOST_TITLE = 100
MOST_PAYLOAD = 1000
MOST_ELEMENTS = 5


class BadBody(Exception):
    """Refused with `error`: -201 a field is wrong, -210 over a limit, -233 a kind not supported."""

    def __init__(self, error: int, message: str) -> None:
        super().__init__(message)
        self.error = error


@dataclass(slots=True)
class Content:
    """What a body says."""

    kind: str
    text: str = ""
    buttons: list[Button] = field(default_factory=list)
    keyboard: str = ""
    token: str = ""
    """Of an uploaded file."""
    attachment_id: str = ""
    """Of an uploaded image."""
    quoted: str = ""
    """The id of the message that this one answers."""


def text(value: Any, name: str, most: int, *, required: bool = True) -> str:
    """A field of words, at most so many characters after NFC. Raises BadBody."""
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise BadBody(-201, f"{name} is invalid")
    if len(unicodedata.normalize("NFC", value)) > most:
        raise BadBody(-210, f"{name} must not exceed {most} characters")
    return value


def _address(value: Any, name: str) -> str:
    found = text(value, name, MOST_PAYLOAD)
    if not found.startswith(("http://", "https://")):
        raise BadBody(-201, f"{name} is invalid")
    return found


def button(given: Any) -> Button:
    """A button by its type. Raises BadBody."""
    if not isinstance(given, dict):
        raise BadBody(-201, "button is invalid")
    title = text(given.get("title"), "button title", MOST_TITLE)
    payload, kind = given.get("payload"), given.get("type")
    if kind in ("oa.query.show", "oa.query.hide"):
        words = text(payload, "button payload", MOST_PAYLOAD)
        return Button(title, "send", words, hidden=kind == "oa.query.hide")
    fields = {
        "oa.open.url": ("url",),
        "oa.open.phone": ("phone_code",),
        "oa.open.sms": ("phone_code", "content"),
    }
    if not isinstance(kind, str) or kind not in fields:
        raise BadBody(-201, "button type is invalid")
    if not isinstance(payload, dict):
        raise BadBody(-201, "button payload is invalid")
    values = [text(payload.get(name), name, MOST_PAYLOAD) for name in fields[kind]]
    if kind == "oa.open.url":
        _address(values[0], "url")
    elif re.fullmatch(r"\+?[0-9]{3,15}", values[0]) is None:
        raise BadBody(-201, "phone_code is invalid")
    return Button(title, "link", values[0])


def _buttons(given: Any) -> list[Button]:
    if not isinstance(given, list) or not given:
        raise BadBody(-201, "buttons is invalid")
    if len(given) > MOST_BUTTONS:
        raise BadBody(-210, f"buttons must not exceed {MOST_BUTTONS}")
    return [button(each) for each in given]


def _elements(payload: Json, most: int) -> list[Json]:
    elements = payload.get("elements")
    if not isinstance(elements, list) or not elements or any(not isinstance(e, dict) for e in elements):
        raise BadBody(-201, "elements is invalid")
    if len(elements) > most:
        raise BadBody(-210, f"elements must not exceed {most}")
    return elements


def check(message: Any, switches: Json) -> Content:
    """Reads `message`. Raises BadBody where Zalo would refuse it."""
    if not isinstance(message, dict):
        raise BadBody(-201, "message is invalid")
    attachment = message.get("attachment")
    if attachment is None:
        quoted = text(message.get("quote_message_id"), "quote_message_id", MOST_PAYLOAD, required=False)
        return Content("text", text(message.get("text"), "text", MOST_TEXT), quoted=quoted)
    if not isinstance(attachment, dict) or not isinstance(attachment.get("payload"), dict):
        raise BadBody(-201, "attachment is invalid")
    payload: Json = attachment["payload"]
    if attachment.get("type") == "file":
        # A file message has no room for words: Zalo shows none.
        return Content("file", token=text(payload.get("token"), "token", MOST_PAYLOAD))
    if attachment.get("type") != "template":
        raise BadBody(-233, "attachment type is not supported")
    template = payload.get("template_type", "button" if "buttons" in payload else None)
    if template == "button":
        if not switches["buttons_under_text"]:
            raise BadBody(-233, "Message type is not supported")
        said = text(message.get("text"), "text", MOST_TEXT)
        return Content("text", said, _buttons(payload.get("buttons")), "inline")
    if template == "media":
        said = text(message.get("text"), "text", MOST_TEXT, required=False)
        element = _elements(payload, 1)[0]
        kind = element.get("media_type")
        if kind not in ("image", "gif", "sticker"):
            raise BadBody(-201, "media_type is invalid")
        if kind == "gif" and not all(str(element.get(side)).isdecimal() for side in ("width", "height")):
            raise BadBody(-201, "width and height are required")
        asset = text(element.get("attachment_id"), "attachment_id", MOST_PAYLOAD, required=False)
        if not asset:
            _address(element.get("url"), "attachment_id or url")
        # Stickers are Zalo's own: their id names no upload of ours.
        return Content(kind, said, attachment_id=asset if kind != "sticker" else "")
    if template == "request_user_info":
        element = _elements(payload, 1)[0]
        title = text(element.get("title"), "title", MOST_TITLE)
        subtitle = text(element.get("subtitle"), "subtitle", 500)
        _address(element.get("image_url"), "image_url")
        return Content("request_user_info", f"{title}\n{subtitle}", [Button(title, "contact")], "form")
    if template == "list" and switches["list"]:
        return _list(payload, switches)
    raise BadBody(-233, "Message type is not supported")


def _list(payload: Json, switches: Json) -> Content:
    if payload.get("buttons") and not switches["list_buttons"]:
        raise BadBody(-233, "Message type is not supported")
    elements = _elements(payload, MOST_ELEMENTS)
    lines = []
    for element in elements:
        lines.append(text(element.get("title"), "title", MOST_TITLE))
        lines.append(text(element.get("subtitle"), "subtitle", 500))
        if element.get("image_url") is not None:
            _address(element["image_url"], "image_url")
    buttons = _buttons(payload["buttons"]) if payload.get("buttons") else []
    for element in elements:
        if (action := element.get("default_action")) is not None:
            if isinstance(action, dict):
                # Here the address stands beside the type, and not in a payload.
                opens = {"payload": {"url": action.get("url")}} if action.get("type") == "oa.open.url" else {}
                action = {**action, **opens, "title": element["title"]}
            buttons.append(button(action))
    return Content("list", "\n".join(lines), buttons, "inline" if buttons else "")
