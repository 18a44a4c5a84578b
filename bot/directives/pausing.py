"""Holding a directive that is being sent: by its author, or because too many of its messages failed."""

from bot.chat.choices import pack
from bot.chat.errors import Refused
from bot.chat.replies import Choice, Say
from bot.clock import to_ms
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.directives import knocking, queries, service
from bot.directives.models import Directive, Pause, Recall, State
from bot.directives.texts import name
from bot.i18n import _, number, speaking
from bot.store import audit
from bot.store.tx import Tx

NOTICE = "held"
"""What the outbox calls the message to the author."""


def hold(tx: Tx, kind: str, directive_id: int, why: str) -> None:
    """Keeps back what waits of a directive (or its reminder), and tells its author why."""
    count = outbox.hold(tx, kind=kind, kind_id=directive_id)
    directive = queries.get(tx, directive_id)
    if directive is None:
        return
    queries.mark_paused(tx, directive_id, on=True)
    audit.record(tx, "directive.hold", f"directive:{directive_id}", actor="program")
    account = service.ways_to(tx, [directive.author_id], tx.now_ms)[directive.author_id][0]
    if account is None:
        return
    with speaking(account.language):
        words = outbox.content(tx, _held(directive, count, why))
    notice = Notice(account.channel, account.chat_id, account.member_id, words)
    outbox.post(tx, [notice], kind=NOTICE, kind_id=directive_id, priority=outbox.FLASH, due_ms=tx.now_ms)


def _held(directive: Directive, count: int, why: str) -> Say:
    return Say(
        _(
            "Nhiều tin liên tiếp không gửi được ({why}), nên tôi tạm dừng; còn chưa gửi tới {count} đồng "
            "chí. Đồng chí cho kiểm tra rồi chọn “Gửi tiếp”.",
            why=why,
            count=number(count),
        ),
        heading=_("Tạm dừng gửi {document}", document=name(directive)),
        choices=(
            Choice(_("Gửi tiếp"), pack(Pause(directive.id, "no"))),
            Choice(_("Thu hồi"), pack(Recall(directive.id, "ask"))),
        ),
    )


def pause(tx: Tx, directive_id: int, by: int) -> tuple[Directive, int]:
    """Keeps back what waits of a directive; returns it and how many. Raises as `_may`."""
    directive = _may(tx, directive_id, by)
    count = sum(outbox.hold(tx, kind=kind, kind_id=directive_id) for kind in _KINDS)
    queries.mark_paused(tx, directive_id, on=True)
    audit.record(tx, "directive.hold", f"directive:{directive_id}", member_id=by)
    return directive, count


def go_on(tx: Tx, directive_id: int, by: int) -> tuple[Directive, int]:
    """Lets go what was kept back, not before its hour; returns the directive and how many. Raises as `_may`."""
    directive = _may(tx, directive_id, by)
    queries.mark_paused(tx, directive_id, on=False)
    count = 0
    for kind in _KINDS:
        count += outbox.held(tx, kind=kind, kind_id=directive_id)
        send_ms = to_ms(directive.send_at) if directive.send_at is not None else 0
        outbox.make_due(tx, max(tx.now_ms, send_ms), kind=kind, kind_id=directive_id)
    audit.record(tx, "directive.go_on", f"directive:{directive_id}", member_id=by)
    return directive, count


_KINDS = (queries.NOTICE, queries.REMINDER, *knocking.NOTICES)


def _may(tx: Tx, directive_id: int, by: int) -> Directive:
    """Raises Refused("no_right" | "recalled")."""
    directive = queries.get(tx, directive_id)
    if directive is None or not service.may_decide(tx, directive_id, by):
        raise Refused("no_right")
    if directive.state != State.OPEN:
        raise Refused("recalled")
    return directive
