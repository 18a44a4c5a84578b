"""The sending of the day's digest: slice by slice, once, and never after 11:00.

Work that is due is found by query: `tick` is rung by the bell. How far a day came is a row of `digest_runs`,
moved on in the same commit that queues a slice, so a crash neither repeats nor skips anybody.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, insert, select, update

from bot.chat.replies import Say
from bot.clock import VIETNAM
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.i18n import LANGUAGES, speaking
from bot.news import queries, service, texts
from bot.news.editions import Editions
from bot.news.models import Edition, Habit, Story, Topic, Waiting, Wish
from bot.news.rules import FIRST, TOO_LATE, choose
from bot.organisation import queries as people
from bot.organisation.models import Account, Organisation, Purpose, Verb
from bot.organisation.rules import RIGHTS
from bot.store.tables.news import digest_readers, digest_runs
from bot.store.tx import Tx
from bot.store.upsert import insert as upsert

SLICE = 500
"""People looked at in one commit, so that the digest never stops the front door."""
_trees: WeakKeyDictionary[Engine, list[Organisation]] = WeakKeyDictionary()
"""The units as they were when this process began the run it is at: the same for every slice of it."""
TAPPED = frozenset({"zalo_oa"})
"""Channels where a tap keeps the person reachable."""
QUIET = 21 * 60
"""No preview after 21:00."""


def tick(tx: Tx, defaults: Habit, waiting: Waiting) -> bool:
    """Queues the next slice of what is due. Returns whether there may be more."""
    local = tx.now.astimezone(VIETNAM)
    now = local.hour * 60 + local.minute
    close(tx)
    if not FIRST <= now < TOO_LATE:
        return False
    day = local.date()
    for minute in sorted({defaults.minute, *queries.wished_minutes(tx)}):
        if minute > now:
            break
        if _slice(tx, day, minute, defaults, waiting):
            return True
    return False


def close(tx: Tx) -> None:
    """What has not left by 11:00 of its day is not sent: the news are old then."""
    local = tx.now.astimezone(VIETNAM)
    today = local.date().isoformat()
    late = local.hour * 60 + local.minute >= TOO_LATE
    closed = select(digest_runs.c.day).where(digest_runs.c.minute == TOO_LATE)
    past = digest_runs.c.day <= today if late else digest_runs.c.day < today
    rows = tx.rows(select(digest_runs.c.day).where(past, digest_runs.c.day.not_in(closed)).distinct())
    for row in rows:
        for kind in (queries.NOTICE, queries.PUBLIC_NOTICE):
            outbox.stop(tx, kind=kind, kind_id=queries.kind_id(date.fromisoformat(row.day)))
        tx.run(insert(digest_runs).values(day=row.day, minute=TOO_LATE, stage="done", sent_to=0))


def _slice(tx: Tx, day: date, minute: int, defaults: Habit, waiting: Waiting) -> bool:
    """One slice of the run of a day and minute; False when it is done, or another process has it."""
    here = (digest_runs.c.day == day.isoformat(), digest_runs.c.minute == minute)
    tx.run(
        upsert(tx.conn, digest_runs)
        .values(day=day.isoformat(), minute=minute, stage="members", sent_to=0)
        .on_conflict_do_nothing(index_elements=["day", "minute"])
    )
    run = tx.first(select(digest_runs).where(*here).with_for_update(skip_locked=True))
    if run is None or run.stage == "done":
        return False
    if (run.stage, run.sent_to) == ("members", 0):
        _trees.pop(tx.conn.engine, None)
    editions = Editions(tx, day, defaults, _trees.get(tx.conn.engine))
    _trees[tx.conn.engine] = editions.units
    top = editions.edition(editions.root) if editions.root is not None else None
    if (run.stage, run.sent_to) == ("members", 0) and not (top and (top.stories or top.lines)):
        return False  # no news yet: it is looked again until 11:00
    if run.stage == "members":
        if minute in editions.minutes:
            found = [each.id for each in people.members_of(tx, None, after_id=run.sent_to, limit=SLICE)]
        else:  # no unit's hour: only theirs who chose it
            found = queries.wishing(tx, minute, after_id=run.sent_to, limit=SLICE)
        _members(tx, editions, minute, found, waiting)
        last = len(found) < SLICE
        values = {"stage": "public" if last else "members", "sent_to": 0 if last else found[-1]}
    else:
        readers = tx.rows(
            select(digest_readers)
            .where(digest_readers.c.id > run.sent_to)
            .order_by(digest_readers.c.id)
            .limit(SLICE)
        )
        if minute == defaults.minute:
            _readers(tx, editions, [(row.id, row.channel, row.chat_id) for row in readers])
        last = len(readers) < SLICE
        values = {"stage": "done" if last else "public", "sent_to": readers[-1].id if readers else 0}
    tx.run(update(digest_runs).where(*here).values(values))
    return True


def _members(tx: Tx, editions: Editions, minute: int, member_ids: Sequence[int], waiting: Waiting) -> None:
    wishes = queries.wishes(tx, member_ids)
    day, nothing = editions.day, Wish()
    accounts = _ways(tx, [each for each in member_ids if wishes.get(each, nothing).minute in (None, minute)])
    branch = {member_id: account.branch_id for member_id, account in accounts.items()}
    for member_id, unit in branch.items():
        if not (
            editions.knows(unit)
            and _is_due(wishes.get(member_id, nothing), day, minute, editions.habit(unit).minute)
            and editions.edition(editions.read_by(unit)).goes
        ):
            del accounts[member_id]
    kind_id = queries.kind_id(day)
    ids = sorted(accounts)
    for start in range(0, len(ids), 1_000):
        for each in outbox.posted(tx, ids[start : start + 1_000], kind=queries.NOTICE, kind_id=kind_id):
            del accounts[each]  # changed the hour this morning, after it came
    if not accounts:
        return
    waits: dict[int, Sequence[str]] = {}
    for language in LANGUAGES:
        spoken = [each for each, account in accounts.items() if account.language == language]
        if spoken:
            with speaking(language):
                waits |= waiting.waiting(tx, spoken)
    for unit in {editions.read_by(branch[each]) for each in accounts}:
        editions.freeze(unit)
    scopes: dict[int, tuple[int, frozenset[int]]] = {}
    for unit in {branch[each] for each in accounts}:
        edition = editions.edition(editions.read_by(unit))
        scopes[unit] = edition.unit_id, edition.units & frozenset(editions.path(unit))
    wanted = {
        member_id: (
            *scopes[branch[member_id]],
            wishes.get(member_id, nothing).without,
            account.language,
            account.channel in TAPPED,
            tuple(waits.get(member_id, ())),
        )
        for member_id, account in accounts.items()
    }
    words = _contents(tx, editions, set(wanted.values()))
    notices = [
        Notice(account.channel, account.chat_id, member_id, content)
        for member_id, account in accounts.items()
        if (content := words.get(wanted[member_id])) is not None
    ]
    outbox.post(tx, notices, kind=queries.NOTICE, kind_id=kind_id, priority=outbox.DIGEST, due_ms=tx.now_ms)


_Key = tuple[int, frozenset[int], frozenset[Topic], str, bool, tuple[str, ...]]
"""Whose edition, the units whose own stories are read, topics not wished, language, with the tap, what waits."""


def _contents(tx: Tx, editions: Editions, keys: Iterable[_Key]) -> dict[_Key, int]:
    """The words of each different digest, kept once; an empty one is not kept."""
    made: dict[_Key, Say] = {}
    chosen: dict[tuple[int, frozenset[int], frozenset[Topic]], list[Story]] = {}
    for key in keys:
        unit, units, without, language, tap, waits = key
        edition = editions.edition(unit)
        if (unit, units, without) not in chosen:
            chosen[unit, units, without] = choose(
                edition.stories, edition.pinned, Wish(without=without), units
            )
        stories = chosen[unit, units, without]
        if not (stories or edition.lines):
            continue  # what waits has its own reminders: without news there is no digest
        with speaking(language):
            made[key] = texts.digest(editions.day, stories, edition.lines, waits, tap=tap)
    different = list(dict.fromkeys(made.values()))
    said = dict(zip(different, outbox.bulk_contents(tx, different), strict=True))
    return {key: said[words] for key, words in made.items()}


def _is_due(wish: Wish, day: date, minute: int, habit: int) -> bool:
    if wish.off or (wish.weekdays and day.weekday() >= 5):
        return False
    return (habit if wish.minute is None else wish.minute) == minute


def _ways(tx: Tx, member_ids: Sequence[int]) -> dict[int, Account]:
    """Where each one's digest goes, Zalo before Telegram: not to a blocked account, nor to one that did not agree."""
    refusing = people.refusing(tx, member_ids, Purpose.DIGEST)
    ways = {}
    for member_id, found in people.reach(tx, member_ids).items():
        able = [account for account in found if not account.blocked and account.id not in refusing]
        if able:
            ways[member_id] = min(able, key=lambda account: (account.channel != "zalo_oa", account.channel))
    return ways


