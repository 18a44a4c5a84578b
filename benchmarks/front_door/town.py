"""Members verified through slips and a directive frozen for them by the real verbs, in a database to copy."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, insert

from bot.chat.choices import pack
from bot.clock import now
from bot.delivery import outbox, results
from bot.delivery.outbound import Sent
from bot.delivery.results import Note
from bot.directives import queries, service
from bot.directives.models import Acknowledge, Draft, Urgency
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Result, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.organisation.verification import make_slip, verify_by_slip
from bot.store import audit, inbox
from bot.store.ids import new_id
from bot.store.installation import open_store
from bot.store.tables.organisation import ACTIVE, accounts
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import write

FIRST_USER = 700_000_000
BRANCH = 60
BORN = date(1980, 2, 3)


def build(folder: Path, members: int, *, waiting: bool = False, linked: bool = False, url: str = "") -> int:
    """A data folder with so many verified members, each of whom got the card. Returns the directive's id.

    With `waiting` the cards are frozen and still to be sent. Then, and with `linked`, accounts are made without
    the dialog's verb, which takes its time by design. `url`: another database than the folder's own.
    """
    folder.mkdir(parents=True)
    Keys.new().write(folder / "keys.json")
    with opened(folder, url) as (engine, vault):
        run = partial(write, engine, vault)
        run(lambda tx: import_roster(tx, _roster(members)))
        found = run(lambda tx: people.members_of(tx, [unit.id for unit in people.organisation_tree(tx)]))
        ids = [member.id for member in found]
        for start in range(0, members, 250):
            link = _link if waiting or linked else _verify
            run(partial(link, ids=ids, start=start, stop=min(start + 250, members)))
        directive = run(partial(_directive, author=ids))
        while run(partial(service.freeze_slice, directive_id=directive)):
            pass
        while not waiting and run(_deliver):
            pass
    return int(directive)


@contextmanager
def opened(folder: Path, url: str = "") -> Iterator[tuple[Engine, Vault]]:
    """The database of a data folder, or another one with its keys."""
    engine, vault = open_store(url or f"sqlite:///{folder / 'sotay.db'}", folder / "keys.json")
    try:
        yield engine, vault
    finally:
        engine.dispose()


def copy(folder: Path, to: Path) -> None:
    """Another data folder with the same content."""
    shutil.copytree(folder, to)


def data(directive: int) -> str:
    """What the card's button carries."""
    return pack(Acknowledge(directive))


def unrecorded(tx: Tx) -> int:
    """What is not finished: updates not handled, replies not sent or not recorded as sent."""
    return inbox.counts(tx)["waiting"] + outbox.waiting(tx)


def wrong(tx: Tx, directive: int, presses: int) -> list[str]:
    """What does not agree with so many presses, counted through the product's own queries."""
    totals = queries.totals(tx, directive)
    counts = inbox.counts(tx)
    lines = audit.entries(tx, None, about=f"directive:{directive}", limit=presses * 2 + 10)
    acted = [line.member_id for line in lines if line.action == "directive.acknowledge"]
    checks = {
        "acknowledged": totals.acknowledged == presses,
        "doubled": totals.people_doubled == 0,
        "audit": len(acted) == presses == len(set(acted)),
        "inbox": counts == {"waiting": 0, "done": presses, "set_aside": 0},
        "outbox": outbox.waiting(tx) == 0,
    }
    return [name for name, right in checks.items() if not right]


def _roster(members: int) -> Roster:
    rows = tuple(
        PersonRow(
            "mẫu",
            number + 2,
            f"Người Mẫu {number:05d}",
            f"Chi bộ Mẫu {number // BRANCH:03d}",
            committees=("Đảng bộ Mẫu",),
            birth_date=BORN + timedelta(days=number % 7000),
            card_number=f"{number + 1:08d}",
            membership=MembershipKind.OFFICIAL,
            standing=Standing.ACTIVE,
            posts="Bí thư Đảng ủy" if number == 0 else "",
        )
        for number in range(members)
    )
    columns = frozenset(
        {"full_name", "branch", "birth_date", "card_number", "membership", "standing", "posts"}
    )
    return Roster(rows, (), (), columns, "0" * 64)


def _verify(tx: Tx, ids: list[int], start: int, stop: int) -> None:
    names = people.names(tx, ids[start:stop])
    for member_id in ids[start:stop]:
        number = int(names[member_id].rsplit(" ", 1)[1])
        user = str(FIRST_USER + number)
        born = BORN + timedelta(days=number % 7000)
        outcome = verify_by_slip(tx, "telegram", user, user, make_slip(tx, member_id, None), born)
        if outcome.result is not Result.LINKED:
            raise AssertionError(outcome)


def _link(tx: Tx, ids: list[int], start: int, stop: int) -> None:
    rows = [
        {
            "id": new_id(),
            "channel": "telegram",
            "user_id": str(FIRST_USER + number),
            "chat_id": str(FIRST_USER + number),
            "member_id": ids[number],
            "language": "vi",
            "state": ACTIVE,
            "linked_ms": tx.now_ms,
            "served_ms": tx.now_ms,
        }
        for number in range(start, stop)
    ]
    tx.run(insert(accounts), rows)


def _directive(tx: Tx, author: list[int]) -> int:
    top = next(unit for unit in people.organisation_tree(tx) if unit.parent_id is None)
    by = next(each for each in people.who_may(tx, people.Verb.SEND_DIRECTIVE, top.id) if each in author)
    draft = Draft(
        "52-KH/ĐU", date(2026, 11, 20), "Kế hoạch mẫu", "Học tập nghị quyết trong quý.", Urgency.NORMAL,
        now() + timedelta(days=3), top.id, by, None,
    )  # fmt: skip
    directive = service.create(tx, draft)
    service.open_for_sending(tx, directive, by)
    return directive


def _deliver(tx: Tx) -> bool:
    """The cards reach their people, as the sender records it; at the platform's pace it would take minutes."""
    rows = outbox.claim(tx, "telegram", "town", 500)
    for row in rows:
        results.record(tx, [Note(row, Sent(str(row.id % 10**9), "buttons"), tx.now_ms, tx.now_ms)])
    return bool(rows)
