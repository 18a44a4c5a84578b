"""What members asked about their own data, and by when it must be answered and done."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from bot.store.tables.base import BigId, Sealed, metadata, moment

_ROW = {"row": ("member_id", "made_ms")}
"""What the sealed columns here are sealed to: the key is not known yet when the row is written."""

data_requests = Table(
    "data_requests",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),  # shown to people: "yêu cầu số 12"
    Column("kind", String(8), nullable=False),
    Column("state", String(8), nullable=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False),
    Column("unit_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("chats", Sealed, info=_ROW),  # JSON: what an erasure still has to clear
    Column("words", Sealed, info=_ROW),  # what is to be corrected; emptied at the end
    Column("reason", Sealed, info=_ROW),  # why it was refused or takes longer
    Column("decided_by", BigInteger),  # the member who decided; None: the terminal
    moment("made_ms", nullable=False),
    moment("answer_by_ms", nullable=False),
    moment("done_by_ms", nullable=False),
    moment("answered_ms"),
    moment("extended_ms"),
    moment("done_ms"),
    moment("warned_ms"),  # when the officers were reminded of the clock
    Index("ix_data_requests_state", "state", "done_by_ms"),
    Index("ix_data_requests_member", "member_id"),
    Index("ix_data_requests_unit", "unit_id"),
)
