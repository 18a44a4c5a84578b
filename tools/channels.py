"""Writes the tables of docs/channels.md from `capabilities.py`: `python -m tools.channels`, `--check` only looks."""

import sys
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

from bot.channels.capabilities import Capabilities
from bot.channels.telegram.capabilities import TELEGRAM, TELEGRAM_GROUP
from bot.channels.zalo_oa.capabilities import ZALO_OA, ZALO_OA_GROUP

PAGE = Path(__file__).resolve().parent.parent / "docs" / "channels.md"
BEGIN, END = "<!-- written by tools/channels.py: begin -->", "<!-- written by tools/channels.py: end -->"

CHANNELS = {
    "Zalo OA": ZALO_OA,
    "Zalo OA, its groups (GMF)": ZALO_OA_GROUP,
    "Telegram": TELEGRAM,
    "Telegram, groups": TELEGRAM_GROUP,
}
WORDS = {
    "max_text": "characters in one message (after NFC)",
    "max_caption": "characters beside a file",
    "buttons": "buttons",
    "max_buttons": "buttons under a message, at most",
    "max_button_title": "characters on a button",
    "max_payload_bytes": "bytes a button carries",
    "edits": "a sent message can be changed",
    "toasts": "a note on a pressed button",
    "max_toast": "characters of that note",
    "ask_contact": "a button that shares one's own phone number",
    "html": "bold and links in the text",
    "file_types": "files it takes",
    "max_file_bytes": "bytes of a file, at most",
    "typed_payloads": "a press arrives as text, which anybody can type",
    "link_schemes": "what a button may open, besides sending an answer",
    "free_for": "writing is free after the person's last interaction for",
    "open_for": "writing is possible after it for",
    "picture_types": "pictures with a limit of their own",
    "max_picture_bytes": "bytes of such a picture, at most",
}


def shown(value: object) -> str:
    """A value of a capability as a cell says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if value else "–"
    if value == frozenset({"https", "tel"}):
        return "web pages, phone numbers"
    if value == frozenset({"https"}):
        return "web pages"
    if isinstance(value, timedelta):
        hours = value // timedelta(hours=1)
        return f"{hours // 24} days" if hours % 24 == 0 and hours > 48 else f"{hours} hours"
    if isinstance(value, frozenset):
        return ", ".join(sorted(each.removeprefix(".").upper() for each in value)) or "–"
    return "any" if value is None else str(value)


def table() -> str:
    """The table: a row a capability, a column a channel."""
    rows = [
        ["", *CHANNELS],
        ["---"] * (len(CHANNELS) + 1),
    ]
    for field in fields(Capabilities):
        if field.name not in WORDS:
            continue
        values = [getattr(each, field.name) for each in CHANNELS.values()]
        always = field.name in ("free_for", "open_for")
        cells = ["always" if always and value is None else shown(value) for value in values]
        rows.append([WORDS[field.name], *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def page(old: str) -> str:
    """The page with its table as the code has it. Raises ValueError when the markers are missing."""
    before, begin, rest = old.partition(BEGIN)
    _table, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has lost its markers")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """0 when the page is as the code says; 1 with --check when it is not."""
    old = PAGE.read_text(encoding="utf-8")
    new = page(old)
    if arguments == ["--check"]:
        if old != new:
            sys.stderr.write("docs/channels.md is not as the code says; run: python -m tools.channels\n")
        return int(old != new)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
