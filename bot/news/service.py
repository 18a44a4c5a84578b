"""The verbs of news: taking stories in, editors' doings, members' wishes. Each checks rights itself."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, insert, or_, select, update

from bot.chat.errors import Refused
from bot.clock import to_ms
from bot.news import queries
from bot.news.models import Feed, Found, Source, Topic, Wish
from bot.news.rules import KEEP, MINUTES, SAME_WITHIN, key_of, likeness, same_story, topic_of
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store import audit
from bot.store.ids import new_id
from bot.store.tables.news import (
    digest_days,
    digest_edits,
    digest_readers,
    digest_runs,
    digest_units,
    digest_wishes,
    feeds,
    stories,
    story_sources,
)
from bot.store.tx import Tx
from bot.store.upsert import insert as upsert

FETCH_EVERY = timedelta(minutes=30)
FETCH_AT_LEAST = timedelta(hours=6)
"""A feed that fails is asked less and less often, but so often."""
MAX_LINE = 300
_COMPARED = 1_000


# --- feeds


def sync_sources(tx: Tx, listed: Sequence[Source]) -> None:
    """Makes the feeds of the configuration those that are fetched; units' own feeds stay."""
    for source in listed:
        values = {
            "name": source.name,
            "topic": source.topic.value,
            "public": int(source.public),
            "active": 1,
            "unit_id": None,
        }
        tx.run(
            upsert(tx.conn, feeds)
            .values(id=new_id(), url=source.url, fetch_ms=tx.now_ms, items=0, failures=0, **values)
            .on_conflict_do_update(index_elements=["url"], set_=values)
        )
    kept = [source.url for source in listed]
    tx.run(update(feeds).where(feeds.c.unit_id.is_(None), feeds.c.url.not_in(kept)).values(active=0))


def add_feed(tx: Tx, by: int | None, unit_id: int, url: str, name: str, topic: Topic = Topic.SCHOOL) -> None:
    """Gives a unit a feed of its own. `by` is None in the terminal.

    Raises Refused("no_right"), or Refused("known") for one that is there already.
    """
    if by is not None:
        _editor(tx, by, unit_id)
    done = tx.run(
        upsert(tx.conn, feeds)
        .values(
            id=new_id(),
            url=url,
            name=name[:80],
            topic=topic.value,
            public=0,
            unit_id=unit_id,
            active=1,
            fetch_ms=tx.now_ms,
            items=0,
            failures=0,
        )
        .on_conflict_do_update(  # one that was taken away comes back
            index_elements=["url"],
            set_={"name": name[:80], "unit_id": unit_id, "active": 1, "fetch_ms": tx.now_ms, "failures": 0},
            where=feeds.c.active == 0,
        )
    )
    if done.rowcount == 0:
        raise Refused("known")
    actor = "terminal" if by is None else "member"
    audit.record(tx, "news.settings", f"organisation:{unit_id}", member_id=by, actor=actor)


def drop_feed(tx: Tx, by: int, unit_id: int, feed_id: int) -> None:
    """Takes a unit's own feed away; its stories stay. Raises Refused("no_right")."""
    _editor(tx, by, unit_id)
    tx.run(update(feeds).where(feeds.c.id == feed_id, feeds.c.unit_id == unit_id).values(active=0))
    audit.record(tx, "news.settings", f"organisation:{unit_id}", member_id=by)


def fetched(tx: Tx, feed: Feed, items: int | None, etag: str | None, modified: str | None) -> None:
    """A feed answered well; `items` is None when it says that nothing changed."""
    values: dict[str, object] = {"ok_ms": tx.now_ms, "tried_ms": tx.now_ms, "failures": 0, "error": None}
    if items is not None:
        values |= {"items": items, "etag": etag and etag[:300], "modified": modified and modified[:80]}
    next_ms = tx.now_ms + int(FETCH_EVERY.total_seconds() * 1000)
    tx.run(update(feeds).where(feeds.c.id == feed.id).values(fetch_ms=next_ms, **values))


def failed(tx: Tx, feed: Feed, code: str) -> None:
    """A feed could not be read; it is asked again later, each time a little later."""
    wait = min(FETCH_EVERY * 2 ** min(feed.failures, 10), FETCH_AT_LEAST)
    next_ms = tx.now_ms + int(wait.total_seconds() * 1000)
    values = {
        "tried_ms": tx.now_ms,
        "failures": feeds.c.failures + 1,
        "error": code[:24],
        "fetch_ms": next_ms,
    }
    tx.run(update(feeds).where(feeds.c.id == feed.id).values(values))


