"""Cards that keep up with a directive: one in each linked group of its audience, one in its author's chat.

Work that comes due is found by query when the bell rings: what is `due` is counted beside the writer, and
`tick` does what there is. A directive is counted again only when somebody acknowledged it since, or while a
figure may still change without that (messages on their way, acknowledgements that may be taken back).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, insert, or_, select, update

from bot.chat.replies import Edit, Say
from bot.clock import to_ms
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.directives import queries, rules, texts
from bot.directives.groups import code_of
from bot.directives.models import Directive, State
from bot.i18n import _, moment, number, speaking
from bot.organisation import queries as people
from bot.store.ids import new_id
from bot.store.tables.delivery import SENDING, SENT
from bot.store.tables.delivery import outbox as outbox_table
from bot.store.tables.directives import directives, recipients
from bot.store.tables.groups import ENDED, LIVE, TAKEN_BACK, groups, live_cards, live_directives
from bot.store.tx import Tx
from bot.store.upsert import insert as upsert

EVERY_MS = 10_000
"""A card is edited at most this often; Telegram takes 20 messages a minute in a group."""
EDITABLE = "telegram"
"""The channel whose messages can be changed; on the others the author hears what the dialog says at the end."""
FOLLOWED = timedelta(days=30)
"""How long the cards of a directive without a deadline are kept up to date."""
_WATCH_MS = int(rules.UNDO_WITHIN.total_seconds() * 1000) + 2 * EVERY_MS
_COMMITTED_MS = 5_000
"""So long before a count an acknowledgement may have been given that was committed only after it."""
_AT_ONCE = 20
CARD, EDIT = "live_card", "live_edit"
"""What the outbox calls these rows; their id is the card's."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one unit, or of the whole audience, by the rules of `bot.reports.counting`."""

    done: int
    """Acknowledged, of those who must: the numerator."""
    base: int
    """Who must acknowledge: the denominator."""
    everyone: int
    """All recipients, with those who are only informed."""

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(self.done + other.done, self.base + other.base, self.everyone + other.everyone)


class _Card(NamedTuple):
    id: int
    directive_id: int
    channel: str
    chat_id: str
    unit_id: int | None
    language: str
    shown: str


class Counted(NamedTuple):
    """A directive's figures at a moment."""

    at_ms: int
    by_unit: dict[int, Figures]
    sent: int
    """To how many people a message of it went out."""


def due(tx: Tx) -> list[int]:
    """Directives that `tick` wants counted now."""
    return [each.id for each in _opened(tx)] + [each.id for each, _until_ms in _changed(tx)]


def count(tx: Tx, ids: Sequence[int]) -> dict[int, Counted]:
    """Counts directives for `tick`; of many recipients it takes long, and needs no transaction that writes."""
    return {each: Counted(tx.now_ms, figures(tx, each), queries.reached(tx, each)) for each in ids}


def tick(tx: Tx, counted: Mapping[int, Counted]) -> bool:
    """Posts and edits what is due now, of what was counted. Returns whether something is to be sent."""
    began = [_begin(tx, each, counted[each.id]) for each in _opened(tx) if each.id in counted]
    recalled = [_take_back(tx, directive) for directive in _recalled(tx)]
    followed = [
        _follow(tx, each, until_ms, counted[each.id]) for each, until_ms in _changed(tx) if each.id in counted
    ]
    return any(began) or any(recalled) or any(followed)


def figures(tx: Tx, directive_id: int) -> dict[int, Figures]:
    """A directive's counts by the unit of the moment of freezing; one statement, however many recipients."""
    done = func.sum(recipients.c.duty).filter(recipients.c.acknowledged_ms.is_not(None))
    rows = tx.rows(
        select(
            recipients.c.unit_id,
            func.coalesce(done, 0).label("done"),
            func.sum(recipients.c.duty).label("base"),
            func.count().label("everyone"),
        )
        .where(recipients.c.directive_id == directive_id)
        .group_by(recipients.c.unit_id)
    )
    return {row.unit_id: Figures(int(row.done), int(row.base), row.everyone) for row in rows}


