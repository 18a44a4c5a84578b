"""Members with all that decides how they are reached, for tests that compare two ways of reaching them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from bot.organisation.models import Kind, MembershipKind, Purpose, Standing
from bot.store.ids import new_id
from bot.store.tables.delivery import windows
from bot.store.tables.organisation import ACTIVE, REVOKED, accounts, consents, members, organisations
from bot.store.tx import Tx
from bot.store.vault import Vault
from bot.store.writer import write

HOUR = 3_600_000


class Account(NamedTuple):
    channel: str
    language: str
    state: str
    blocked: bool
    window: int | None
    """Hours until it closes."""
    consent: tuple[tuple[str, bool], ...]
    """Purposes that were agreed to, and whether that was taken back."""


class Person(NamedTuple):
    standing: Standing
    kind: MembershipKind
    accounts: tuple[Account, ...]


_purposes = st.sampled_from([Purpose.DIRECTIVES.value, Purpose.DIGEST.value])
_accounts = st.builds(
    Account,
    st.sampled_from(["telegram", "zalo_oa"]),
    st.sampled_from(["vi", "en"]),
    st.sampled_from([ACTIVE, ACTIVE, ACTIVE, REVOKED]),
    st.sampled_from([False, False, True]),
    st.sampled_from([None, None, -1, 0, 1]),
    st.lists(st.tuples(_purposes, st.booleans()), max_size=2).map(tuple),
)
_people = st.builds(
    Person,
    st.sampled_from(Standing),
    st.sampled_from(MembershipKind),
    st.lists(_accounts, max_size=2, unique_by=lambda each: each.channel).map(tuple),
)


def towns(fewest: int, most: int) -> st.SearchStrategy[list[Person]]:
    return st.lists(_people, min_size=fewest, max_size=most)


def unit(tx: Tx, kind: Kind) -> int:
    key = new_id()
    row = {"id": key, "code": str(key), "name": "Mẫu", "folded": "mau", "kind": kind, "from_ms": 0}
    tx.run(insert(organisations).values(row))
    return key


def member(tx: Tx, branch: int, person: Person) -> int:
    key = new_id()
    name = tx.vault.seal("members.full_name", key, "Người Mẫu")
    row = {"id": key, "branch_id": branch, "full_name": name, "person_hash": b"x", "kind": person.kind.value}
    tx.run(insert(members).values(**row, standing=person.standing.value))
    for each in person.accounts:
        user = str(new_id())
        place = {"channel": each.channel, "user_id": user}
        at = {"linked_ms": tx.now_ms, "blocked_ms": tx.now_ms if each.blocked else None}
        account = {
            "id": new_id(),
            "chat_id": user,
            "member_id": key,
            "language": each.language,
            "state": each.state,
        }
        tx.run(insert(accounts).values(**place, **account, **at))
        if each.window is not None:
            until = {"free_until_ms": tx.now_ms, "until_ms": tx.now_ms + each.window * HOUR}
            tx.run(insert(windows).values(channel=each.channel, chat_id=user, last_ms=tx.now_ms, **until))
        for purpose, taken_back in each.consent:
            agreed = {
                "id": new_id(),
                "member_id": key,
                "purpose": purpose,
                "version": "1",
                "given_ms": tx.now_ms,
            }
            tx.run(insert(consents).values(**place, **agreed, withdrawn_ms=tx.now_ms if taken_back else None))
    return key


def undone(engine: Engine, vault: Vault, unit: Callable[[Tx], Any]) -> Any:
    class Undone(Exception):
        pass

    found: list[Any] = []

    def run(tx: Tx) -> None:
        found.append(unit(tx))
        raise Undone  # the next example finds an empty database

    try:
        write(engine, vault, run)
    except Undone:
        return found[0]
