"""A small tree with a person for every post, age of a post and standing, for the tests of rights."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select, update

from bot.chat.choices import pack
from bot.chat.errors import Refused
from bot.chat.events import Address, ChoiceMade, Event, TextSent
from bot.chat.replies import File, Say
from bot.directives import releases, service
from bot.directives.models import (
    Draft,
    Urgency,
)
from bot.errands import make_router
from bot.organisation.models import (
    Kind,
    MembershipKind,
    Role,
    Standing,
)
from bot.organisation.service import appoint
from bot.store.ids import new_id
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
from bot.store.vault import Vault

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)  # 10:00 in Vietnam
LONG_AGO = int((NOW - timedelta(days=400)).timestamp() * 1000)
MORNING = int((NOW - timedelta(hours=2)).timestamp() * 1000)
TOMORROW = int((NOW + timedelta(days=1)).timestamp() * 1000)
RELATIONS = ("own", "child", "sibling", "parent")
PARENT_OF = {"parent": None, "own": "parent", "sibling": "parent", "child": "own"}
KINDS = {"parent": Kind.COMMITTEE, "own": Kind.BRANCH, "sibling": Kind.BRANCH, "child": Kind.CELL}
UNIT = {"parent": "Đảng ủy Mẫu", "own": "Chi bộ Đây", "sibling": "Chi bộ Bên", "child": "Tổ Dưới"}
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
    """A draft for each unit, from the own level for own and child, from the top for the others."""
    drafts_above: dict[str, int] = field(default_factory=dict)
    """A draft of the top for each unit."""
    alarms: dict[str, int] = field(default_factory=dict)
    """A false alarm of the gate, reported by who may send to this unit and below (top: "parent")."""
    pending: dict[str, int] = field(default_factory=dict)
    router: Any = field(default_factory=lambda: make_router(abroad="names"))

    def press(self, tx: Tx, actor: str, payload: object) -> str:
        """What somebody hears (and others with them left out) after pressing this."""
        return self.hears(ChoiceMade(_address(actor), tx.now, pack(payload)), tx)

    def say(self, tx: Tx, actor: str, text: str) -> str:
        """What somebody hears after typing this."""
        return self.hears(TextSent(_address(actor), tx.now, text), tx)

    def hears(self, event: Event, tx: Tx) -> str:
        """What is answered where the event came from, with the choices."""
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


def draft(number: int, unit: int, author: int, file: File | None = None) -> Draft:
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


def stock(tx: Tx) -> World:
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
    world.everywhere = _send(tx, draft(50, top, clerk))
    for place, relation in enumerate(RELATIONS):
        unit = world.units[relation]
        world.sent[relation] = _send(tx, draft(60 + place, unit, clerk, paper))
        level = peer if relation in ("own", "child") else clerk
        world.drafts[relation] = service.create(tx, draft(70 + place, unit, level))
        world.drafts_above[relation] = service.create(tx, draft(75 + place, unit, clerk))
        chief = _member(tx, f"Bí Thư Của {relation}", unit)
        appoint(tx, chief, Role.SECRETARY, unit, from_ms=LONG_AGO)
        world.alarms[relation] = releases.ask(tx, chief, "draft")
        if relation in ("own", "child"):
            world.peers[relation] = _send(tx, draft(80 + place, unit, peer))
    # A directive that nobody of "own" may take back for another reason than the level: the top's own.
    for place, relation in enumerate(("sibling", "parent")):
        world.peers[relation] = _send(tx, draft(90 + place, world.units[relation], clerk))
    tx.run(update(outbox).values(state=SENT))
    return world


@contextmanager
def undone(engine: Engine, vault: Vault, now: datetime = NOW) -> Iterator[Tx]:
    """A transaction of which nothing stays."""
    with engine.connect() as conn:
        transaction = conn.begin()
        try:
            yield Tx(conn, now, vault)
        finally:
            transaction.rollback()


def allowed(refusals: tuple[type[Exception], ...], verb: Callable[[], object]) -> bool:
    """Whether the verb ran; any refusal but the one of rights is a fault of this test."""
    try:
        verb()
    except refusals as refusal:
        assert not isinstance(refusal, Refused) or refusal.code in ("no_right", "not_recipient"), refusal.code
        return False
    return True


def state(tx: Tx, directive_id: int) -> str:
    return str(tx.value(select(directives.c.state).where(directives.c.id == directive_id)))


def number(tx: Tx, directive_id: int) -> str:
    return str(tx.value(select(directives.c.number).where(directives.c.id == directive_id)))


def acknowledged(tx: Tx, directive_id: int, member_id: int) -> bool:
    mine = (recipients.c.directive_id == directive_id, recipients.c.member_id == member_id)
    return tx.value(select(recipients.c.acknowledged_ms).where(*mine)) is not None


def reminded(tx: Tx, directive_id: int, member_id: int) -> bool:
    rows = (outbox.c.notice == "reminder", outbox.c.notice_id == directive_id)
    return tx.first(select(outbox.c.id).where(*rows, outbox.c.recipient_id == member_id)) is not None