def corrected(tx: Tx, directive: Directive) -> None:
    """The cards show the new version at the next look, which is the last one when the deadline is past."""
    until = directive.deadline or (directive.sent_at or tx.now) + FOLLOWED
    watch_ms = tx.now_ms + _WATCH_MS
    values = {"checked_ms": 0, "watch_until_ms": watch_ms, "until_ms": to_ms(until), "state": LIVE}
    mine = (live_directives.c.directive_id == directive.id, live_directives.c.state != TAKEN_BACK)
    tx.run(update(live_directives).where(*mine).values(values))


# --- what is due


def _opened(tx: Tx) -> list[Directive]:
    """Open directives that are being sent and whose cards were not posted yet."""
    known = exists().where(live_directives.c.directive_id == directives.c.id)
    rows = tx.rows(
        select(directives.c.id)
        .where(directives.c.state == State.OPEN, func.coalesce(directives.c.send_ms, 0) <= tx.now_ms, ~known)
        .order_by(directives.c.id)
        .limit(_AT_ONCE)
    )
    return _directives(tx, [row.id for row in rows])


def _recalled(tx: Tx) -> list[Directive]:
    """Recalled directives whose cards do not say so."""
    rows = tx.rows(
        select(directives.c.id)
        .join(live_directives, live_directives.c.directive_id == directives.c.id)
        .where(directives.c.state == State.RECALLED, live_directives.c.state != TAKEN_BACK)
        .limit(_AT_ONCE)
        .with_for_update(of=live_directives, skip_locked=True)
    )
    return _directives(tx, [row.id for row in rows])


