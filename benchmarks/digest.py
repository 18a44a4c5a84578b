"""The morning digest: `python -m benchmarks.digest [--json] [--members N]`.

1. The same story told twice: labelled pairs of headlines (benchmarks/digest_pairs.py), each given to the shipped
   verb `take_in` as two papers' entries; precision >= 0.98, recall >= 0.9.
2. 100,000 members' digests made each member's own (hour, topics, language, what waits) and queued by the shipped
   `sending.tick` on SQLite; at most 30 s and 300 MB. Counted afterwards in the outbox.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, insert, select

from benchmarks.digest_pairs import DIFFERENT, DIFFERENT_LATER, SAME, SAME_LATER, pairs
from bot.clock import CLOCK, VIETNAM, now
from bot.errands import WAITING
from bot.news import queries, sending, service
from bot.news.models import Feed, Found, Habit, Source, Topic
from bot.organisation.models import Kind, MembershipKind, Standing
from bot.store.engine import make_engine
from bot.store.ids import new_id
from bot.store.migrate import migrate
from bot.store.tables.delivery import outbox
from bot.store.tables.directives import directives, recipients
from bot.store.tables.meetings import invitees, meetings
from bot.store.tables.news import digest_wishes, stories
from bot.store.tables.organisation import ACTIVE, accounts, members, organisation_links, organisations
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import write

RESULTS = Path(__file__).resolve().parent / "results"
HABIT = Habit(390, 1020, "send")
BRANCH = 40
"""Members of a branch."""
OPEN = 4
"""Open directives, which each member has acknowledged or not."""


def same_story_figures(engine: Any, vault: Vault, screen: Console) -> dict[str, float]:
    """Pairs through the verb: told once or twice?"""
    counts = {"true": 0, "missed": 0, "false": 0, "apart": 0}
    for text, same in ((SAME, True), (SAME_LATER, True), (DIFFERENT, False), (DIFFERENT_LATER, False)):
        for one, other in pairs(text):
            joined = write(engine, vault, partial(_joined, one=one, other=other))
            name = {(True, True): "true", (True, False): "missed", (False, True): "false"}
            counts[name.get((same, joined), "apart")] += 1
            if same != joined:
                screen.print("wrong:", "missed" if same else "joined", one, "|", other, markup=False)
    return {
        "pairs": sum(counts.values()),
        "precision": round(counts["true"] / (counts["true"] + counts["false"]), 3),
        "recall": round(counts["true"] / (counts["true"] + counts["missed"]), 3),
    }


def _joined(tx: Tx, one: str, other: str) -> bool:
    for table in (service.story_sources, stories):
        tx.run(table.delete())
    at = tx.now - timedelta(hours=1)
    for place, title in enumerate((one, other)):
        feed = Feed(place, "", f"Báo {place}", Topic.SOCIETY, True, None, None, None, None, 0, 0, None)
        service.take_in(tx, feed, [Found(title, "", f"https://bao{place}.example/{new_id()}", at)])
    return bool(tx.value(select(func.count()).select_from(stories)) == 1)


def furnish(tx: Tx, count: int) -> None:
    """A tree of branches with so many members, their accounts, wishes, directives and a morning's stories."""
    chance = random.Random(24)  # noqa: S311 - sample data
    top = new_id()
    units = [
        {
            "id": top,
            "code": "top",
            "name": "Đảng ủy Mẫu",
            "folded": "dang uy mau",
            "kind": Kind.COMMITTEE,
            "from_ms": 0,
        }
    ]
    links = []
    for number in range(-(-count // BRANCH)):
        unit = new_id()
        name = f"Chi bộ {number}"
        units.append(
            {
                "id": unit,
                "code": f"c{number}",
                "name": name,
                "folded": name,
                "kind": Kind.BRANCH,
                "from_ms": 0,
            }
        )
        links.append({"id": new_id(), "organisation_id": unit, "parent_id": top, "from_ms": 0})
    tx.run(insert(organisations), units)
    tx.run(insert(organisation_links), links)
    people = []
    for number in range(count):
        key = new_id()
        people.append(
            {
                "id": key,
                "branch_id": units[1 + number // BRANCH]["id"],
                "full_name": tx.vault.seal("members.full_name", key, "Người Mẫu"),
                "person_hash": tx.vault.hash("members.person", str(number)),
                "kind": MembershipKind.OFFICIAL.value,
                "standing": Standing.ACTIVE.value,
            }
        )
    tx.run(insert(members), people)
    linked = [
        {
            "id": new_id(),
            "channel": "zalo_oa" if number % 4 else "telegram",
            "user_id": str(10**18 + number),
            "chat_id": str(10**18 + number),
            "member_id": person["id"],
            "language": "en" if number % 50 == 0 else "vi",
            "state": ACTIVE,
            "linked_ms": 0,
        }
        for number, person in enumerate(people)
    ]
    tx.run(insert(accounts), linked)
    wished = [
        {
            "member_id": person["id"],
            "minute": chance.choice((None, 360, 390)),
            "without": ",".join(sorted(t.value for t in chance.sample(list(Topic)[1:], chance.randrange(3)))),
            "weekdays": 0,
            "off": 0,
        }
        for person in chance.sample(people, count // 3)
    ]
    tx.run(insert(digest_wishes), wished)
    for number in range(OPEN):
        directive = new_id()
        tx.run(
            insert(directives).values(
                id=directive, number=f"{number}-KH/ĐU", issued_on="2026-11-20", title="Văn bản mẫu", summary="",
                urgency="normal", unit_id=top, author_id=people[0]["id"], state="open", frozen_to=0, audience="{}",
                deadline_ms=tx.now_ms + 86_400_000 * (number + 1), made_ms=0,
            )
        )  # fmt: skip
        tx.run(
            insert(recipients),
            [
                {
                    "directive_id": directive,
                    "member_id": person["id"],
                    "unit_id": person["branch_id"],
                    "duty": 1,
                    "acknowledged_ms": 1 if chance.random() < 0.6 else None,
                }
                for person in people
            ],
        )
    gathering(tx, [unit["id"] for unit in units[1:]], people)
    service.sync_sources(tx, [Source("Báo Mẫu", "https://bao.example/rss", Topic.SOCIETY, True, True)])
    [feed] = queries.all_feeds(tx)
    titles = [f"Tin mẫu {n}: {word} {n * 7} ở {place}" for n, (word, place) in enumerate(_WORDS * 12)]
    for place, title in enumerate(titles):
        topic = list(Topic)[1 + place % 6]
        told = Found(title, "", f"https://bao.example/{place}", tx.now - timedelta(minutes=place))
        service.take_in(
            tx, Feed(feed.id, "", "Báo Mẫu", topic, True, None, None, None, None, 0, 0, None), [told]
        )


def gathering(tx: Tx, branches: list[int], people: list[dict[str, Any]]) -> None:
    """Every second branch meets within two weeks; half of its members have answered."""
    called = {}
    for place, branch in enumerate(branches[::2]):
        key = called[branch] = new_id()
        tx.run(
            insert(meetings).values(
                id=key, unit_id=branch, kind="regular", starts_ms=tx.now_ms + 86_400_000 * (place % 13 + 1),
                place="Phòng 1", agenda="Việc", chair=tx.vault.seal("meetings.chair", key, "Người Mẫu"),
                author_id=people[0]["id"], state="open", sequence=0, follows=0, made_ms=0, changed_ms=0, stage=0,
            )
        )  # fmt: skip
    rows = [
        {
            "meeting_id": called[person["branch_id"]],
            "member_id": person["id"],
            "unit_id": person["branch_id"],
            "standing": person["standing"],
            "membership": person["kind"],
            "answer": None if place % 2 else "yes",
        }
        for place, person in enumerate(people)
        if person["branch_id"] in called
    ]
    tx.run(insert(invitees), rows)


_WORDS = (
    ("khai trương", "Mẫu Sơn"),
    ("tuyển sinh", "Mẫu Khê"),
    ("học bổng", "Mẫu Giang"),
    ("chạy thử", "Mẫu Hồ"),
)


def furnish_apart(folder: str, keys: Path, count: int) -> None:
    """In a process of its own: its memory is not the digest's."""
    engine = make_engine(f"sqlite:///{folder}/members.db")
    migrate(engine)
    write(engine, Vault(Keys.read(keys)), partial(furnish, count=count))
    engine.dispose()


def sending_figures(engine: Any, vault: Vault, count: int) -> dict[str, float]:
    """Seconds and megabytes of one morning; the outbox counted afterwards."""
    begin, cpu = time.perf_counter(), time.process_time()
    longest = 0.0
    more = True
    while more:
        start = time.perf_counter()
        more = write(engine, vault, partial(sending.tick, defaults=HABIT, waiting=WAITING))
        longest = max(longest, time.perf_counter() - start)
    took, used = time.perf_counter() - begin, time.process_time() - cpu

    def counted(tx: Tx) -> tuple[int, int, int]:
        mine = outbox.c.notice == queries.NOTICE
        rows, people, words = (
            tx.value(select(what).select_from(outbox).where(mine))
            for what in (
                func.count(),
                func.count(outbox.c.recipient_id.distinct()),
                func.count(outbox.c.content_id.distinct()),
            )
        )
        return rows, people, words

    rows, people, words = write(engine, vault, counted)
    return {
        "members": count,
        "queued": rows,
        "members_with_one": people,
        "different_digests": words,
        "seconds": round(took, 1),
        "cpu_seconds": round(used, 1),
        "longest_commit_ms": round(longest * 1000),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> int:
    """Prints the figures, writes `results/digest.json`; 1 when one is not good enough."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--members", type=int, default=100_000)
    given = asked.parse_args()
    screen = Console(stderr=True)
    seven = datetime.combine(now().astimezone(VIETNAM).date(), datetime.min.time(), VIETNAM) + timedelta(
        hours=7
    )
    CLOCK.turn(seven.astimezone(UTC) - now())
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys.json"
        Keys.new().write(keys)
        vault = Vault(Keys.read(keys))
        with ProcessPoolExecutor(1, mp_context=get_context("fork")) as apart:
            apart.submit(furnish_apart, folder, keys, given.members).result()
        figures: dict[str, float] = {}
        for name, work in (
            ("pairs", lambda engine: same_story_figures(engine, vault, screen)),
            ("members", lambda engine: sending_figures(engine, vault, given.members)),
        ):
            engine = make_engine(f"sqlite:///{folder}/{name}.db")
            migrate(engine)
            figures |= work(engine)
            engine.dispose()
    table = Table("what", "figure")
    for name, value in figures.items():
        table.add_row(name, str(value))
    Console(stderr=given.json).print(table)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "digest.json").write_text(json.dumps(figures) + "\n", encoding="utf-8")
    if given.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    enough = (
        figures["precision"] >= 0.98
        and figures["recall"] >= 0.9
        and figures["queued"] == figures["members_with_one"] == given.members
        and figures["seconds"] <= 30
        and figures["peak_mb"] <= 300
    )
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
