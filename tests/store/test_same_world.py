"""The same operations on SQLite and PostgreSQL leave the same world, whatever they are and in any order.

Keys, nonces and moments are made the same on both, so that all tables can be compared row by row, sealed
columns included. Only the inbox's own numbers may differ (PostgreSQL skips some): their order is compared.
"""

import itertools
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, select

from bot.chat.errors import Refused
from bot.chat.replies import Choice, Say
from bot.clock import now
from bot.delivery import outbox, results
from bot.delivery.outbound import Sent
from bot.delivery.results import Note
from bot.directives import live_cards, service
from bot.directives.models import Draft, Urgency
from bot.organisation import accounts, verification
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.store import audit, dialogs, files, ids, inbox, jobs, openings, vault
from bot.store.dialogs import DialogRow, Place
from bot.store.engine import make_engine
from bot.store.openings import Opening
from bot.store.tables import metadata
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

BORN = date(1961, 3, 12)
TOP, BRANCH = "Đảng ủy Mẫu", "Chi bộ Mẫu"
MEMBERS = 4
ONLY_POSTGRESQL = {"inbox_chats", "leases", "alembic_version", "key_proof"}

chats = st.sampled_from(["c1", "c2", "Ünï 'c'"])
channels = st.sampled_from(["telegram", "zalo_oa"])
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
members = st.integers(0, MEMBERS - 1)
keys = st.integers(0, 9)


def person(number: int) -> PersonRow:
    return PersonRow(
        "mẫu",
        number + 2,
        f"Nguyễn Văn Thứ {number}",
        BRANCH,
        committees=(TOP,),
        birth_date=BORN,
        card_number=f"{91234500 + number}",
        membership=MembershipKind.OFFICIAL,
        standing=Standing.ACTIVE,
        posts="" if number else "Văn phòng Đảng ủy",
    )