def take_in(tx: Tx, feed: Feed, found: Sequence[Found]) -> int:
    """Keeps what is new; a story that is known gets one more source. Returns how many stories are new.

    A few entries at a time: each is compared with the stories of the days around it.
    """
    keys = {key_of(each.url): each for each in found}
    known = {
        row.key for row in tx.rows(select(story_sources.c.key).where(story_sources.c.key.in_(list(keys))))
    }
    new = {key: each for key, each in keys.items() if key not in known}
    if not new:
        return 0
    span = int(SAME_WITHIN.total_seconds() * 1000)
    moments = [to_ms(each.published) for each in new.values()]
    scope = or_(stories.c.unit_id.is_(None), stories.c.unit_id == feed.unit_id)
    near = tx.rows(
        select(stories)
        .where(
            stories.c.published_ms >= min(moments) - span,
            stories.c.published_ms <= max(moments) + span,
            stories.c.topic != Topic.NOTICE.value,
            scope,
        )
        .order_by(stories.c.id.desc())
        .limit(_COMPARED)
    )
    candidates = [
        (row.id, row.title, row.published_ms, set(queries.searchable(row.title, "").split())) for row in near
    ]
    made = 0
    for key, each in new.items():
        at = to_ms(each.published)
        words = set(queries.searchable(each.title, "").split())
        likely = [
            (likeness(each.title, title), story_id)
            for story_id, title, published, theirs in candidates
            if abs(published - at) <= span and 2 * len(words & theirs) >= min(len(words), len(theirs))
            if same_story(each.title, title)
        ]
        if likely:
            story_id = max(likely)[1]
            _join(tx, feed, story_id, each)
        else:
            story_id = _new(tx, feed, each)
            candidates.append((story_id, each.title, at, words))
            made += 1
        row = {"key": key, "story_id": story_id, "name": feed.name, "made_ms": tx.now_ms}
        tx.run(insert(story_sources).values(row))
    return made


def _new(tx: Tx, feed: Feed, found: Found) -> int:
    story_id = new_id()
    tx.run(
        insert(stories).values(
            id=story_id,
            title=found.title,
            folded=queries.searchable(found.title, found.summary),
            summary=found.summary,
            url=found.url,
            topic=topic_of(found.title, feed.topic).value,
            public=int(feed.public),
            unit_id=feed.unit_id,
            published_ms=to_ms(found.published),
            made_ms=tx.now_ms,
        )
    )
    return story_id


def _join(tx: Tx, feed: Feed, story_id: int, found: Found) -> None:
    """What another source changes about a story: it may now be everybody's, or of Party building."""
    values: dict[str, object] = {}
    if feed.public:
        values["public"] = 1
    if feed.unit_id is None:
        values["unit_id"] = None
    if topic_of(found.title, feed.topic) == Topic.PARTY:
        values["topic"] = Topic.PARTY.value
    if values:
        tx.run(update(stories).where(stories.c.id == story_id).values(values))


def post_notice(tx: Tx, by: int, unit_id: int, title: str, url: str) -> int:
    """An officer's own notice, for a unit and all below. Returns its id. Raises Refused("no_right")."""
    _editor(tx, by, unit_id)
    story_id = new_id()
    tx.run(
        insert(stories).values(
            id=story_id,
            title=title,
            folded=queries.searchable(title, ""),
            summary="",
            url=url,
            topic=Topic.NOTICE.value,
            public=0,
            unit_id=unit_id,
            author_id=by,
            published_ms=tx.now_ms,
            made_ms=tx.now_ms,
        )
    )
    audit.record(tx, "news.post", f"organisation:{unit_id}", member_id=by)
    return story_id


# --- editors


def _editor(tx: Tx, by: int, unit_id: int) -> None:
    if not people.may(tx, by, Verb.EDIT_NEWS, unit_id):
        raise Refused("no_right")


def drop(tx: Tx, by: int, unit_id: int, day: date, story_id: int) -> None:
    """Leaves a story out of a day's digest of a unit and all below. Raises Refused("no_right")."""
    _editor(tx, by, unit_id)
    _edit(tx, unit_id, day, story_id, None)
    audit.record(tx, "news.edit", f"organisation:{unit_id}", member_id=by)


def order(tx: Tx, by: int, unit_id: int, day: date, story_ids: Sequence[int]) -> None:
    """Puts these stories first, in this order. Raises Refused("no_right")."""
    _editor(tx, by, unit_id)
    here = (digest_edits.c.day == day.isoformat(), digest_edits.c.unit_id == unit_id)
    tx.run(delete(digest_edits).where(*here, digest_edits.c.place.is_not(None)))
    for place, story_id in enumerate(story_ids, 1):
        _edit(tx, unit_id, day, story_id, place)
    audit.record(tx, "news.edit", f"organisation:{unit_id}", member_id=by)


def _edit(tx: Tx, unit_id: int, day: date, story_id: int, place: int | None) -> None:
    tx.run(
        upsert(tx.conn, digest_edits)
        .values(day=day.isoformat(), unit_id=unit_id, story_id=story_id, place=place)
        .on_conflict_do_update(index_elements=["day", "unit_id", "story_id"], set_={"place": place})
    )


