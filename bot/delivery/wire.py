"""Replies as JSON and back: how they wait in the outbox."""

import json
from typing import Any

from bot.chat.replies import Choice, Edit, File, Link, Message, Say, Template, Toast


def dump(reply: Message) -> str:
    """A reply as JSON; defaults are left out."""
    if isinstance(reply, Template):
        return json.dumps({"template": reply.template_id, "fields": reply.fields}, ensure_ascii=False)
    if isinstance(reply, Toast):
        return json.dumps({"toast": reply.text, "callback": reply.callback_id}, ensure_ascii=False)
    if isinstance(reply, Edit):
        body = {"edit": reply.message_id, "purpose": reply.purpose, "say": _say(reply.say)}
        return json.dumps(body, ensure_ascii=False)
    return json.dumps({"say": _say(reply)}, ensure_ascii=False)


def load(body: str) -> Message:
    """The reply of its JSON."""
    raw = json.loads(body)
    if "template" in raw:
        return Template(raw["template"], tuple((name, value) for name, value in raw["fields"]))
    if "toast" in raw:
        return Toast(raw["toast"], raw["callback"])
    say = _unsay(raw["say"])
    return Edit(raw["edit"], say, raw["purpose"]) if "edit" in raw else say


def _say(say: Say) -> dict[str, Any]:
    plain: dict[str, Any] = {
        name: getattr(say, name) for name in _PLAIN if getattr(say, name) != _DEFAULTS[name]
    }
    plain["text"] = say.text
    if say.choices:
        plain["choices"] = [[choice.label, choice.payload] for choice in say.choices]
    if say.links:
        plain["links"] = [[link.label, link.url] for link in say.links]
    if say.file:
        plain["file"] = [say.file.file_id, say.file.name, say.file.media_type, say.file.size]
    return plain


def _unsay(raw: dict[str, Any]) -> Say:
    choices = tuple(Choice(*item) for item in raw.pop("choices", ()))
    file = File(*raw.pop("file")) if "file" in raw else None
    links = tuple(Link(*item) for item in raw.pop("links", ()))
    return Say(**raw, choices=choices, file=file, links=links)


_EMPTY = Say("")
_PLAIN = tuple(name for name in Say.__dataclass_fields__ if name not in ("text", "choices", "file", "links"))
_DEFAULTS = {name: getattr(_EMPTY, name) for name in _PLAIN}