class World:
    """One database, with its own count of keys and nonces."""

    def __init__(self, engine: Engine, seals: Vault) -> None:
        self.engine = engine
        self.vault = seals
        self.keys = itertools.count(1)
        self.noise = itertools.count(1)

    def do(self, at: datetime, unit: Callable[[Tx], Any], patch: pytest.MonkeyPatch) -> Any:
        """What the unit returned, or the name of what it raised."""
        patch.setattr(ids, "_EPOCH_MS", 0)
        for module in NEW_ID:
            patch.setattr(module, "new_id", lambda: next(self.keys))
        for module in NEW_IDS:
            patch.setattr(module, "new_ids", lambda count: [next(self.keys) for _ in range(count)])
        patch.setattr(vault.os, "urandom", lambda size: next(self.noise).to_bytes(size, "big"))
        patch.setattr(verification.secrets, "randbelow", lambda most: next(self.noise) * 7919 % most)
        try:
            with self.engine.begin() as conn:
                return unit(Tx(conn, at, self.vault))
        except (Refused, LookupError) as refused:
            return f"{type(refused).__name__} {refused}"

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All there is."""
        found = {}
        with self.engine.connect() as conn:
            for table in metadata.sorted_tables:
                if table.name in ONLY_POSTGRESQL:
                    continue
                keep = [column for column in table.c if (table.name, column.name) != ("inbox", "id")]
                order = table.c.id if table.name == "inbox" else None
                rows = [tuple(row) for row in conn.execute(select(*keep).order_by(order))]
                found[table.name] = rows if table.name == "inbox" else sorted(rows, key=repr)
        return found


def _users_of(made: str) -> list[Any]:
    """Every module that makes keys by this name."""
    import sys

    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("bot.") and getattr(module, made, None) is getattr(ids, made)
    ]


NEW_ID, NEW_IDS = _users_of("new_id"), _users_of("new_ids")


class SameWorld(RuleBasedStateMachine):
    """Operations of the store and the verbs, done on both."""

    urls: tuple[str, str]

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.at = now()
        seals = Vault(Keys.new())
        self.worlds = [World(make_engine(url), seals) for url in self.urls]
        self.papers: list[int] = []
        self.codes: list[str] = []
        self.claimed: list[outbox.Outgoing] = []
        self.jobs: list[jobs.Job] = []
        self.given = 0

    def teardown(self) -> None:
        self.patch.undo()
        for world in self.worlds:
            with world.engine.begin() as conn:
                for table in reversed(metadata.sorted_tables):
                    conn.execute(table.delete())
            world.engine.dispose()

    def both(self, unit: Callable[[Tx], Any]) -> Any:
        """Does it on both and compares what each says; returns it."""
        one, two = (world.do(self.at, unit, self.patch) for world in self.worlds)
        assert one == two
        return one

    @initialize()
    def roster(self) -> None:
        rows = tuple(person(number) for number in range(MEMBERS))
        columns = frozenset("full_name card_number birth_date branch posts standing membership".split())
        report = self.both(lambda tx: import_roster(tx, Roster(rows, (), (), columns, "mẫu")).counts)
        assert report["new"] == MEMBERS

    def member(self, tx: Tx, number: int) -> int:
        found = people.member_by_card(tx, f"{91234500 + number}")
        assert found is not None
        return found.id

    @rule(seconds=st.integers(1, 4000))
    def time_passes(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    # The inbox

    @rule(channel=channels, key=keys, chat=chats, payload=st.binary(max_size=20))
    def update_comes_in(self, channel: str, key: int, chat: str, payload: bytes) -> None:
        self.both(lambda tx: inbox.put(tx, channel, f"k{key}", chat, payload) is not None)

    @rule(at=keys, aside=st.booleans())
    def update_is_finished(self, at: int, aside: bool) -> None:
        def finish(tx: Tx) -> list[bytes]:
            rows = inbox.waiting(tx)
            for row in rows[at : at + 1]:
                if aside:
                    inbox.set_aside(tx, row.id, 3, "ValueError")
                else:
                    inbox.done(tx, row.id)
            return [row.payload for row in rows]

        self.both(finish)

    @rule(hours=st.integers(0, 2))
    def old_things_are_forgotten(self, hours: int) -> None:
        def forget(tx: Tx) -> dict[str, int]:
            inbox.forget_before(tx, tx.now_ms - hours * 3_600_000)
            openings.forget_expired(tx)
            verification.forget_attempts(tx, tx.now_ms - hours * 3_600_000)
            return inbox.counts(tx)

        self.both(forget)

    # Dialogs, choices, jobs, files

    @rule(channel=channels, chat=chats, steps=st.lists(words, max_size=3), tries=st.integers(0, 3))
    def dialog_goes_on(self, channel: str, chat: str, steps: list[str], tries: int) -> None:
        place = Place(channel, chat, "u")
        row = DialogRow(5, "verification", 1, steps, "birth", tries, 77)
        self.both(lambda tx: (dialogs.save_dialog(tx, place, row), dialogs.load_dialog(tx, place)))

    @rule(channel=channels, chat=chats)
    def dialog_ends(self, channel: str, chat: str) -> None:
        place = Place(channel, chat, "u")
        self.both(lambda tx: (dialogs.load_dialog(tx, place), dialogs.end_dialog(tx, place)))

    @rule(number=keys, channel=channels, chat=chats, about=st.sampled_from(["", "52", "51"]), label=words)
    def choices_open(self, number: int, channel: str, chat: str, about: str, label: str) -> None:
        def open_one(tx: Tx) -> list[Opening]:
            opening = Opening(number, about, True, (label,), ("#a.1",), tx.now_ms, False)
            openings.open_choices(tx, [openings.Opened(channel, chat, opening, tx.now_ms + 600_000)])
            return openings.of_chat(tx, channel, chat)

        self.both(open_one)

    @rule(chat=chats, asked=words)
    def job_is_asked_for(self, chat: str, asked: str) -> None:
        self.both(lambda tx: jobs.request(tx, "check", ("telegram", chat, "u"), asked))
        self.jobs = self.both(jobs.unfinished)

    @precondition(lambda self: self.jobs)
    @rule(at=keys)
    def job_begins(self, at: int) -> None:
        job = self.jobs[at % len(self.jobs)]
        self.both(lambda tx: jobs.begin(tx, job.id))
        self.jobs = self.both(jobs.unfinished)

    @rule(number=keys, name=words, channel=channels, valid=st.none() | st.integers(0, 1 << 42))
    def file_is_known(self, number: int, name: str, channel: str, valid: int | None) -> None:
        if "\0" in name:
            return  # no name of a file has one, and PostgreSQL takes none in a text

        def keep(tx: Tx) -> dict[str, Any]:
            files.register(tx, f"f{number}", name, "application/pdf", 3)
            files.remember(tx, channel, f"f{number}", "r", valid)
            return files.references(tx, channel)

        self.both(keep)

    # The outbox

    @rule(channel=channels, chat=chats, text=words, choices=st.booleans())
    def reply_is_posted(self, channel: str, chat: str, text: str, choices: bool) -> None:
        said = Say(text or "x", choices=(Choice("Một", "#unack.1"),) if choices else ())
        self.claimed.append(self.both(lambda tx: outbox.reply(tx, channel, chat, said, "p1")))

    @rule(channel=channels, limit=st.integers(1, 5), holder=st.sampled_from(["p1", "p2"]))
    def rows_are_claimed(self, channel: str, limit: int, holder: str) -> None:
        self.claimed += self.both(lambda tx: outbox.claim(tx, channel, holder, limit))

    @precondition(lambda self: self.claimed)
    @rule(at=keys, how=st.sampled_from(["sent", "later", "uncertain", "failed", "unreachable"]))
    def result_is_recorded(self, at: int, how: str) -> None:
        row = self.claimed.pop(at % len(self.claimed))

        def record(tx: Tx) -> int:
            if how == "sent":
                results.record(tx, [Note(row, Sent(f"m{row.id}", "buttons"), tx.now_ms, tx.now_ms)])
            elif how in ("later", "uncertain"):
                outbox.record_later(tx, row, tx.now_ms + 1000, uncertain=how == "uncertain")
            else:
                outbox.record_failed(tx, row, "blocked", unreachable=how == "unreachable")
            return outbox.waiting(tx)

        self.both(record)

    @rule(channel=channels, old=chats, new=chats)
    def chat_moves(self, channel: str, old: str, new: str) -> None:
        self.both(lambda tx: outbox.move_chat(tx, channel, old, new))

    # Members and papers

    @rule(number=members)
    def slip_is_made(self, number: int) -> None:
        self.codes.append(self.both(lambda tx: verification.make_slip(tx, self.member(tx, number), None)))

    @rule(at=keys, channel=channels, user=keys, right=st.booleans())
    def slip_is_tried(self, at: int, channel: str, user: int, right: bool) -> None:
        code = self.codes[at % len(self.codes)] if self.codes else "123456789"
        born = BORN if right else date(1950, 1, 1)

        def attempt(tx: Tx) -> str:
            done = verification.verify_by_slip(tx, channel, f"u{user}", f"u{user}", code, born)
            return f"{done.result} {done.tries_left}"

        self.both(attempt)

    @rule(channel=channels, user=keys, blocked=st.booleans())
    def person_blocks_or_comes_back(self, channel: str, user: int, blocked: bool) -> None:
        mark = accounts.mark_blocked if blocked else accounts.mark_unblocked
        self.both(lambda tx: mark(tx, channel, f"u{user}"))

    @rule(urgency=st.sampled_from(list(Urgency)), hours=st.none() | st.integers(1, 50))
    def paper_is_sent(self, urgency: Urgency, hours: int | None) -> None:
        self.given += 1
        number = f"{self.given}-KH/ĐU"

        def send(tx: Tx) -> int:
            unit = people.find_organisation(tx, TOP)
            assert unit is not None
            author = self.member(tx, 0)
            deadline = None if hours is None else tx.now + timedelta(hours=hours)
            draft = Draft(
                number, date(2026, 11, 17), "Mẫu", "Tóm tắt.", urgency, deadline, unit.id, author, None
            )
            directive_id = service.create(tx, draft)
            service.open_for_sending(tx, directive_id, author)
            while service.freeze_slice(tx, directive_id):
                pass
            return directive_id

        self.papers.append(self.both(send))

    @precondition(lambda self: self.papers)
    @rule(at=keys, number=members, verb=st.sampled_from(["acknowledge", "undo", "ask", "remind", "recall"]))
    def member_acts(self, at: int, number: int, verb: str) -> None:
        paper = self.papers[at % len(self.papers)]

        def act(tx: Tx) -> str:
            member_id = self.member(tx, number)
            if verb == "acknowledge":
                return str(service.acknowledge(tx, paper, member_id, "telegram").first)
            if verb == "undo":
                return service.undo(tx, paper, member_id).number
            if verb == "ask":
                return service.ask(tx, paper, member_id, "Hỏi gì?").number
            if verb == "remind":
                return str(service.remind(tx, paper, member_id))
            return str(service.recall(tx, paper, member_id)[1])

        self.both(act)

    @rule()
    def cards_follow(self) -> None:
        self.both(lambda tx: live_cards.tick(tx, live_cards.count(tx, live_cards.due(tx))))

    @rule(limit=st.integers(1, 20))
    def trail_is_read(self, limit: int) -> None:
        def read(tx: Tx) -> list[audit.Entry]:
            units = [unit.id for unit in people.organisation_tree(tx)]
            return audit.entries(tx, units, limit=limit) + audit.entries(tx, None, limit=limit)

        self.both(read)

    @invariant()
    def both_worlds_are_the_same(self) -> None:
        one, two = (world.rows() for world in self.worlds)
        for name, rows in one.items():
            assert rows == two[name], name


def test_the_same_operations_see_the_same_world(tmp_path, shared_database):
    engine = make_engine(f"sqlite:///{tmp_path / 'world.db'}")
    metadata.create_all(engine)
    engine.dispose()

    class Here(SameWorld):
        urls = (f"sqlite:///{tmp_path / 'world.db'}", shared_database)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=6,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
