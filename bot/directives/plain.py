"""Recipients with one account and nothing in the way, who are most: frozen by two statements for a thousand."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Insert, bindparam, case, insert, or_, select

from bot.delivery import due
from bot.directives import queries
from bot.organisation.models import Purpose
from bot.organisation.rules import COUNTED_STANDINGS
from bot.organisation.ways import plain_ways
from bot.store.hot import Hot, as_list, one_of
from bot.store.ids import new_ids
from bot.store.tables.directives import recipients
from bot.store.tables.organisation import ACTIVE, accounts
from bot.store.tx import Tx


def _received(dialect: str) -> Insert:
    found = plain_ways(dialect, Purpose.DIRECTIVES)
    duty = case((or_(*(found.c.standing == each for each in sorted(COUNTED_STANDINGS))), 1), else_=0)
    rows = select(bindparam("directive", type_=BigInteger), found.c.member_id, found.c.unit_id, duty)
    return (
        insert(recipients)
        .from_select(["directive_id", "member_id", "unit_id", "duty"], rows)
        .returning(recipients.c.member_id)
    )


def _queued(dialect: str) -> Insert:
    """For who was just kept: their one account is known to be in use."""
    words = case(
        (accounts.c.language == "en", bindparam("content_en", type_=BigInteger)),
        else_=bindparam("content_vi", type_=BigInteger),
    )
    rows = select(
        accounts.c.channel,
        accounts.c.chat_id,
        accounts.c.member_id.label("recipient_id"),
        words.label("content_id"),
    ).where(one_of(dialect, accounts.c.member_id, "ids"), accounts.c.state == ACTIVE)
    return due.post_all_of(rows.subquery("found"), queries.NOTICE)


_RECEIVED, _QUEUED = Hot(_received), Hot(_queued)


def freeze(
    tx: Tx, directive_id: int, member_ids: Sequence[int], content_vi: int, content_en: int, priority: int
) -> set[int]:
    """Keeps those of these members as recipients for whom it is this plain, and queues their messages; who they are."""
    if not member_ids:
        return set()
    asked = {"directive": directive_id, "ids": as_list(tx, member_ids), "at": tx.now_ms}
    frozen = {row.member_id for row in _RECEIVED.rows(tx, **asked)}
    if frozen:
        words = {"content_vi": content_vi, "content_en": content_en}
        notice = {"kind_id": directive_id, "priority": priority, "made": tx.now_ms}
        _QUEUED.run(tx, first=new_ids(len(frozen))[0], ids=as_list(tx, frozen), **words, **notice)
    return frozen
