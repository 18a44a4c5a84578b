"""Reads about feeds, stories and digests."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, and_, or_, select

from bot.chat.text import fold
from bot.clock import VIETNAM, from_ms, to_ms
from bot.news.models import Feed, Story, Topic, Wish
from bot.news.rules import FRESH, SEARCHED
from bot.store.tables.news import (
    digest_days,
    digest_edits,
    digest_readers,
    digest_units,
    digest_wishes,
    feeds,
    stories,
    story_sources,
)
from bot.store.tx import Tx

NOTICE, PUBLIC_NOTICE, PREVIEW = "digest", "public_digest", "digest_preview"
"""What the outbox calls members' digests, those of unverified readers, and editors' previews."""
_FOUND = 400
_SLICE = 900


def kind_id(day: date) -> int:
    """A day as the outbox numbers its digests: 20261124."""
    return day.year * 10_000 + day.month * 100 + day.day


# --- feeds


def _feed(row: Row[tuple[object, ...]]) -> Feed:
    return Feed(
        id=row.id,
        url=row.url,
        name=row.name,
        topic=Topic(row.topic),
        public=bool(row.public),
        unit_id=row.unit_id,
        etag=row.etag,
        modified=row.modified,
        ok_at=None if row.ok_ms is None else from_ms(row.ok_ms),
        items=row.items,
        failures=row.failures,
        error=row.error,
    )


def due_feeds(tx: Tx, limit: int) -> list[Feed]:
    """Feeds whose time has come, the longest waiting first."""
    rows = tx.rows(
        select(feeds)
        .where(feeds.c.active == 1, feeds.c.fetch_ms <= tx.now_ms)
        .order_by(feeds.c.fetch_ms, feeds.c.id)
        .limit(limit)
    )
    return [_feed(row) for row in rows]


def all_feeds(tx: Tx, unit_ids: Collection[int] | None = None) -> list[Feed]:
    """Feeds in use, those with errors first: everybody's, and those of these units (None: of all)."""
    mine: list[ColumnElement[bool]] = [feeds.c.active == 1]
    if unit_ids is not None:
        mine.append(or_(feeds.c.unit_id.is_(None), feeds.c.unit_id.in_(list(unit_ids))))
    rows = tx.rows(select(feeds).where(*mine).order_by(feeds.c.failures.desc(), feeds.c.name))
    return [_feed(row) for row in rows]


# --- stories


def _stories(tx: Tx, rows: Sequence[Row[tuple[object, ...]]]) -> list[Story]:
    names: dict[int, list[str]] = {}
    ids = [row.id for row in rows]
    for start in range(0, len(ids), _SLICE):
        told = select(story_sources.c.story_id, story_sources.c.name).where(
            story_sources.c.story_id.in_(ids[start : start + _SLICE])
        )
        for each in tx.rows(told.order_by(story_sources.c.made_ms, story_sources.c.key)):
            known = names.setdefault(each.story_id, [])
            if each.name not in known:
                known.append(each.name)
    return [
        Story(
            id=row.id,
            title=row.title,
            summary=row.summary,
            url=row.url,
            topic=Topic(row.topic),
            public=bool(row.public),
            unit_id=row.unit_id,
            published=from_ms(row.published_ms),
            sources=tuple(names.get(row.id, ())),
        )
        for row in rows
    ]


def fresh(tx: Tx, after_ms: int, ids: Collection[int] = ()) -> list[Story]:
    """Stories for the next digest: not old, known only since this moment; and those of these ids."""
    new = and_(
        stories.c.published_ms >= tx.now_ms - int(FRESH.total_seconds() * 1000), stories.c.made_ms > after_ms
    )
    wanted = or_(new, stories.c.id.in_(list(ids))) if ids else new
    rows = tx.rows(select(stories).where(wanted).order_by(stories.c.published_ms.desc()).limit(_FOUND))
    return _stories(tx, rows)


def by_ids(tx: Tx, ids: Sequence[int]) -> list[Story]:
    """These stories in this order, without those that are gone."""
    found = {
        story.id: story for story in _stories(tx, tx.rows(select(stories).where(stories.c.id.in_(list(ids)))))
    }
    return [found[each] for each in ids if each in found]


def between(tx: Tx, from_ms_: int, until_ms: int, units: Collection[int] | None) -> list[Story]:
    """Stories published in a span, for somebody of these units (None: not verified)."""
    rows = tx.rows(
        select(stories)
        .where(stories.c.published_ms >= from_ms_, stories.c.published_ms < until_ms, _for(units))
        .order_by(stories.c.published_ms.desc())
        .limit(_FOUND)
    )
    return _stories(tx, rows)


