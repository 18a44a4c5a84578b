"""Adoption by branch: who must use the bot, who is verified, who acted and agreed to be counted as such."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from bot.organisation.models import Adoption, Purpose
from bot.organisation.queries import present, subtree_ids
from bot.organisation.rules import COUNTED_STANDINGS
from bot.store.tables.organisation import ACTIVE, accounts, consents, members
from bot.store.tx import Tx

Acted = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""Whether the member in this column did something that counts as activity; other rooms say what."""


def adoption(tx: Tx, organisation_id: int, acted: Collection[Acted] = ()) -> list[Adoption]:
    """Per branch below an organisation; branches without anybody to count are left out.

    Counted are standings in the denominators of `rules.STANDINGS`: without exempt members and visitors,
    with those who are away, at home.
    """
    mine = and_(accounts.c.member_id == members.c.id, accounts.c.state == ACTIVE)
    agreed = exists().where(
        mine,
        consents.c.channel == accounts.c.channel,
        consents.c.user_id == accounts.c.user_id,
        consents.c.purpose == Purpose.FIGURES.value,
        consents.c.withdrawn_ms.is_(None),
    )
    did = or_(*(each(members.c.id) for each in acted)) if acted else members.c.id.is_(None)
    statement = (
        select(
            members.c.branch_id,
            func.count().label("must_use"),
            func.count().filter(exists().where(mine)).label("verified"),
            func.count().filter(agreed).label("agreed"),
            # What somebody did is looked at only where they agreed to be counted.
            func.count().filter(and_(agreed, did)).label("active"),
        )
        .where(
            members.c.branch_id.in_(subtree_ids(tx, organisation_id)),
            members.c.standing.in_(list(COUNTED_STANDINGS)),
            present(),
        )
        .group_by(members.c.branch_id)
        .order_by(members.c.branch_id)
    )
    return [
        Adoption(row.branch_id, row.verified, row.must_use, row.agreed, row.active)
        for row in tx.rows(statement)
    ]
