"""Posts outside the roster: given and ended by hand."""

from sqlalchemy import insert, or_, update

from bot.organisation.models import Role
from bot.store import audit
from bot.store.ids import new_id
from bot.store.tables.organisation import appointments
from bot.store.tx import Tx


def appoint(
    tx: Tx,
    member_id: int,
    role: Role,
    organisation_id: int,
    *,
    from_ms: int | None = None,
    until_ms: int | None = None,
) -> int:
    """Gives a member a post from a moment (now) until another (open). For the terminal. Returns its id.

    The roster neither changes nor ends a post given this way.
    """
    appointment_id = new_id()
    tx.run(
        insert(appointments).values(
            id=appointment_id,
            member_id=member_id,
            role=role.value,
            organisation_id=organisation_id,
            imported=0,
            from_ms=tx.now_ms if from_ms is None else from_ms,
            until_ms=until_ms,
        )
    )
    audit.record(tx, "appointed", f"appointment:{appointment_id}", actor="terminal")
    return appointment_id


def end_appointment(tx: Tx, appointment_id: int) -> bool:
    """Ends a post now; False: there is none with this number that has not ended. For the terminal."""
    ended = tx.run(
        update(appointments)
        .where(
            appointments.c.id == appointment_id,
            or_(appointments.c.until_ms.is_(None), appointments.c.until_ms > tx.now_ms),
        )
        .values(until_ms=tx.now_ms)
    )
    if not ended.rowcount:
        return False
    audit.record(tx, "appointment_ended", f"appointment:{appointment_id}", actor="terminal")
    return True
