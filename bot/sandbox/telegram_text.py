"""Markup into text and entities, as the Bot API counts them: offsets and lengths in UTF-16 units."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.world import Json

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
MOST_ENTITIES = 100
"""Of one message; Telegram lets the rest fall."""
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^<>]*)?)>")
_CHARACTER = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);?")
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]+\w)"
    r"|(?P<bot_command>(?<![\w/@])/[a-zA-Z0-9_]{1,64}(?:@\w{3,32})?)"
    r"|(?P<mention>(?<!\w)@[a-zA-Z]\w{3,31})|(?P<hashtag>(?<!\w)#\w+)"
)


class BadMarkup(Exception):
    """The text cannot be parsed; the message is Telegram's own, after "can't parse entities: "."""


def units(text: str) -> int:
    """Length in UTF-16 units, which is how Telegram counts offsets."""
    return len(text) + sum(ord(c) > 0xFFFF for c in text)


def _at(text: str, position: int) -> int:
    return len(text[:position].encode())


class _Attributes(HTMLParser):
    """Reads one start tag's attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = {key: value or "" for key, value in attrs}


def _attributes(tag: str) -> dict[str, str]:
    reader = _Attributes()
    reader.feed(tag)
    return reader.found


def _entity(name: str, tag: str, source: str, position: int) -> Json | None:
    """The entity a start tag opens; None for a link without an address, which Telegram ignores."""
    attributes = _attributes(tag)
    entity: Json = {"type": TAGS[name]}
    if name == "a":
        url = attributes.get("href", "")
        if url.startswith("tg://user?id="):
            return {"type": "text_mention", "user_id": url.partition("=")[2]}
        return {**entity, "url": url} if urlsplit(url).scheme in ("http", "https", "tg", "ton") else None
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise BadMarkup(f'Tag "span" must have class "tg-spoiler" at byte offset {_at(source, position)}')
    if name == "tg-emoji":
        return {**entity, "custom_emoji_id": attributes.get("emoji-id", "")}
    if name == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if name == "code" and attributes.get("class", "").startswith("language-"):
        return {**entity, "language": attributes["class"].removeprefix("language-")}
    return entity


def _broken(source: str, position: int) -> BadMarkup:
    """Why what begins with this "<" is no tag."""
    where = f"at byte offset {_at(source, position)}"
    end = re.compile(r"[\s>]").search(source, position)
    name = source[position + 1 : end.start()].lower() if end else ""
    if end is None or name in TAGS:
        return BadMarkup(f"Unclosed start tag {where}")
    if name.startswith("/"):
        return BadMarkup(f"Unexpected end tag {where}")
    return BadMarkup(f'Unsupported start tag "{name}" {where}')


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Text and entities of Telegram's HTML. Raises BadMarkup where Telegram answers 400."""
    out: list[str] = []
    length = 0
    entities: list[Json] = []
    stack: list[tuple[str, int, Json | None]] = []
    position = 0
    while position < len(source):
        char = source[position]
        if char == "<":
            tag = _TAG.match(source, position)
            if tag is None:
                raise _broken(source, position)
            closing, name = tag[1] == "/", tag[2].lower()
            if closing:
                if not stack:
                    raise BadMarkup(f"Unexpected end tag at byte offset {_at(source, position)}")
                opened, start, entity = stack.pop()
                if opened != name:
                    raise BadMarkup(
                        f'Unmatched end tag at byte offset {_at(source, position)}, expected "</{opened}>", '
                        f'found "</{name}>"'
                    )
                if entity is not None and length > start:
                    entities.append({"offset": start, "length": length - start, **entity})
            else:
                if name not in TAGS:
                    raise BadMarkup(f'Unsupported start tag "{name}" at byte offset {_at(source, position)}')
                stack.append((name, length, _entity(name, tag[0], source, position)))
            position = tag.end()
            continue
        if char == "&" and (escape := _CHARACTER.match(source, position)):
            value = _NAMED.get(escape[1])
            if escape[1].startswith("#"):
                code = int(escape[1][2:], 16) if escape[1][1] in "xX" else int(escape[1][1:])
                value = chr(code) if 0 < code < 0x110000 else None
            if value is not None:
                out.append(value)
                length += units(value)
                position = escape.end()
                continue
        out.append(char)
        length += units(char)
        position += 1
    if stack:
        raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    return "".join(out), entities


_MARKS = (("*", "bold"), ("__", "underline"), ("_", "italic"), ("~", "strikethrough"), ("||", "spoiler"))
_RESERVED = set("_*[]()~`>#+-=|{}.!")


