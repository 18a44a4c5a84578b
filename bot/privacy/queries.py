"""Reading requests."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.engine import Row

from bot.clock import from_ms
from bot.privacy.models import PENDING, Kind, Request, State
from bot.store.tables.privacy import data_requests
from bot.store.tx import Tx

_UNFINISHED = select(data_requests).where(data_requests.c.state.in_((State.OPEN, State.TAKEN)))


def get(tx: Tx, request_id: int) -> Request | None:
    """One request."""
    row = tx.first(select(data_requests).where(data_requests.c.id == request_id))
    return None if row is None else _request(tx, row)


def to_decide(tx: Tx, request_id: int) -> Request | None:
    """The same; until the commit no other process decides about it."""
    row = tx.first(select(data_requests).where(data_requests.c.id == request_id).with_for_update())
    return None if row is None else _request(tx, row)


def pending_of(tx: Tx, member_id: int, kind: Kind) -> Request | None:
    """What a member has asked for and is not finished."""
    row = tx.first(
        select(data_requests).where(
            data_requests.c.member_id == member_id,
            data_requests.c.kind == kind.value,
            data_requests.c.state.in_([state.value for state in PENDING]),
        )
    )
    return None if row is None else _request(tx, row)


def queue(tx: Tx, unit_ids: Iterable[int] | None = None) -> list[Request]:
    """What is not finished in these units (None: anywhere), the most pressing first."""
    statement = _UNFINISHED
    if unit_ids is not None:
        statement = statement.where(data_requests.c.unit_id.in_(list(unit_ids)))
    return sorted((_request(tx, row) for row in tx.rows(statement)), key=lambda each: each.limit)


def unwarned(tx: Tx) -> list[Request]:
    """What is not finished, and whose next limit nobody was reminded of."""
    return [_request(tx, row) for row in tx.rows(_UNFINISHED.where(data_requests.c.warned_ms.is_(None)))]


def _request(tx: Tx, row: Row[tuple[object, ...]]) -> Request:
    def opened(column: str) -> str:
        sealed = getattr(row, column)
        return (
            ""
            if sealed is None
            else tx.vault.open(f"data_requests.{column}", f"{row.member_id}:{row.made_ms}", sealed)
        )

    return Request(
        row.id,
        Kind(row.kind),
        State(row.state),
        row.member_id,
        row.unit_id,
        opened("words"),
        opened("reason"),
        from_ms(row.made_ms),
        from_ms(row.answer_by_ms),
        from_ms(row.done_by_ms),
        row.extended_ms is not None,
        None if row.done_ms is None else from_ms(row.done_ms),
    )