def add_line(tx: Tx, by: int, unit_id: int, day: date, line: str) -> None:
    """An editor's own line ("" takes it away). Raises Refused("no_right")."""
    _editor(tx, by, unit_id)
    _day(tx, unit_id, day, line=line[:MAX_LINE])
    audit.record(tx, "news.edit", f"organisation:{unit_id}", member_id=by)


def decide(tx: Tx, by: int, unit_id: int, day: date, *, send: bool) -> None:
    """Lets a day's digest go, or holds it. Raises Refused("no_right")."""
    _editor(tx, by, unit_id)
    _day(tx, unit_id, day, state="approved" if send else "held")
    audit.record(tx, "news.approve" if send else "news.hold", f"organisation:{unit_id}", member_id=by)


def _day(tx: Tx, unit_id: int, day: date, **values: object) -> None:
    tx.run(
        upsert(tx.conn, digest_days)
        .values(**{"day": day.isoformat(), "unit_id": unit_id, "line": ""} | values)
        .on_conflict_do_update(index_elements=["day", "unit_id"], set_=values)
    )


def previewed(tx: Tx, unit_id: int, day: date) -> None:
    """Notes that a unit's editors were shown a day's digest."""
    _day(tx, unit_id, day, previewed_ms=tx.now_ms)


def set_habit(
    tx: Tx,
    by: int | None,
    unit_id: int,
    *,
    minute: int | None = None,
    preview_minute: int | None = None,
    silence: str | None = None,
) -> None:
    """Changes a unit's own settings; None leaves one as it is. `by` is None in the terminal.

    Raises Refused("no_right" | "no_such_hour").
    """
    if by is not None:
        _editor(tx, by, unit_id)
    if minute is not None and minute not in MINUTES:
        raise Refused("no_such_hour")
    given = {"minute": minute, "preview_minute": preview_minute, "silence": silence}
    values = {name: value for name, value in given.items() if value is not None}
    tx.run(
        upsert(tx.conn, digest_units)
        .values(unit_id=unit_id, **values)
        .on_conflict_do_update(index_elements=["unit_id"], set_=values or {"unit_id": unit_id})
    )
    audit.record(
        tx, "news.settings", f"organisation:{unit_id}", member_id=by, actor="member" if by else "terminal"
    )


# --- readers


def wish(tx: Tx, member_id: int, wished: Wish) -> None:
    """Keeps what a member wishes. Raises Refused("no_such_hour")."""
    if wished.minute is not None and wished.minute not in MINUTES:
        raise Refused("no_such_hour")
    values = {
        "minute": wished.minute,
        "without": ",".join(sorted(wished.without)),
        "weekdays": int(wished.weekdays),
        "off": int(wished.off),
    }
    tx.run(
        upsert(tx.conn, digest_wishes)
        .values(member_id=member_id, **values)
        .on_conflict_do_update(index_elements=["member_id"], set_=values)
    )


def order_public(tx: Tx, channel: str, chat_id: str) -> None:
    """Somebody who is not verified wishes the public digest; nothing is kept but where to send it."""
    tx.run(
        upsert(tx.conn, digest_readers)
        .values(id=new_id(), channel=channel, chat_id=chat_id, ordered_ms=tx.now_ms)
        .on_conflict_do_nothing(index_elements=["channel", "chat_id"])
    )


def end_public(tx: Tx, channel: str, chat_id: str) -> None:
    """They wish it no more, or cannot be reached: nothing is kept."""
    tx.run(
        delete(digest_readers).where(digest_readers.c.channel == channel, digest_readers.c.chat_id == chat_id)
    )


def move_reader(tx: Tx, channel: str, old: str, new: str) -> None:
    """Their chat has another id."""
    mine = (digest_readers.c.channel == channel, digest_readers.c.chat_id == old)
    tx.run(update(digest_readers).where(*mine).values(chat_id=new))


# --- retention


def forget_old(tx: Tx) -> None:
    """Deletes stories and digests of more than 90 days ago."""
    before = tx.now_ms - int(KEEP.total_seconds() * 1000)
    day = (tx.now - KEEP).date().isoformat()
    old = select(stories.c.id).where(stories.c.published_ms < before, stories.c.made_ms < before)
    tx.run(delete(digest_edits).where((digest_edits.c.day < day) | digest_edits.c.story_id.in_(old)))
    tx.run(delete(story_sources).where(story_sources.c.story_id.in_(old)))
    tx.run(delete(stories).where(stories.c.published_ms < before, stories.c.made_ms < before))
    for table in (digest_days, digest_runs):
        tx.run(delete(table).where(table.c.day < day))