def parse_markdown(source: str, *, legacy: bool) -> tuple[str, list[Json]]:
    """Text and entities of MarkdownV2, or of the older Markdown when `legacy`."""
    marks = (("*", "bold"), ("_", "italic")) if legacy else _MARKS
    out: list[str] = []
    entities: list[Json] = []
    stack: list[tuple[str, str, int, int]] = []
    quote: int | None = None

    def length() -> int:
        return units("".join(out))

    position = 0
    while position < len(source):
        rest = source[position:]
        begins = position == 0 or source[position - 1] == "\n"
        if quote is not None and begins and rest[0] != ">":
            entities.append({"type": "blockquote", "offset": quote, "length": length() - quote - 1})
            quote = None
        if not legacy and begins and rest[0] == ">":
            quote = length() if quote is None else quote
            position += 1
            continue
        if rest[0] == "\\" and len(rest) > 1 and rest[1] in _RESERVED | {"\\"}:
            out.append(rest[1])
            position += 2
            continue
        if fence := re.match(r"```(?:([\w+-]+)\n|\n?)(.*?)```|`([^`]+)`", rest, re.DOTALL):
            start, inner = length(), fence[2] if fence[2] is not None else fence[3]
            out.append(inner if legacy else re.sub(r"\\([`\\])", r"\1", inner))
            entity: Json = {"type": "pre" if fence[2] is not None else "code", "offset": start}
            entities.append(
                entity | {"length": length() - start} | ({"language": fence[1]} if fence[1] else {})
            )
            position += fence.end()
            continue
        if link := re.match(r"\[((?:[^\]\\]|\\.)+)\]\(((?:[^)\\]|\\.)+)\)", rest):
            start = length()
            inner, nested = parse_markdown(link[1], legacy=legacy)
            out.append(inner)
            entities += [{**e, "offset": e["offset"] + start} for e in nested]
            entities.append(
                {"type": "text_link", "offset": start, "length": length() - start, "url": link[2]}
            )
            position += link.end()
            continue
        mark = next((m for m in marks if rest.startswith(m[0])), None)
        if mark is None:
            if not legacy and rest[0] in _RESERVED:
                raise BadMarkup(
                    f"Character '{rest[0]}' is reserved and must be escaped with the preceding '\\'"
                )
            out.append(rest[0])
            position += 1
            continue
        if stack and stack[-1][0] == mark[0]:
            _, kind, start, _ = stack.pop()
            if length() > start:
                entities.append({"type": kind, "offset": start, "length": length() - start})
        else:
            stack.append((mark[0], mark[1], length(), _at(source, position)))
        position += len(mark[0])
    if stack:
        raise BadMarkup(f"Can't find end of {stack[-1][1].capitalize()} entity at byte offset {stack[-1][3]}")
    if quote is not None and length() > quote:
        entities.append({"type": "blockquote", "offset": quote, "length": length() - quote})
    return "".join(out), entities


def found_in(text: str) -> list[Json]:
    """The entities Telegram finds by itself: commands, addresses, mentions, hashtags."""
    return [
        {"type": match.lastgroup, "offset": units(text[: match.start()]), "length": units(match[0])}
        for match in _FOUND.finditer(text)
    ]


def _trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Telegram cuts white space from both ends."""
    stripped = text.strip()
    cut, end = units(text[: len(text) - len(text.lstrip())]), units(stripped)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        stop = min(entity["offset"] - cut + entity["length"], end)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return stripped, sorted(kept, key=lambda e: (e["offset"], -e["length"]))


def formatted(text: str, parse_mode: str, given: list[Any] | None) -> tuple[str, list[Json]]:
    """What a bot's text becomes. Raises BadMarkup; an unknown parse mode is one, too."""
    mode = parse_mode.lower()
    if mode == "html":
        plain, entities = parse_html(text)
    elif mode in ("markdown", "markdownv2"):
        plain, entities = parse_markdown(text, legacy=mode == "markdown")
    elif mode:
        raise BadMarkup("unsupported parse_mode")
    else:
        plain, entities = text, [dict(e) for e in given or []]
    # What is set as code or leads elsewhere is left as it is; emphasis may hold an address or a command.
    whole = [e for e in entities if e["type"] in ("code", "pre", "text_link", "text_mention")]
    entities += [
        e
        for e in found_in(plain)
        if all(
            e["offset"] >= w["offset"] + w["length"] or e["offset"] + e["length"] <= w["offset"]
            for w in whole
        )
    ]
    plain, entities = _trim(plain, entities)
    return plain, entities[:MOST_ENTITIES]
