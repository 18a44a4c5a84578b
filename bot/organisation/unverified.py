"""Why somebody is not verified: what the branch can do next for each."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import select

from bot.i18n import N_, _
from bot.organisation import queries
from bot.organisation.queries import slices
from bot.store.tables.organisation import PENDING, accounts, attempts, slips
from bot.store.tx import Tx


class Reason(StrEnum):
    """The one that matters most, in this order."""

    WAITS = "waits"
    LOCKED = "locked"
    WITHDRAWN = "withdrawn"
    HAS_SLIP = "has_slip"
    EXPIRED = "expired"
    NO_SLIP = "no_slip"


WORDS = {
    Reason.WAITS: N_("chờ đồng chí đồng ý"),
    Reason.LOCKED: N_("sai nhiều lần, đang khóa; cấp phiếu mới là mở"),
    Reason.WITHDRAWN: N_("đã rút đồng ý"),
    Reason.HAS_SLIP: N_("có phiếu, chưa dùng"),
    Reason.EXPIRED: N_("phiếu hết hạn"),
    Reason.NO_SLIP: N_("chưa có phiếu"),
}


def words(reason: Reason) -> str:
    """A reason as people read it."""
    return _(WORDS[reason])


def reasons(tx: Tx, member_ids: Iterable[int]) -> dict[int, Reason]:
    """Per member without an account, why."""
    ids = list(member_ids)
    found: dict[int, Reason] = dict.fromkeys(ids, Reason.NO_SLIP)
    withdrawn = queries.withdrawn(tx, ids)
    locked = {
        row.subject
        for row in tx.rows(
            select(attempts.c.subject).where(
                attempts.c.scope.in_(("member", "claim")), attempts.c.locked_until_ms > tx.now_ms
            )
        )
    }
    for some in slices(ids):
        for row in tx.rows(select(slips).where(slips.c.member_id.in_(some)).order_by(slips.c.made_ms)):
            if row.used_ms is None and row.revoked_ms is None:
                good = row.expires_ms > tx.now_ms
                found[row.member_id] = Reason.HAS_SLIP if good else Reason.EXPIRED
        waiting = select(accounts.c.member_id).where(
            accounts.c.member_id.in_(some), accounts.c.state == PENDING
        )
        waits = {row.member_id for row in tx.rows(waiting)}
        for member_id in some:
            if member_id in withdrawn:
                found[member_id] = Reason.WITHDRAWN
            if str(member_id) in locked:
                found[member_id] = Reason.LOCKED
            if member_id in waits:
                found[member_id] = Reason.WAITS
    return found