def _readers(tx: Tx, editions: Editions, readers: Sequence[tuple[int, str, str]]) -> None:
    """The public digest, to who ordered it and has not become known as a member since."""
    edition = editions.public()
    if edition is None or not edition.goes or not edition.stories:
        return
    kind_id = queries.kind_id(editions.day)
    ids = [reader for reader, _channel, _chat in readers]
    sent: set[int] = set()
    for start in range(0, len(ids), 1_000):
        sent |= outbox.posted(tx, ids[start : start + 1_000], kind=queries.PUBLIC_NOTICE, kind_id=kind_id)
    words: dict[bool, int] = {}
    notices = []
    for reader, channel, chat_id in readers:
        if reader in sent or people.account_of(tx, channel, chat_id) is not None:
            continue
        tap = channel in TAPPED
        if tap not in words:
            words[tap] = outbox.content(tx, public_words(edition, tap=tap))
        notices.append(Notice(channel, chat_id, reader, words[tap]))
    outbox.post(
        tx, notices, kind=queries.PUBLIC_NOTICE, kind_id=kind_id, priority=outbox.DIGEST, due_ms=tx.now_ms
    )


def public_words(edition: Edition, *, tap: bool) -> Say:
    """The digest for who is not verified."""
    stories = choose(edition.stories, (), Wish(), ())
    return texts.digest(edition.day, stories, (), (), tap=tap, public=True)


