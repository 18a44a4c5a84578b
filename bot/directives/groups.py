"""Groups of a branch, and the short code by which somebody who read of a directive in a group opens it."""

import re
import secrets

from sqlalchemy import delete, insert, select, update

from bot.chat.errors import Refused
from bot.organisation import queries as people
from bot.organisation.models import Kind, Organisation, Role, Verb
from bot.store import audit
from bot.store.tables.groups import group_codes, groups, live_cards
from bot.store.tx import Tx
from bot.store.upsert import insert as upsert

_LETTERS = "ABCDEFGHKMNPRTUVXY"
_DIGITS = "23456789"
_SHAPE = re.compile(r"(?:ma )?([a-z][2-9][a-z][2-9]{2})")
"""Letter, digit, letter, two digits: no word, and no document number, looks like that."""


def branches_of(tx: Tx, member_id: int) -> list[Organisation]:
    """The branches to which a member may link a group, by name: a committee has no members of its own."""
    scope = people.scope(tx, member_id, Verb.SEND_DIRECTIVE)
    return [
        each
        for each in people.organisation_tree(tx)
        if each.id in scope and each.kind in (Kind.BRANCH, Kind.CELL)
    ]


def own_branch(tx: Tx, member_id: int) -> Organisation | None:
    """The one branch a group of this member is for without saying so: theirs as secretary, or their only one."""
    branches = branches_of(tx, member_id)
    led = {
        post.organisation_id
        for post in people.appointments_of(tx, member_id)
        if post.role in (Role.SECRETARY, Role.DEPUTY_SECRETARY)
    }
    mine = [each for each in branches if each.id in led] or branches
    return mine[0] if len(mine) == 1 else None


def named_branch(tx: Tx, member_id: int, text: str) -> Organisation | None:
    """The branch of this code or name, if the member may link a group to it."""
    found = people.find_organisation(tx, text)
    able = {each.id for each in branches_of(tx, member_id)}
    return found if found is not None and found.id in able else None


def link(tx: Tx, place: tuple[str, str], organisation_id: int, by: int) -> None:
    """Links the group (channel, chat) to a branch; an earlier link of this group ends.

    That `by` is administrator of the group was asked of the platform before. Raises Refused("no_right").
    """
    if not people.may(tx, by, Verb.SEND_DIRECTIVE, organisation_id):
        raise Refused("no_right")
    values = {"organisation_id": organisation_id, "linked_by": by, "linked_ms": tx.now_ms}
    channel, chat_id = place
    tx.run(
        upsert(tx.conn, groups)
        .values(channel=channel, chat_id=chat_id, **values)
        .on_conflict_do_update(index_elements=["channel", "chat_id"], set_=values)
    )
    audit.record(tx, "group.link", f"organisation:{organisation_id}", member_id=by)


def linked_unit(tx: Tx, channel: str, chat_id: str) -> int | None:
    """The branch a group is linked to."""
    unit: int | None = tx.value(
        select(groups.c.organisation_id).where(groups.c.channel == channel, groups.c.chat_id == chat_id)
    )
    return unit


def of_unit(tx: Tx, organisation_id: int, channel: str) -> str | None:
    """The chat of the branch's group on a channel."""
    chat_id: str | None = tx.value(
        select(groups.c.chat_id).where(
            groups.c.organisation_id == organisation_id, groups.c.channel == channel
        )
    )
    return chat_id


def unlink(tx: Tx, channel: str, chat_id: str, by: int | None = None) -> None:
    """Ends a group's link; `by` is None when the bot was taken out. Raises Refused("no_right")."""
    unit = linked_unit(tx, channel, chat_id)
    if unit is None:
        return
    if by is not None and not people.may(tx, by, Verb.SEND_DIRECTIVE, unit):
        raise Refused("no_right")
    tx.run(delete(groups).where(groups.c.channel == channel, groups.c.chat_id == chat_id))
    actor = "program" if by is None else "member"
    audit.record(tx, "group.unlink", f"organisation:{unit}", member_id=by, actor=actor)


def move(tx: Tx, channel: str, old: str, new: str) -> None:
    """The platform gave a group another id: the link and its cards go with it."""
    for table in (groups, live_cards):
        tx.run(update(table).where(table.c.channel == channel, table.c.chat_id == old).values(chat_id=new))


def code_of(tx: Tx, directive_id: int) -> str:
    """The directive's short code, made at the first asking."""
    known: str | None = tx.value(select(group_codes.c.code).where(group_codes.c.directive_id == directive_id))
    if known is not None:
        return known
    while True:
        code = "".join(secrets.choice(signs) for signs in (_LETTERS, _DIGITS, _LETTERS, _DIGITS, _DIGITS))
        if tx.first(select(group_codes.c.code).where(group_codes.c.code == code)) is None:
            break
    tx.run(insert(group_codes).values(code=code, directive_id=directive_id, made_ms=tx.now_ms))
    return code


def code_in(folded: str) -> str | None:
    """The short code that a folded text is, whether or not it is anybody's."""
    found = _SHAPE.fullmatch(folded.strip(" .").replace("-", ""))
    return found[1].upper() if found else None


def by_code(tx: Tx, code: str) -> int | None:
    """The directive of a short code; whose it is the verbs check."""
    directive_id: int | None = tx.value(select(group_codes.c.directive_id).where(group_codes.c.code == code))
    return directive_id
