"""Messages in words the platform approved beforehand: the paid way to somebody whose window has closed.

None unless an administrator names one, for each kind of notice. It carries the number, the title and the
deadline and nothing else; it is no delivery: its reader still counts as not reached, and what they missed
comes when they answer and the window opens.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from bot.chat.replies import Template
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.store.tables.delivery import FAILED, QUEUED, SENDING, SENT, templates
from bot.store.tables.delivery import outbox as rows
from bot.store.tx import Tx
from bot.store.upsert import insert

KINDS = ("directive", "reminder", "meeting")
FIELDS = ("number", "title", "deadline")
MOST = 100
"""Characters of a field, where the administrator names no other limit."""


@dataclass(frozen=True, slots=True)
class Approved:
    """One approved template, and which notices it stands in for."""

    channel: str
    kind: str
    template_id: str
    fields: tuple[tuple[str, str, int], ...]
    """(the platform's name, one of FIELDS, most characters)."""
    price: int
    """đồng for one message."""
    problem: str = ""
    """The platform's code for its refusal; while there is one, none is sent."""


def notice_of(kind: str) -> str:
    """What the outbox calls rows of this kind's template."""
    return kind + outbox.TEMPLATE


def kind_of(notice: str | None) -> str:
    """The kind whose template a row of the outbox is; "" for another row."""
    return notice.removesuffix(outbox.TEMPLATE) if notice is not None and outbox.is_template(notice) else ""


def known(tx: Tx) -> list[Approved]:
    """Every template there is, those with a problem too."""
    found = tx.rows(select(templates).order_by(templates.c.channel, templates.c.kind))
    return [
        Approved(
            row.channel,
            row.kind,
            row.template_id,
            tuple((name, ours, most) for name, ours, most in json.loads(row.fields)),
            row.price,
            row.problem or "",
        )
        for row in found
    ]


def usable(tx: Tx, kind: str) -> list[Approved]:
    """The templates that stand in for this kind of notice now, at most one a channel."""
    return [each for each in known(tx) if each.kind == kind and not each.problem]


def keep(tx: Tx, approved: Approved) -> None:
    """Uses a template from now on, instead of an earlier one of its kind."""
    values = {
        "template_id": approved.template_id,
        "fields": json.dumps(approved.fields, ensure_ascii=False),
        "price": approved.price,
        "problem": approved.problem or None,
    }
    tx.run(
        insert(tx.conn, templates)
        .values(channel=approved.channel, kind=approved.kind, **values)
        .on_conflict_do_update(index_elements=["channel", "kind"], set_=values)
    )


def remove(tx: Tx, channel: str, kind: str) -> bool:
    """Uses none any more; what waits is not sent. Whether there was one."""
    _give_up(tx, channel, kind, "removed")
    gone = delete(templates).where(templates.c.channel == channel, templates.c.kind == kind)
    return bool(tx.run(gone).rowcount)


def refused(tx: Tx, channel: str, kind: str, code: str) -> bool:
    """The platform does not take this template: none is sent until a person has set it right.

    Whether that is news.
    """
    news = tx.run(
        update(templates)
        .where(templates.c.channel == channel, templates.c.kind == kind, templates.c.problem.is_(None))
        .values(problem=code[:40])
    )
    _give_up(tx, channel, kind, f"rejected:{code}")
    return bool(news.rowcount)


def _give_up(tx: Tx, channel: str, kind: str, reason: str) -> None:
    mine = (rows.c.channel == channel, rows.c.notice == notice_of(kind), rows.c.state == QUEUED)
    tx.run(update(rows).where(*mine).values(state=FAILED, reason=reason[:40]))


def post(
    tx: Tx,
    approved: Approved,
    to: Collection[tuple[str, int]],
    values: Mapping[str, str],
    *,
    kind_id: int,
    priority: int,
    due_ms: int,
    since_ms: int = 0,
) -> int:
    """Queues a template for (chat id, member id). Returns how many. `values` by FIELDS.

    Who has one of this notice already, made at `since_ms` or later, gets no other.
    """
    notice = notice_of(approved.kind)
    had = _having(tx, notice, kind_id, [member_id for _chat, member_id in to], since_ms)
    wanted = [(chat_id, member_id) for chat_id, member_id in to if member_id not in had]
    if wanted:
        words = outbox.content(tx, filled(approved, values))
        notices = [Notice(approved.channel, chat_id, member_id, words) for chat_id, member_id in wanted]
        outbox.post(tx, notices, kind=notice, kind_id=kind_id, priority=priority, due_ms=due_ms)
    return len(wanted)


def _having(tx: Tx, notice: str, kind_id: int, member_ids: list[int], since_ms: int) -> set[int]:
    mine = (rows.c.notice == notice, rows.c.notice_id == kind_id, rows.c.made_ms >= since_ms)
    found = tx.rows(
        select(rows.c.recipient_id).where(
            *mine, rows.c.recipient_id.in_(member_ids), rows.c.state.in_((QUEUED, SENDING, SENT))
        )
    )
    return {row.recipient_id for row in found}


def filled(approved: Approved, values: Mapping[str, str]) -> Template:
    """The message with its fields; each is one line, cut to its limit."""
    fields = []
    for name, ours, most in approved.fields:
        value = " ".join(values[ours].split())
        fields.append((name, value if len(value) <= most else value[: most - 1].rstrip() + "…"))
    return Template(approved.template_id, tuple(fields))
