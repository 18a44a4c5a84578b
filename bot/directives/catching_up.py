"""Late arrivals: who missed something gets it as soon as there is a way, several papers in one message.

An account is *unserved* when it is new or a way to it has opened (`organisation.accounts`). `tick` is rung
by the bell, finds them by query and posts what each has missed; a bot that was down does so once.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, update

from bot.clock import to_ms
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.directives import queries, rules, service, texts, texts_corrections
from bot.directives.models import Directive
from bot.directives.queries import Waiting
from bot.i18n import speaking
from bot.organisation import accounts
from bot.organisation import queries as people
from bot.organisation.models import Account
from bot.store.tables.directives import recipients
from bot.store.tx import Tx

SLICE = 200
"""Accounts in one commit."""


def tick(tx: Tx) -> bool:
    """Posts what the next unserved accounts have missed. Returns whether there may be more to do at once."""
    if service.freezing(tx):  # what is being frozen may have passed somebody already, and is not open yet
        return False
    unserved = people.unserved(tx, SLICE)
    if not unserved:
        return False
    members = list(dict.fromkeys(account.member_id for account in unserved))
    ways = service.ways_to(tx, members, tx.now_ms)
    paused = queries.paused(tx)
    for member_id, waiting in queries.waiting_of(tx, members).items():
        account = ways[member_id][0]
        if account is not None and any(each.missed for each in waiting):
            _bring(tx, account, waiting, paused)
    for member_id, corrected in queries.uncorrected(tx, members).items():
        if (account := ways[member_id][0]) is not None:
            _bring_corrected(tx, account, corrected)
    accounts.mark_served(tx, [account.id for account in unserved])
    return True


def _bring(tx: Tx, account: Account, waiting: list[Waiting], paused_ids: set[int]) -> None:
    present = [each for each in waiting if _is_sent(each.directive, tx)]
    paused = [each for each in present if each.missed and each.directive.id in paused_ids]
    for each in waiting:
        if each.missed and (each in paused or each not in present):  # it goes when let go, or at its hour
            at = rules.PRIORITY[each.directive.urgency]
            mark_carried(tx, account, [each], _card(tx, account, each.directive, at, held=each in paused))
    missed = [each for each in present if each.missed and each not in paused]
    if len(missed) == 1 or paused:  # a list would let them acknowledge what is kept back as well
        for each in missed:  # the person is there, whatever the hour
            mark_carried(tx, account, [each], _card(tx, account, each.directive, outbox.FLASH))
    else:
        for listed in lists(present, missed):
            row = together(tx, account, listed, outbox.FLASH)
            mark_carried(tx, account, [each for each in listed if each.missed], row)
    service.mark_reminded(tx, [(each.directive.id, account.member_id) for each in missed])


def _bring_corrected(tx: Tx, account: Account, corrected: list[Directive]) -> None:
    carried = []
    for directive in corrected:
        with speaking(account.language):
            words = outbox.content(tx, texts_corrections.correction(directive))
        notice = Notice(account.channel, account.chat_id, account.member_id, words)
        row = outbox.post(
            tx,
            [notice],
            kind=queries.NOTICE,
            kind_id=directive.id,
            priority=outbox.FLASH,
            due_ms=tx.now_ms,
        )[0]
        carried.append((directive.id, account.member_id, row))
    mark_carriers(tx, carried)


def lists(present: list[Waiting], wanted: list[Waiting]) -> list[list[Waiting]]:
    """What waits, in parts that one message names in full; those parts that hold something of what is wanted."""
    most = texts.MAX_LISTED
    parts = [present[start : start + most] for start in range(0, len(present), most)]
    return [part for part in parts if any(each in wanted for each in part)]


def _is_sent(directive: Directive, tx: Tx) -> bool:
    return directive.send_at is None or directive.send_at <= tx.now


def _card(tx: Tx, account: Account, directive: Directive, priority: int, *, held: bool = False) -> int:
    with speaking(account.language):
        words = outbox.content(tx, texts.card(directive))
    due_ms = tx.now_ms if directive.send_at is None else max(tx.now_ms, to_ms(directive.send_at))
    due_ms = outbox.NOT_YET if held else due_ms
    notice = Notice(account.channel, account.chat_id, account.member_id, words)
    return outbox.post(
        tx, [notice], kind=queries.NOTICE, kind_id=directive.id, priority=priority, due_ms=due_ms
    )[0]


def together(
    tx: Tx, account: Account, waiting: list[Waiting], priority: int, heading: str = "", note: str = ""
) -> int:
    """Posts one message with everything that waits for a member. Returns its row."""
    with speaking(account.language):
        heading = heading or texts.waiting_papers(len(waiting))
        words = outbox.content(
            tx, texts.open_papers([each.directive for each in waiting], heading, tx.now_ms, note)
        )
    notice = Notice(account.channel, account.chat_id, account.member_id, words)
    return outbox.post(
        tx, [notice], kind=queries.SEVERAL, kind_id=words, priority=priority, due_ms=tx.now_ms
    )[0]


def mark_carried(tx: Tx, account: Account, waiting: list[Waiting], row_id: int) -> None:
    """Notes which message brings these papers to a member."""
    mark_carriers(tx, [(each.directive.id, account.member_id, row_id) for each in waiting])


def mark_carriers(tx: Tx, carried: Sequence[tuple[int, int, int]]) -> None:
    """Notes which message brings a paper to a member: (directive, member, row)."""
    rows = [{"directive": each, "member": member, "row": row} for each, member, row in carried]
    if rows:
        tx.run(
            update(recipients)
            .where(
                recipients.c.directive_id == bindparam("directive"),
                recipients.c.member_id == bindparam("member"),
            )
            .values(carried_by=bindparam("row")),
            rows,
        )
