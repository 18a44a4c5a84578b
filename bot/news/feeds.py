"""From a feed's bytes to its entries. Pure; run in a process of its own, since anybody may have written them."""

import tomllib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import feedparser

from bot.news.models import Found, Source, Topic
from bot.news.rules import MAX_TITLE, cut, first_sentence, link, plain, repair_time

SHIPPED = Path(__file__).parent / "feeds.toml"
MAX_ENTRIES = 100
MAX_BYTES = 5 * 1024 * 1024


class FeedRefused(Exception):
    """A feed is not read. `code` is a word of ours, kept as the feed's error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sources(path: Path = SHIPPED) -> list[Source]:
    """The feeds of a list. Raises OSError, ValueError (which entry, and why)."""
    found = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("feed", []):
        try:
            found.append(
                Source(
                    name=str(entry["name"])[:80],
                    url=str(entry["url"])[:500],
                    topic=Topic(entry["topic"]),
                    public=bool(entry.get("public", False)),
                    tried=bool(entry.get("tried", False)),
                )
            )
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path}: {entry}: {error}") from None
    return found


def parse(
    data: bytes, url: str, fetched: datetime, domains: Collection[str], trusted: str = ""
) -> tuple[list[Found], int]:
    """The entries of RSS or Atom that may be shown, and how many were refused for their address or title.

    Raises FeedRefused("entities" | "not_a_feed" | "empty"). Without any entry a feed is an error: more often its
    address has changed than that nothing was written.
    """
    _no_entities(data)
    read: Any = feedparser.parse(data, resolve_relative_uris=False, sanitize_html=False)
    if not read.version and not read.entries:
        raise FeedRefused("not_a_feed")
    found, refused = [], 0
    for entry in read.entries[:MAX_ENTRIES]:
        title = cut(plain(str(entry.get("title", ""))[:2000]), MAX_TITLE)
        address = link(str(entry.get("link", "")), url, domains, trusted)
        if not title or address is None:
            refused += 1
            continue
        told = str(entry.get("published") or entry.get("updated") or entry.get("created") or "")
        summary = first_sentence(plain(str(entry.get("summary", ""))[:4000]))
        found.append(Found(title, summary if summary != title else "", address, repair_time(told, fetched)))
    if not found:
        raise FeedRefused("empty")
    return found, refused


def _no_entities(data: bytes) -> None:
    """Own entities (which a bomb is made of) have no place in a feed, in whatever encoding."""
    for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        if "<!ENTITY".encode(encoding) in data:
            raise FeedRefused("entities")