def _changed(tx: Tx) -> list[tuple[Directive, int]]:
    """Followed directives whose figures may have changed, or whose deadline has come, at most every 10 s."""
    live = live_directives.c
    acknowledged = exists().where(
        recipients.c.directive_id == live.directive_id,
        recipients.c.acknowledged_ms >= live.checked_ms - _COMMITTED_MS,
    )
    rows = tx.rows(
        select(live.directive_id, live.until_ms)
        .where(
            live.state == LIVE,
            live.checked_ms <= tx.now_ms - EVERY_MS,
            or_(live.until_ms <= tx.now_ms, live.watch_until_ms > tx.now_ms, acknowledged),
        )
        .order_by(live.checked_ms)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    until = {row.directive_id: row.until_ms for row in rows}
    return [(each, until[each.id]) for each in _directives(tx, list(until)) if each.state == State.OPEN]


def _directives(tx: Tx, ids: list[int]) -> list[Directive]:
    return [found for each in ids if (found := queries.get(tx, each)) is not None]


# --- posting


def _begin(tx: Tx, directive: Directive, counted: Counted) -> bool:
    until_ms = to_ms(directive.deadline or tx.now + FOLLOWED)
    late = until_ms <= tx.now_ms  # the bot was down: a count that ended is no news
    mine = tx.run(
        upsert(tx.conn, live_directives)
        .values(
            directive_id=directive.id,
            state=ENDED if late else LIVE,
            checked_ms=counted.at_ms,
            watch_until_ms=tx.now_ms + _WATCH_MS,
            until_ms=until_ms,
        )
        .on_conflict_do_nothing(index_elements=["directive_id"])
    )
    if late or mine.rowcount == 0:  # or another process took it
        return False
    counts, below = counted.by_unit, _below(tx)
    cards = [
        _Card(new_id(), directive.id, row.channel, row.chat_id, row.organisation_id, "vi", "")
        for row in tx.rows(select(groups).order_by(groups.c.linked_ms))
        if not counts.keys().isdisjoint(below.get(row.organisation_id, ()))
    ]
    for account in people.reach(tx, [directive.author_id]).get(directive.author_id, []):
        if account.channel == EDITABLE and not account.blocked:
            chat, language = account.chat_id, account.language
            cards.append(_Card(new_id(), directive.id, EDITABLE, chat, None, language, ""))
    for card in cards:
        say, shown = _words(directive, card, _of(card, counts, below), counted.sent, code=_code(tx, card))
        tx.run(insert(live_cards).values(card._replace(shown=shown)._asdict()))
        _post(tx, card, say, CARD, rules.PRIORITY[directive.urgency])
    return bool(cards)


def _post(tx: Tx, card: _Card, said: Say | Edit, kind: str, priority: int) -> None:
    content_id = outbox.content(tx, said)  # type: ignore[arg-type] # it keeps any reply; its signature says Say
    notice = Notice(card.channel, card.chat_id, 0, content_id)  # 0: a card is no member's message
    outbox.post(tx, [notice], kind=kind, kind_id=card.id, priority=priority, due_ms=tx.now_ms)


def _below(tx: Tx) -> dict[int, set[int]]:
    """Every unit with all units below it."""
    below: dict[int, set[int]] = {}
    for unit in reversed(people.organisation_tree(tx)):  # children before their parents
        mine = below.setdefault(unit.id, set())
        mine.add(unit.id)
        if unit.parent_id is not None:
            below.setdefault(unit.parent_id, set()).update(mine)
    return below


def _of(card: _Card, counts: dict[int, Figures], below: dict[int, set[int]]) -> Figures:
    units = counts.keys() if card.unit_id is None else below.get(card.unit_id, set())
    return sum((counts[unit] for unit in units if unit in counts), Figures(0, 0, 0))


# --- keeping up


def _follow(tx: Tx, directive: Directive, until_ms: int, counted: Counted) -> bool:
    """Edits the cards whose figures changed; at the deadline all of them, for the last time."""
    last = until_ms <= counted.at_ms
    counts, below = counted.by_unit, _below(tx)
    posted = changed = missed = False
    for card in _cards(tx, directive.id):
        if card.channel != EDITABLE and not last and _mark(directive) in card.shown:
            continue  # what cannot be changed is told once more, at the end and when it was corrected
        ended = last and directive.deadline is not None
        say, shown = _words(
            directive, card, _of(card, counts, below), counted.sent, ended=ended, code=_code(tx, card)
        )
        if shown == card.shown:
            continue
        state = _message(tx, card)
        if state.gone:
            continue
        changed = True
        if state.busy or state.newest_ms > tx.now_ms - EVERY_MS:
            missed = True
            continue
        tx.run(update(live_cards).where(live_cards.c.id == card.id).values(shown=shown))
        _post(
            tx,
            card,
            Edit(state.message_id, say, "progress" if card.channel == EDITABLE else "correction"),
            EDIT,
            outbox.REMINDER,
        )
        posted = True
    moving = outbox_table.c.state <= SENDING
    on_the_way = tx.first(
        select(outbox_table.c.id)
        .where(outbox_table.c.notice == queries.NOTICE, outbox_table.c.notice_id == directive.id, moving)
        .limit(1)
    )
    values = {"checked_ms": counted.at_ms}
    if changed or on_the_way is not None:
        values["watch_until_ms"] = tx.now_ms + _WATCH_MS
    if last and not missed:
        values["state"] = ENDED
    tx.run(update(live_directives).where(live_directives.c.directive_id == directive.id).values(values))
    return posted


def _take_back(tx: Tx, directive: Directive) -> bool:
    """A recalled directive's cards say so at once: it must be learned also where nothing can be edited."""
    posted = missed = False
    for card in _cards(tx, directive.id):
        state = _message(tx, card)
        if state.in_flight:  # its message id is not known yet
            missed = True
            continue
        outbox.stop(tx, kind=EDIT, kind_id=card.id)
        reached = outbox.stop(tx, kind=CARD, kind_id=card.id)
        if reached:
            with speaking(card.language):
                say = Say(_("{document} đã được thu hồi.", document=texts.name(directive)))
            said = say if state.gone else Edit(state.message_id, say, "correction")
            _post(tx, card, said, EDIT, outbox.URGENT)
            posted = True
    if not missed:
        mine = live_directives.c.directive_id == directive.id
        tx.run(update(live_directives).where(mine).values(state=TAKEN_BACK))
    return posted


def _cards(tx: Tx, directive_id: int) -> list[_Card]:
    columns = [live_cards.c[name] for name in _Card._fields]
    rows = tx.rows(select(*columns).where(live_cards.c.directive_id == directive_id))
    return [_Card._make(row) for row in rows]


class _Message(NamedTuple):
    """Where a card's message stands."""

    message_id: str
    gone: bool
    """It never arrived, or the chat has another id by now, under which it cannot be edited."""
    busy: bool
    """Something of this card is still to be sent."""
    in_flight: bool
    """Something of this card is being sent at this moment."""
    newest_ms: int
    """When something of this card last left."""


def _message(tx: Tx, card: _Card) -> _Message:
    row = outbox_table.c
    rows = tx.rows(
        select(row.notice, row.state, row.chat_id, row.message_id, row.sent_ms).where(
            row.notice.in_((CARD, EDIT)), row.notice_id == card.id
        )
    )
    first = next((each for each in rows if each.notice == CARD), None)
    if first is None:  # so old that the outbox forgot it
        return _Message("", True, False, False, 0)
    busy = any(each.state <= SENDING for each in rows)
    return _Message(
        message_id=first.message_id or "",
        gone=first.state > SENDING and not (first.state == SENT and first.chat_id == card.chat_id),
        busy=busy,
        in_flight=busy and any(each.state == SENDING for each in rows),
        newest_ms=max((each.sent_ms or 0 for each in rows), default=0),
    )


# --- words


def _code(tx: Tx, card: _Card) -> str:
    """In a group without buttons or links of ours, the code by which a member opens the paper alone."""
    return code_of(tx, card.directive_id) if card.channel != EDITABLE and card.unit_id is not None else ""


def _mark(directive: Directive) -> str:
    """What `shown` holds of a corrected directive's version."""
    return f" v{directive.version};" if directive.version > 1 else ""


def _words(
    directive: Directive, card: _Card, counts: Figures, sent: int, *, ended: bool = False, code: str = ""
) -> tuple[Say, str]:
    """What a card says, and its figures in short. In a group: no names, no personal buttons."""
    with speaking(card.language):
        share = {"done": number(counts.done), "base": number(counts.base)}
        if card.unit_id is None:
            line = _(
                "Đã gửi {sent}/{everyone} · đã xác nhận {done}/{base}",
                sent=number(sent),
                everyone=number(counts.everyone),
                **share,
            )
            shown = f"{sent}/{counts.everyone} {counts.done}/{counts.base}"
        else:
            line = _("Đã xác nhận {done}/{base}", **share)
            shown = f"{counts.done}/{counts.base}"
        lines = [directive.title]
        if directive.deadline is not None:
            lines.append(_("Hạn xác nhận: {when}", when=moment(directive.deadline)))
        lines.append(line)
        if ended:
            lines.append(_("Đã hết hạn; số trên là số chốt."))
            shown += " ."
        elif code:
            lines.append(
                _("Để đọc và xác nhận, đồng chí nhắn mã {code} riêng cho Sổ tay trên Zalo.", code=code)
            )
        elif card.unit_id is not None:
            lines.append(_("Đồng chí nhắn riêng cho Sổ tay để đọc và xác nhận."))
        if directive.version > 1:
            lines.append(_("Bản đính chính lần {count}.", count=number(directive.version - 1)))
            shown += _mark(directive)
        heading = texts.card(directive).heading
    return Say("\n".join(lines), heading=heading), shown