# --- previews


def previews(tx: Tx, defaults: Habit) -> bool:
    """Shows editors tomorrow's digest, once, from the hour their unit chose. Returns whether one was queued."""
    local = tx.now.astimezone(VIETNAM)
    now = local.hour * 60 + local.minute
    tomorrow = local.date() + timedelta(days=1)
    editions = Editions(tx, tomorrow, defaults)
    if editions.root is None:
        return False
    shown = queries.days(tx, tomorrow)
    posted = False
    for unit in {editions.root, *queries.habits(tx)}:
        at = editions.habit(unit).preview_minute
        known = shown.get(unit)
        if not at <= now < QUIET or (known is not None and known.previewed_ms is not None):
            continue
        service.previewed(tx, unit, tomorrow)
        editors = [each for each in people.who_may(tx, Verb.EDIT_NEWS, unit) if _edits_here(tx, each, unit)]
        accounts = list(_ways(tx, editors).values())
        edition = editions.edition(unit)
        if not accounts or not edition.stories:
            continue
        words = {}
        for language in {account.language for account in accounts}:
            with speaking(language):
                words[language] = outbox.content(
                    tx, texts.preview(edition, editions.path(unit), editions.habit(unit))
                )
        notices = [
            Notice(each.channel, each.chat_id, each.member_id, words[each.language]) for each in accounts
        ]
        outbox.post(
            tx,
            notices,
            kind=queries.PREVIEW,
            kind_id=queries.kind_id(tomorrow),
            priority=outbox.DIGEST,
            due_ms=tx.now_ms,
        )
        posted = True
    return posted


def _edits_here(tx: Tx, member_id: int, unit_id: int) -> bool:
    """Whether somebody's post is at this very unit: levels above have their own preview."""
    return any(
        post.organisation_id == unit_id and post.role in RIGHTS[Verb.EDIT_NEWS]
        for post in people.appointments_of(tx, member_id)
    )