def _for(units: Collection[int] | None) -> ColumnElement[bool]:
    if units is None:  # nothing of the Party's for who is not verified
        return and_(stories.c.public == 1, stories.c.topic != Topic.PARTY.value, stories.c.unit_id.is_(None))
    return or_(stories.c.unit_id.is_(None), stories.c.unit_id.in_(list(units)))


def search(tx: Tx, text: str, units: Collection[int] | None, limit: int = 20) -> list[Story]:
    """Stories of the last 30 days with all these words, for somebody of these units (None: not verified).

    Marks may be left out; where they were typed, stories that have them so come first, then the newest.
    """
    wanted = fold(text).split()[:8]
    if not wanted:
        return []
    since = tx.now_ms - int(SEARCHED.total_seconds() * 1000)
    has = [stories.c.folded.like(f"% {word.replace('%', '')} %") for word in wanted]
    rows = tx.rows(
        select(stories)
        .where(stories.c.published_ms >= since, _for(units), *has)
        .order_by(stories.c.published_ms.desc())
        .limit(_FOUND)
    )
    typed = " ".join(text.lower().split())
    found = _stories(tx, rows)
    # A stable sort: the newest first among equals.
    found.sort(key=lambda story: typed not in f"{story.title} {story.summary}".lower())
    return found[:limit]


def searchable(title: str, summary: str) -> str:
    """What `search` looks through."""
    return f" {fold(title)} {fold(summary)} "


# --- wishes


def wishes(tx: Tx, member_ids: Iterable[int]) -> dict[int, Wish]:
    """What these members wish; who never said anything is left out."""
    ids = list(member_ids)
    found = {}
    for start in range(0, len(ids), _SLICE):
        mine = digest_wishes.c.member_id.in_(ids[start : start + _SLICE])
        for row in tx.rows(select(digest_wishes).where(mine)):
            without = frozenset(Topic(each) for each in row.without.split(",") if each)
            found[row.member_id] = Wish(row.minute, without, bool(row.weekdays), bool(row.off))
    return found


def wishing(tx: Tx, minute: int, *, after_id: int, limit: int) -> list[int]:
    """Members who chose this minute of the day, by id, from after one on."""
    table = digest_wishes
    mine = (table.c.minute == minute, table.c.off == 0, table.c.member_id > after_id)
    rows = tx.rows(select(table.c.member_id).where(*mine).order_by(table.c.member_id).limit(limit))
    return [row.member_id for row in rows]


def wish_of(tx: Tx, member_id: int) -> Wish:
    """What one member wishes."""
    return wishes(tx, [member_id]).get(member_id, Wish())


def wished_minutes(tx: Tx) -> set[int]:
    """All minutes of the day somebody or some unit chose."""
    found = set()
    for table in (digest_wishes, digest_units):
        chosen = select(table.c.minute).where(table.c.minute.is_not(None)).distinct()
        found |= {row.minute for row in tx.rows(chosen)}
    return found


def is_reader(tx: Tx, channel: str, chat_id: str) -> bool:
    """Whether this chat ordered the public digest."""
    mine = (digest_readers.c.channel == channel, digest_readers.c.chat_id == chat_id)
    return tx.first(select(digest_readers.c.id).where(*mine)) is not None


# --- units' ways and days


class UnitHabit(NamedTuple):
    """A unit's own settings; None is the level above's."""

    minute: int | None
    preview_minute: int | None
    silence: str | None


class UnitDay(NamedTuple):
    """What a unit's editors did about a day."""

    state: str | None
    line: str
    frozen: tuple[int, ...] | None
    frozen_ms: int | None
    previewed_ms: int | None


def habits(tx: Tx) -> dict[int, UnitHabit]:
    """All units with settings of their own."""
    return {
        row.unit_id: UnitHabit(row.minute, row.preview_minute, row.silence)
        for row in tx.rows(select(digest_units))
    }


def days(tx: Tx, day: date) -> dict[int, UnitDay]:
    """All units whose editors did something about a day."""
    return {
        row.unit_id: UnitDay(
            row.state,
            row.line,
            None if row.frozen is None else tuple(json.loads(row.frozen)),
            row.frozen_ms,
            row.previewed_ms,
        )
        for row in tx.rows(select(digest_days).where(digest_days.c.day == day.isoformat()))
    }


def edits(tx: Tx, day: date) -> dict[int, dict[int, int | None]]:
    """By unit: story -> its pinned place, or None when it was dropped."""
    found: dict[int, dict[int, int | None]] = {}
    for row in tx.rows(select(digest_edits).where(digest_edits.c.day == day.isoformat())):
        found.setdefault(row.unit_id, {})[row.story_id] = row.place
    return found


def day_span(day: date) -> tuple[int, int]:
    """First and last moment (ms) of a day in Vietnam."""
    start = datetime.combine(day, time(), VIETNAM)
    return to_ms(start), to_ms(start + timedelta(days=1))
