"""Undoing the newest import. Its switch is as short as the import's; the rest is cleaned up in slices."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import String, cast, delete, literal, select, update
from sqlalchemy.exc import IntegrityError

from bot.i18n import _
from bot.organisation.accounts import close
from bot.organisation.models import NotAllowed, RosterError, Standing, Verb
from bot.organisation.queries import scope, slices
from bot.organisation.roster_plan import Record
from bot.organisation.roster_tree import rename
from bot.store import audit
from bot.store.tables.organisation import (
    ACTIVE,
    APPLIED,
    UNDOING,
    UNDONE,
    accounts,
    appointments,
    import_changes,
    imports,
    members,
    organisation_links,
    organisations,
    slips,
)
from bot.store.tx import Tx

Run = Callable[[Callable[[Tx], Any]], Any]
Pause = Callable[[float], None]
_LEASE_MS = 60_000


def newest(tx: Tx) -> int | None:
    """The import that can be undone: the newest that holds, where the one before it is not asked for again."""
    row = tx.first(select(imports.c.id, imports.c.state).order_by(imports.c.id.desc()).limit(1))
    return row.id if row is not None and row.state == APPLIED else None


def switch(tx: Tx, import_id: int, by: int | None = None) -> None:
    """The import holds no longer: its new members are gone, others are where they were, ways in are open again.

    Raises RosterError when it is not the newest one, NotAllowed when a member may not undo it: only the
    officer who made it may, and who may import for the whole tree.
    """
    made = tx.first(select(imports).where(imports.c.id == import_id).with_for_update())
    if newest(tx) != import_id:
        raise RosterError(_("Chỉ hoàn tác được lần nhập mới nhất, và một lần."))
    assert made is not None
    if by is not None and (made.by_member != by or not scope(tx, by, Verb.IMPORT_ROSTER)):
        raise NotAllowed("undo_import")
    at = made.at_ms
    _restore(tx, import_id, at)
    new = select(members.c.id).where(members.c.first_import_id == import_id)
    close(tx, accounts.c.member_id.in_(new))
    tx.run(delete(slips).where(slips.c.member_id.in_(new)))
    tx.run(delete(appointments).where(appointments.c.from_ms == at, appointments.c.imported == 1))
    tx.run(delete(appointments).where(appointments.c.member_id.in_(new)))
    tx.run(update(appointments).where(appointments.c.until_ms == at).values(until_ms=None))
    tx.run(update(members).where(members.c.missing_since_ms == at).values(missing_since_ms=None))
    _restore_tree(tx, import_id, at)
    tx.run(
        update(imports).where(imports.c.id == import_id).values(state=UNDOING, lease_ms=tx.now_ms + _LEASE_MS)
    )
    actor = "terminal" if by is None else "member"
    audit.record(tx, "import_undone", f"import:{import_id}", member_id=by, actor=actor)


def _restore(tx: Tx, import_id: int, at: int) -> None:
    """Branches and standings as before; accounts and slips that closed with the membership work again."""
    from bot.organisation.roster_import import place  # the two halves of one thing

    changes: list[tuple[int, Record, Record]] = []
    for row in tx.rows(
        select(import_changes).where(
            import_changes.c.import_id == import_id, import_changes.c.about == "member"
        )
    ):
        key = f"{import_id}:{row.about_id}"
        before, after = (
            Record(*json.loads(tx.vault.open(f"import_changes.{name}", key, getattr(row, name))))
            for name in ("before", "after")
        )
        changes.append((row.about_id, after, before))
    place(tx, changes)
    back = [each for each, new, old in changes if new.standing != old.standing]
    for ids in slices(back):
        closed = tx.rows(select(accounts).where(accounts.c.member_id.in_(ids), accounts.c.revoked_ms == at))
        for account in closed:
            taken = tx.value(
                select(accounts.c.id).where(
                    accounts.c.channel == account.channel,
                    (accounts.c.user_id == account.user_id) | (accounts.c.member_id == account.member_id),
                    accounts.c.state == ACTIVE,
                )
            )
            if taken is None:
                tx.run(
                    update(accounts)
                    .where(accounts.c.id == account.id)
                    .values(state=ACTIVE, revoked_ms=None, served_ms=None)
                )
        tx.run(
            update(slips).where(slips.c.member_id.in_(ids), slips.c.revoked_ms == at).values(revoked_ms=None)
        )


def _restore_tree(tx: Tx, import_id: int, at: int) -> None:
    for row in tx.rows(
        select(import_changes).where(
            import_changes.c.import_id == import_id, import_changes.c.about == "organisation"
        )
    ):
        key = f"{import_id}:{row.about_id}"
        name, code = json.loads(tx.vault.open("import_changes.before", key, row.before))
        rename(tx, row.about_id, name, code)
    links = organisation_links
    tx.run(delete(links).where(links.c.from_ms == at))
    tx.run(update(links).where(links.c.until_ms == at).values(until_ms=None))
    # A code belongs to one organisation for ever, except where the organisation never was.
    tx.run(
        update(organisations)
        .where(organisations.c.from_ms == at)
        .values(until_ms=tx.now_ms, code=literal("~") + cast(organisations.c.id, String))
    )


def clean(run: Run, import_id: int, in_slices: Callable[..., None], pause: Pause) -> None:
    """Deletes the members of an undone import; of those that something still names, an empty row stays."""
    ids = [
        row.id
        for row in run(lambda tx: tx.rows(select(members.c.id).where(members.c.first_import_id == import_id)))
    ]
    for start in range(0, len(ids), 200):
        _delete(run, ids[start : start + 200])
        pause(0.02)
    in_slices(
        run,
        [lambda tx: tx.run(delete(import_changes).where(import_changes.c.import_id == import_id))],
        pause,
    )
    run(
        lambda tx: tx.run(
            update(imports).where(imports.c.id == import_id).values(state=UNDONE, lease_ms=None)
        )
    )


def _delete(run: Run, ids: list[int]) -> None:
    try:
        run(lambda tx: tx.run(delete(members).where(members.c.id.in_(ids))))
    except IntegrityError:
        if len(ids) > 1:
            half = len(ids) // 2
            _delete(run, ids[:half])
            _delete(run, ids[half:])
        else:
            run(lambda tx: _empty(tx, ids[0]))


def _empty(tx: Tx, member_id: int) -> None:
    nothing = dict.fromkeys(
        ("birth_date", "phone", "card_number", "joined_on", "official_on", "card_hash", "cccd_hash", "cccd_last4",
         "phone_hash", "birth_hash", "dossier_hash", "missing_since_ms")
    )  # fmt: skip
    tx.run(
        update(members)
        .where(members.c.id == member_id)
        .values(
            **nothing,
            full_name=tx.vault.seal("members.full_name", member_id, "–"),
            person_hash=tx.vault.hash("members.person", f"nobody:{member_id}"),
            standing=Standing.TRANSFERRED.value,
        )
    )


def forget_older(import_id: int) -> Iterator[Callable[[Tx], Any]]:
    """Deletes what earlier imports had changed: only the newest can be undone."""
    yield lambda tx: tx.run(delete(import_changes).where(import_changes.c.import_id < import_id))


def forget_member(tx: Tx, member_id: int) -> None:
    """Erases what imports remember of one member (they asked for erasure); their change is not undone then."""
    tx.run(
        delete(import_changes).where(
            import_changes.c.about == "member", import_changes.c.about_id == member_id
        )
    )
