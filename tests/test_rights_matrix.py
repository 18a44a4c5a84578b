"""Every verb and command, for every role and standing, over every part of the tree, at every age of a post.

What is expected is written here by hand: a change of rights in the product has to be made here as well.
Each cell runs on the real schema in a transaction of its own that is rolled back; verbs are called as the
terminal calls them, choices as a forged button would arrive, commands as they are typed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, update

from bot.app import make_router
from bot.chat.choices import pack
from bot.chat.errors import Refused
from bot.chat.events import Address, ChoiceMade, TextSent
from bot.chat.replies import File, Say, To
from bot.dialogs.verification import DecideLink
from bot.directives import service
from bot.directives.models import (
    Acknowledge,
    AskAuthor,
    Draft,
    FullText,
    Judge,
    Recall,
    Remind,
    ShowSilent,
    ShowStatus,
    Undo,
    Urgency,
)
from bot.handlers.history import ShowHistory
from bot.organisation.models import Kind, MembershipKind, NotAllowed, PersonRow, Role, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.organisation.service import appoint, end_appointment
from bot.organisation.verification import make_slip
from bot.store.engine import make_engine
from bot.store.ids import new_id
from bot.store.migrate import migrate
from bot.store.tables.audit import audit
from bot.store.tables.delivery import SENT, outbox
from bot.store.tables.directives import directives, recipients
from bot.store.tables.organisation import (
    ACTIVE,
    PENDING,
    accounts,
    members,
    organisation_links,
    organisations,
)
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)  # 10:00 in Vietnam
LONG_AGO = int((NOW - timedelta(days=400)).timestamp() * 1000)
MORNING = int((NOW - timedelta(hours=2)).timestamp() * 1000)
TOMORROW = int((NOW + timedelta(days=1)).timestamp() * 1000)
HOUR = timedelta(hours=1)
RELATIONS = ("own", "child", "sibling", "parent")
PARENT_OF = {"parent": None, "own": "parent", "sibling": "parent", "child": "own"}
KINDS = {"parent": Kind.COMMITTEE, "own": Kind.BRANCH, "sibling": Kind.BRANCH, "child": Kind.CELL}
UNIT = {"parent": "Đảng ủy Mẫu", "own": "Chi bộ Đây", "sibling": "Chi bộ Bên", "child": "Tổ Dưới"}

# --- what is expected, by hand: who, and over which units, for those whose post is in force
SENDERS = "secretary deputy_secretary office"
LOOKERS = "secretary deputy_secretary committee_member cell_leader officer office inspector"
NAMERS = "secretary deputy_secretary committee_member cell_leader officer"
REMINDERS = "secretary deputy_secretary cell_leader officer office"
BRANCH_KEEPERS = "secretary deputy_secretary officer"
OVER = "own child"
TOUCHING = "own child parent"  # a directive for the level above has a part in the own unit
EVERYWHERE = "own child sibling parent"
EXPECTED = {
    "create": (SENDERS, OVER),
    "send": (SENDERS, OVER),
    "judge": (SENDERS, OVER),
    "judge_button": (SENDERS, OVER),
    "recall": (SENDERS, OVER),
    "recall_button": (SENDERS, OVER),
    "recall_command": (SENDERS, OVER),
    "recall_from_above": ("", ""),
    "status_button": (LOOKERS, OVER),
    "status_command": (LOOKERS, TOUCHING),
    "status_of_all": (LOOKERS, TOUCHING),
    "names_button": (NAMERS, OVER),
    "names_of_one": (NAMERS, TOUCHING),
    "names_command": (NAMERS, TOUCHING),
    "remind": (REMINDERS, OVER),
    "remind_one": (REMINDERS, TOUCHING),
    "remind_command": (REMINDERS, TOUCHING),
    "link": (BRANCH_KEEPERS, OVER),
    "slip": (BRANCH_KEEPERS, OVER),
    "import": ("officer", OVER),
    "compose_command": (SENDERS, EVERYWHERE),
    "history_command": ("inspector", EVERYWHERE),
    "history_of_one": ("inspector", TOUCHING),
}
# What every member may who may use the bot: the directive reached them, as members of "own".
MEMBERS = {
    "acknowledge": "own parent",
    "undo": "own parent",
    "full_text": "own parent",
    "ask": "own parent",
    "practice": EVERYWHERE,
    "inbox": EVERYWHERE,
}
NO_ACCESS = ("suspended", "left", "stranger")


@dataclass
class World:
    """The ids of what the house was stocked with."""

    vault: Vault
    units: dict[str, int] = field(default_factory=dict)
    actors: dict[str, int] = field(default_factory=dict)
    witnesses: dict[str, int] = field(default_factory=dict)
    """A silent recipient in each unit, by relation."""
    everywhere: int = 0
    """A directive of the top for all."""
    sent: dict[str, int] = field(default_factory=dict)
    """A directive of the top for each unit alone."""
    peers: dict[str, int] = field(default_factory=dict)
    """A directive for own and child, from the own level."""
    drafts: dict[str, int] = field(default_factory=dict)
    pending: dict[str, int] = field(default_factory=dict)
    router: Any = field(default_factory=make_router)

    def press(self, tx: Tx, actor: str, payload: object) -> str:
        """What somebody hears (and others with them left out) after pressing this."""
        return self._said(ChoiceMade(_address(actor), tx.now, pack(payload)), tx)

    def say(self, tx: Tx, actor: str, text: str) -> str:
        """What somebody hears after typing this."""
        return self._said(TextSent(_address(actor), tx.now, text), tx)

    def _said(self, event: object, tx: Tx) -> str:
        said = [reply for reply in self.router.handle(event, tx) if isinstance(reply, Say)]
        return "\n".join(
            [*(f"{each.heading}\n{each.text}" for each in said)]
            + [choice.label for each in said for choice in each.choices]
            + [f"tệp {each.file.name}" for each in said if each.file]
        )


def _address(actor: str) -> Address:
    return Address("telegram", f"u-{actor}", f"u-{actor}")


ROLES = [role.value for role in Role]
POSTED = [
    *ROLES,
    *(f"{role} ended" for role in ROLES),
    *(f"{role} future" for role in ROLES),
]
ACTORS = [*POSTED, "plain", "probationary", "exempt", *NO_ACCESS]


def _member(tx: Tx, name: str, unit: int, **more: Any) -> int:
    key = new_id()
    values = {"kind": MembershipKind.OFFICIAL.value, "standing": Standing.ACTIVE.value} | more
    tx.run(
        insert(members).values(
            id=key,
            branch_id=unit,
            full_name=tx.vault.seal("members.full_name", key, name),
            person_hash=tx.vault.hash("members.person", name),
            **values,
        )
    )
    return key


def _account(tx: Tx, member_id: int, user: str, state: str = ACTIVE) -> int:
    key = new_id()
    tx.run(
        insert(accounts).values(
            id=key,
            channel="telegram",
            user_id=user,
            chat_id=user,
            member_id=member_id,
            language="vi",
            state=state,
            linked_ms=LONG_AGO,
        )
    )
    return key


def _draft(number: int, unit: int, author: int, file: File | None = None) -> Draft:
    return Draft(
        f"{number}-KH/ĐU",
        date(2026, 11, 20),
        "Học tập chuyên đề mẫu",
        "",
        Urgency.NORMAL,
        NOW + timedelta(days=5),
        unit,
        author,
        file,
    )


def _send(tx: Tx, draft: Draft) -> int:
    key = service.create(tx, draft)
    service.open_for_sending(tx, key, draft.author_id)
    while service.freeze_slice(tx, key):
        pass
    return key


def _stock(tx: Tx) -> World:
    world = World(tx.vault)
    for relation, above in PARENT_OF.items():
        key = world.units[relation] = new_id()
        name = UNIT[relation]
        tx.run(
            insert(organisations).values(
                id=key, code=f"M{relation}", name=name, folded=name, kind=KINDS[relation], from_ms=LONG_AGO
            )
        )
        if above:
            link = {"organisation_id": key, "parent_id": world.units[above], "from_ms": LONG_AGO}
            tx.run(insert(organisation_links).values(id=new_id(), **link))
    own, top = world.units["own"], world.units["parent"]
    for relation in RELATIONS:
        unit = world.units[relation]
        world.witnesses[relation] = _member(tx, f"Nhân Chứng {relation}", unit)
        _account(tx, world.witnesses[relation], f"w-{relation}")
        world.pending[relation] = _account(tx, world.witnesses[relation], f"p-{relation}", PENDING)
    clerk = _member(tx, "Văn Thư Mẫu", top)
    appoint(tx, clerk, Role.OFFICE, top, from_ms=LONG_AGO)
    peer = _member(tx, "Phó Bí Thư Mẫu", own)
    appoint(tx, peer, Role.DEPUTY_SECRETARY, own, from_ms=LONG_AGO)
    for actor in ACTORS:
        if actor == "stranger":
            world.actors[actor] = 0
            continue
        role, _space, age = actor.partition(" ")
        more = {
            "probationary": {"kind": MembershipKind.PROBATIONARY.value},
            "exempt": {"standing": Standing.EXEMPT.value},
            "suspended": {"standing": Standing.SUSPENDED.value},
            # As if a door had been forgotten: the account and the post of who left are still open.
            "left": {"standing": Standing.TRANSFERRED.value},
        }.get(actor, {})
        key = world.actors[actor] = _member(tx, f"Người {actor}", own, **more)
        _account(tx, key, f"u-{actor}")
        if actor in ("suspended", "left"):
            for each in Role:
                appoint(tx, key, each, own, from_ms=LONG_AGO)
        elif actor in POSTED:
            begins, ends = {"": (LONG_AGO, None), "ended": (LONG_AGO, MORNING), "future": (TOMORROW, None)}[
                age
            ]
            appoint(tx, key, Role(role), own, from_ms=begins, until_ms=ends)
    paper = File("f-mau", "van-ban-mau.pdf", "application/pdf", 10)
    world.everywhere = _send(tx, _draft(50, top, clerk))
    for place, relation in enumerate(RELATIONS):
        unit = world.units[relation]
        world.sent[relation] = _send(tx, _draft(60 + place, unit, clerk, paper))
        world.drafts[relation] = service.create(tx, _draft(70 + place, unit, clerk))
        if relation in OVER.split():
            world.peers[relation] = _send(tx, _draft(80 + place, unit, peer))
    # A directive that nobody of "own" may take back for another reason than the level: the top's own.
    for place, relation in enumerate(("sibling", "parent")):
        world.peers[relation] = _send(tx, _draft(90 + place, world.units[relation], clerk))
    tx.run(update(outbox).values(state=SENT))
    return world


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('rights')}/t.db")
    migrate(engine)
    vault = Vault(Keys.new())
    with engine.begin() as conn:
        world = _stock(Tx(conn, NOW, vault))
    yield SimpleNamespace(engine=engine, world=world)
    engine.dispose()


@contextmanager
def _undone(engine: Engine, vault: Vault, now: datetime = NOW) -> Iterator[Tx]:
    """A transaction of which nothing stays."""
    with engine.connect() as conn:
        transaction = conn.begin()
        try:
            yield Tx(conn, now, vault)
        finally:
            transaction.rollback()


def _allowed(refusals: tuple[type[Exception], ...], verb: Callable[[], object]) -> bool:
    """Whether the verb ran; any refusal but the one of rights is a fault of this test."""
    try:
        verb()
    except refusals as refusal:
        assert not isinstance(refusal, Refused) or refusal.code in ("no_right", "not_recipient"), refusal.code
        return False
    return True


def _state(tx: Tx, directive_id: int) -> str:
    return str(tx.value(select(directives.c.state).where(directives.c.id == directive_id)))


def _number(tx: Tx, directive_id: int) -> str:
    return str(tx.value(select(directives.c.number).where(directives.c.id == directive_id)))


def _acknowledged(tx: Tx, directive_id: int, member_id: int) -> bool:
    mine = (recipients.c.directive_id == directive_id, recipients.c.member_id == member_id)
    return tx.value(select(recipients.c.acknowledged_ms).where(*mine)) is not None


def _reminded(tx: Tx, directive_id: int, member_id: int) -> bool:
    rows = (outbox.c.notice == "reminder", outbox.c.notice_id == directive_id)
    return tx.first(select(outbox.c.id).where(*rows, outbox.c.recipient_id == member_id)) is not None


# --- the verbs: did it happen, for this actor over the unit of this relation?


def create(w: World, tx: Tx, actor: str, relation: str) -> bool:
    draft = _draft(99, w.units[relation], w.actors[actor])
    return _allowed((Refused,), lambda: service.create(tx, draft))


def send(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return _allowed((Refused,), lambda: service.open_for_sending(tx, w.drafts[relation], w.actors[actor]))


def judge(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return _allowed((Refused,), lambda: service.judge(tx, w.drafts[relation], w.actors[actor], approve=False))


def judge_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, Judge(w.drafts[relation], "yes"))
    return _state(tx, w.drafts[relation]) != "draft"


def recall(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return _allowed((Refused,), lambda: service.recall(tx, w.peers[relation], w.actors[actor]))


def recall_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    asked = w.press(tx, actor, Recall(w.peers[relation], "ask"))
    w.press(tx, actor, Recall(w.peers[relation], "yes"))
    done = _state(tx, w.peers[relation]) == "recalled"
    assert (_number(tx, w.peers[relation]) in asked) == done, asked
    return done


def recall_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.say(tx, actor, f"/thuhoi {_number(tx, w.peers[relation])}")
    assert _state(tx, w.peers[relation]) == "open"  # it asks first
    return "Thu hồi ngay" in said


def recall_from_above(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return _allowed((Refused,), lambda: service.recall(tx, w.sent[relation], w.actors[actor]))


def status_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.press(tx, actor, ShowStatus(w.everywhere, w.units[relation]))
    return f"\n{UNIT[relation]}\nĐã xác nhận: 0/" in said


def status_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.say(tx, actor, f"/tinhhinh {_number(tx, w.sent[relation])}")
    _own_part_alone(said)
    return f"Tình hình {_number(tx, w.sent[relation])}" in said


def status_of_all(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.say(tx, actor, "tình hình")
    return f"{_number(tx, w.sent[relation])}: 0/" in said


def names_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    # Pages of twenty: the witnesses of all units are looked for over the first three.
    said = "\n".join(w.press(tx, actor, ShowSilent(w.everywhere, page)) for page in range(3))
    return f"Nhân Chứng {relation}" in said


def names_of_one(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.press(tx, actor, ShowSilent(w.sent[relation], 0))
    _own_part_alone(said)
    return _number(tx, w.sent[relation]) in said


def names_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.say(tx, actor, f"/chuaxacnhan {_number(tx, w.sent[relation])}")
    _own_part_alone(said)
    return f"Chưa xác nhận {_number(tx, w.sent[relation])}" in said


def remind(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, Remind(w.everywhere))
    return _reminded(tx, w.everywhere, w.witnesses[relation])


def remind_one(w: World, tx: Tx, actor: str, relation: str) -> bool:
    allowed = _allowed((Refused,), lambda: service.remind(tx, w.sent[relation], w.actors[actor]))
    outside = [each for each in ("sibling", "parent") if each in w.witnesses]
    assert not any(_reminded(tx, w.sent[relation], w.witnesses[each]) for each in outside)
    return allowed


def remind_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "Đang nhắc" in w.say(tx, actor, f"/nhac {_number(tx, w.sent[relation])}")


def link(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, DecideLink(w.pending[relation], "yes"))
    return bool(tx.value(select(accounts.c.state).where(accounts.c.id == w.pending[relation])) == ACTIVE)


def slip(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return _allowed((NotAllowed,), lambda: make_slip(tx, w.witnesses[relation], w.actors[actor]))


def import_(w: World, tx: Tx, actor: str, relation: str) -> bool:
    row = PersonRow(
        "mẫu", 2, "Người Mới Mẫu", UNIT[relation], f"M{relation}", birth_date=date(1980, 3, 4),
        card_number="90000099", membership=MembershipKind.OFFICIAL, standing=Standing.ACTIVE,
    )  # fmt: skip
    columns = frozenset({"full_name", "card_number", "birth_date", "branch", "standing", "membership"})
    roster = Roster((row,), (), (), columns, "mẫu")
    return _allowed((NotAllowed,), lambda: import_roster(tx, roster, by=w.actors[actor], accept_losses=True))


def compose_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "Số, ký hiệu" in w.say(tx, actor, "/guivanban")


def history_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, "plain", Acknowledge(w.everywhere))  # something to see in "own"
    _sealed_off(said := w.say(tx, actor, "/lichsu"))
    return "Lịch sử thao tác" in said


def history_of_one(w: World, tx: Tx, actor: str, relation: str) -> bool:
    _sealed_off(said := w.press(tx, actor, ShowHistory(w.sent[relation], 0)))
    return _number(tx, w.sent[relation]) in said


def acknowledge(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, Acknowledge(w.sent[relation]))
    return _acknowledged(tx, w.sent[relation], w.actors[actor])


def undo(w: World, tx: Tx, actor: str, relation: str) -> bool:
    mine = (recipients.c.directive_id == w.sent[relation], recipients.c.member_id == w.actors[actor])
    tx.run(update(recipients).where(*mine).values(acknowledged_ms=tx.now_ms))
    return "Đã hoàn tác" in w.press(tx, actor, Undo(w.sent[relation]))


def full_text(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "tệp van-ban-mau.pdf" in w.press(tx, actor, FullText(w.sent[relation]))


def ask(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "muốn hỏi gì" in w.press(tx, actor, AskAuthor(w.sent[relation]))


def practice(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "TẬP HUẤN" in w.say(tx, actor, "/taphuan")


def inbox(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "chờ đồng chí xác nhận" in w.say(tx, actor, "/vanbancuatoi")


VERBS: dict[str, Callable[[World, Tx, str, str], bool]] = {
    each.__name__.rstrip("_"): each
    for each in (
        create, send, judge, judge_button, recall, recall_button, recall_command, recall_from_above,
        status_button, status_command, status_of_all, names_button, names_of_one, names_command, remind,
        remind_one, remind_command, link, slip, import_, compose_command, history_command, history_of_one,
        acknowledge, undo, full_text, ask, practice, inbox,
    )
}  # fmt: skip


def _own_part_alone(said: str) -> None:
    for outside in ("sibling", "parent"):
        assert f"Nhân Chứng {outside}" not in said
        assert f"• {UNIT[outside]}" not in said


def _sealed_off(said: str) -> None:
    """Nobody here holds both rights, so no trail shows a name."""
    assert "Nhân Chứng" not in said
    assert "Người " not in said


def _expected(verb: str, actor: str, relation: str) -> bool:
    if verb in MEMBERS:
        return actor not in NO_ACCESS and relation in MEMBERS[verb].split()
    roles, over = EXPECTED[verb]
    return actor in roles.split() and relation in over.split()


def test_every_verb_has_its_expectation() -> None:
    assert set(VERBS) == set(EXPECTED) | set(MEMBERS)


@pytest.mark.parametrize("verb", VERBS)
def test_only_who_may_and_only_where(house: SimpleNamespace, verb: str) -> None:
    world, wrong = house.world, []
    for actor in ACTORS:
        # Posts not in force open nothing anywhere; the own unit is where they would.
        for relation in RELATIONS if " " not in actor else ("own",):
            with _undone(house.engine, world.vault) as tx:
                before = _written(tx, world.actors[actor])
                happened = VERBS[verb](world, tx, actor, relation)
                if happened != _expected(verb, actor, relation):
                    wrong.append((actor, relation, "may" if happened else "may not"))
                elif not happened and _written(tx, world.actors[actor]) != before:
                    wrong.append((actor, relation, "was refused and yet left a trace in the trail"))
    assert wrong == []


def _written(tx: Tx, member_id: int) -> int:
    return int(tx.value(select(func.count()).select_from(audit).where(audit.c.member_id == member_id)) or 0)
