"""Reading the room: the tree, members, posts, accounts. Moments are ms since 1970 UTC."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Row, Select, and_, bindparam, func, or_, select, tuple_

from bot.organisation.models import (
    Account,
    Appointment,
    Consent,
    Kind,
    Member,
    MembershipKind,
    Organisation,
    Purpose,
    Role,
    Standing,
    Verb,
    Way,
)
from bot.organisation.rules import (
    ACCESS_STANDINGS,
    MEMBER_STANDINGS,
    RIGHTS,
    by_given_name,
    fold,
)
from bot.store.hot import Hot, as_list, one_of
from bot.store.tables.organisation import (
    ACTIVE,
    APPLIED,
    APPLYING,
    PENDING,
    accounts,
    appointments,
    consents,
    imports,
    members,
    organisation_links,
    organisations,
)
from bot.store.tx import Tx

T = TypeVar("T")
_SLICE = 1000  # ids in one IN list
_MANY_UNITS = 200


def slices(ids: Iterable[T]) -> Iterator[Sequence[T]]:
    """Ids in portions that both databases take as parameters."""
    listed = list(ids)
    for start in range(0, len(listed), _SLICE):
        yield listed[start : start + _SLICE]


def holds(
    table_from: ColumnElement[int], table_until: ColumnElement[int], at: int | ColumnElement[int]
) -> ColumnElement[bool]:
    """That a row with these dates is valid at a moment."""
    return and_(table_from <= at, or_(table_until.is_(None), table_until > at))


# --- the tree


def organisation_tree(tx: Tx, at_ms: int | None = None) -> list[Organisation]:
    """All organisations of a moment (now), parents before children, siblings by name."""
    at = tx.now_ms if at_ms is None else at_ms
    found = [_organisation(row) for row in tx.rows(_organisations(at).order_by(organisations.c.name))]
    children: dict[int | None, list[Organisation]] = {}
    known = {organisation.id for organisation in found}
    for organisation in found:
        parent = organisation.parent_id if organisation.parent_id in known else None
        children.setdefault(parent, []).append(organisation)
    ordered: list[Organisation] = []

    def walk(parent: int | None) -> None:
        for child in children.get(parent, []):
            ordered.append(child)
            walk(child.id)

    walk(None)
    return ordered


def organisation(tx: Tx, organisation_id: int) -> Organisation | None:
    """One organisation, with its parent of now."""
    row = tx.first(_organisations(tx.now_ms).where(organisations.c.id == organisation_id))
    return None if row is None else _organisation(row)


def find_organisations(tx: Tx, text: str) -> list[Organisation]:
    """Organisations of now by code, or by name with or without marks."""
    statement = _organisations(tx.now_ms).where(
        or_(organisations.c.code == text.strip(), organisations.c.folded == fold(text))
    )
    return [_organisation(row) for row in tx.rows(statement.order_by(organisations.c.id))]


def find_organisation(tx: Tx, text: str) -> Organisation | None:
    """The one organisation of this code or name; None when there is none, or more than one."""
    found = find_organisations(tx, text)
    exact = [each for each in found if each.code == text.strip()] or found
    return exact[0] if len(exact) == 1 else None


def subtree_ids(tx: Tx, organisation_id: int, at_ms: int | None = None) -> set[int]:
    """An organisation and all below it at a moment (now)."""
    return subtrees(tx, [organisation_id], at_ms)


def subtrees(tx: Tx, organisation_ids: Iterable[int], at_ms: int | None = None) -> set[int]:
    """Several organisations and all below them at a moment (now)."""
    at = tx.now_ms if at_ms is None else at_ms
    below = select(organisations.c.id).where(organisations.c.id.in_(list(organisation_ids)))
    tree = below.cte("below", recursive=True)
    link = organisation_links
    tree = tree.union(
        select(link.c.organisation_id).where(
            link.c.parent_id == tree.c.id, holds(link.c.from_ms, link.c.until_ms, at)
        )
    )
    return {row.id for row in tx.rows(select(tree.c.id))}


def _above() -> Select[tuple[int, int]]:
    link, at = organisation_links, bindparam("at", type_=BigInteger)
    tree = (
        select(organisations.c.id).where(organisations.c.id == bindparam("unit")).cte("above", recursive=True)
    )
    tree = tree.union(
        select(link.c.parent_id).where(
            link.c.organisation_id == tree.c.id, holds(link.c.from_ms, link.c.until_ms, at)
        )
    )
    return select(link.c.organisation_id, link.c.parent_id).where(
        link.c.organisation_id.in_(select(tree.c.id)), holds(link.c.from_ms, link.c.until_ms, at)
    )


_ABOVE = Hot(_above())


def ancestors(tx: Tx, organisation_id: int, at_ms: int | None = None) -> list[int]:
    """An organisation and all above it at a moment (now), itself first, the top last."""
    at = tx.now_ms if at_ms is None else at_ms
    above = _ABOVE.rows(tx, unit=organisation_id, at=at)
    parents: dict[int, int] = {row.organisation_id: row.parent_id for row in above}
    path = [organisation_id]
    while (parent := parents.get(path[-1])) is not None and parent not in path:
        path.append(parent)
    return path


def _organisations(at: int) -> Select[tuple[int, str, str, str, int]]:
    link = organisation_links
    return (
        select(
            organisations.c.id,
            organisations.c.code,
            organisations.c.name,
            organisations.c.kind,
            link.c.parent_id,
        )
        .outerjoin(
            link,
            and_(link.c.organisation_id == organisations.c.id, holds(link.c.from_ms, link.c.until_ms, at)),
        )
        .where(holds(organisations.c.from_ms, organisations.c.until_ms, at))
    )


def _organisation(row: Row[tuple[int, str, str, str, int]]) -> Organisation:
    return Organisation(row.id, row.code, row.name, Kind(row.kind), row.parent_id)


# --- members


def present() -> ColumnElement[bool]:
    """That a member's row counts: the import that brought it holds (it is neither staged nor undone)."""
    fallen = select(imports.c.id).where(imports.c.state != APPLYING, imports.c.state != APPLIED)
    return or_(members.c.first_import_id.is_(None), members.c.first_import_id.not_in(fallen))


def counting() -> ColumnElement[bool]:
    """That somebody is a member now."""
    return and_(or_(*(members.c.standing == each for each in sorted(MEMBER_STANDINGS))), present())


MEMBER = (members.c.id, members.c.branch_id, members.c.kind, members.c.standing, members.c.missing_since_ms)


def member(tx: Tx, member_id: int) -> Member | None:
    """One member, whatever their standing."""
    row = tx.first(select(*MEMBER).where(members.c.id == member_id))
    return None if row is None else as_member(row)


_ALONG = Hot(
    select(*MEMBER)
    .where(counting(), members.c.id > bindparam("after"))
    .order_by(members.c.id)
    .limit(bindparam("most", type_=BigInteger))
)


def members_of(
    tx: Tx, organisation_ids: Iterable[int] | None, *, after_id: int = 0, limit: int | None = None
) -> list[Member]:
    """Who is a member now in these branches (exactly these, not what is below; None: in any), by id.

    `after_id` and `limit` let a caller go through a large audience in slices.
    """
    inside = None if organisation_ids is None else frozenset(organisation_ids)
    if inside is None or limit is None or len(inside) <= _MANY_UNITS:
        statement = select(*MEMBER).where(counting(), members.c.id > after_id).order_by(members.c.id)
        if inside is not None:
            statement = statement.where(members.c.branch_id.in_(list(inside)))
        return [as_member(row) for row in tx.rows(statement.limit(limit))]
    # Nearly everybody: along the ids, instead of sorting all members of the units for every slice.
    found: list[Member] = []
    while len(found) < limit and (rows := _ALONG.rows(tx, after=after_id, most=limit)):
        found += [as_member(row) for row in rows if row.branch_id in inside]
        after_id = rows[-1].id
    return found[:limit]


def names(tx: Tx, member_ids: Iterable[int]) -> dict[int, str]:
    """Full names as on the roster. Ask only for those the reader may see."""
    return {
        row.id: tx.vault.open("members.full_name", row.id, row.full_name)
        for ids in slices(member_ids)
        for row in tx.rows(select(members.c.id, members.c.full_name).where(members.c.id.in_(ids)))
    }


def sorted_by_name(tx: Tx, member_ids: Iterable[int]) -> list[tuple[int, str]]:
    """Ids and names in the order of a Vietnamese list."""
    return sorted(names(tx, member_ids).items(), key=lambda pair: by_given_name(pair[1]))


def member_by_card(tx: Tx, card_number: str) -> Member | None:
    """The member with this Party card, typed with or without dots and spaces."""
    digits = "".join(character for character in card_number if character.isdigit())
    row = tx.first(
        select(*MEMBER).where(members.c.card_hash == tx.vault.hash("members.card_number", digits), present())
    )
    return None if row is None else as_member(row)


# Of half a million rows: a call of an enum costs more than the rest of a value.
_KIND = {kind.value: kind for kind in MembershipKind}
_STANDING = {standing.value: standing for standing in Standing}
_WAY = {way.value: way for way in Way}


def as_member(row: Sequence[Any]) -> Member:
    """A row of `MEMBER` as a value."""
    member_id, branch_id, kind, standing, missing_since_ms = row
    return Member(member_id, branch_id, _KIND[kind], _STANDING[standing], missing_since_ms is not None)


# --- posts and rights


_POSTS = Hot(
    select(appointments)
    .join(members, members.c.id == appointments.c.member_id)
    .where(
        appointments.c.member_id == bindparam("member"),
        holds(appointments.c.from_ms, appointments.c.until_ms, bindparam("at", type_=BigInteger)),
        or_(*(members.c.standing == standing for standing in sorted(ACCESS_STANDINGS))),
    )
    .order_by(appointments.c.id)
)


def appointments_of(tx: Tx, member_id: int, at_ms: int | None = None) -> list[Appointment]:
    """The posts somebody holds at a moment (now). Who may not use the bot holds none."""
    at = tx.now_ms if at_ms is None else at_ms
    return [_appointment(row) for row in _POSTS.rows(tx, member=member_id, at=at)]


def may(tx: Tx, member_id: int, verb: Verb, organisation_id: int) -> bool:
    """Whether a member's posts of now allow this over an organisation: role x subtree x date."""
    over = {post.organisation_id for post in appointments_of(tx, member_id) if post.role in RIGHTS[verb]}
    return organisation_id in over or (bool(over) and not over.isdisjoint(ancestors(tx, organisation_id)))


def scope(tx: Tx, member_id: int, verb: Verb) -> set[int]:
    """All organisations over which a member's posts of now allow this."""
    over = {post.organisation_id for post in appointments_of(tx, member_id) if post.role in RIGHTS[verb]}
    return subtrees(tx, over) if over else set()


def who_may(tx: Tx, verb: Verb, organisation_id: int) -> list[int]:
    """Members whose posts of now allow this over an organisation, the nearest first, secretaries first."""
    path = ancestors(tx, organisation_id)
    order = list(Role)
    statement = (
        select(appointments)
        .join(members, members.c.id == appointments.c.member_id)
        .where(
            appointments.c.organisation_id.in_(path),
            appointments.c.role.in_([role.value for role in RIGHTS[verb]]),
            holds(appointments.c.from_ms, appointments.c.until_ms, tx.now_ms),
            members.c.standing.in_(list(ACCESS_STANDINGS)),
        )
    )
    posts = sorted(
        map(_appointment, tx.rows(statement)),
        key=lambda post: (path.index(post.organisation_id), order.index(post.role), post.id),
    )
    return list(dict.fromkeys(post.member_id for post in posts))


def secretary_of(tx: Tx, branch_id: int) -> int | None:
    """The member who is secretary of an organisation now; else its deputy; else None."""
    statement = (
        select(appointments)
        .join(members, members.c.id == appointments.c.member_id)
        .where(
            appointments.c.organisation_id == branch_id,
            appointments.c.role.in_([Role.SECRETARY.value, Role.DEPUTY_SECRETARY.value]),
            holds(appointments.c.from_ms, appointments.c.until_ms, tx.now_ms),
            members.c.standing.in_(list(ACCESS_STANDINGS)),
        )
    )
    posts = sorted(tx.rows(statement), key=lambda row: (row.role != Role.SECRETARY.value, row.id))
    return posts[0].member_id if posts else None


def _appointment(row: Row[tuple[object, ...]]) -> Appointment:
    return Appointment(row.id, row.member_id, Role(row.role), row.organisation_id, row.from_ms, row.until_ms)


# --- accounts


ACCOUNTS = select(accounts, members.c.branch_id, members.c.standing).join(
    members, members.c.id == accounts.c.member_id
)
_ACCOUNT_OF = Hot(
    ACCOUNTS.where(
        accounts.c.channel == bindparam("channel"),
        accounts.c.user_id == bindparam("user_id"),
        accounts.c.state == ACTIVE,
        or_(*(members.c.standing == standing for standing in sorted(ACCESS_STANDINGS))),
    )
)


def account_of(tx: Tx, channel: str, user_id: str) -> Account | None:
    """The active account of a messenger user whose standing gives access; one indexed statement."""

    def read() -> Account | None:
        row = _ACCOUNT_OF.first(tx, channel=channel, user_id=user_id)
        return None if row is None else as_account(row)

    return tx.once(("account", channel, user_id), read)


def account(tx: Tx, account_id: int) -> Account | None:
    """One account, whatever its state."""
    row = tx.first(ACCOUNTS.where(accounts.c.id == account_id))
    return None if row is None else as_account(row)


def accounts_of_member(tx: Tx, member_id: int) -> list[Account]:
    """The active accounts of a member, the oldest link first."""
    return reach(tx, [member_id]).get(member_id, [])


_REACH = Hot(
    lambda dialect: ACCOUNTS.where(
        one_of(dialect, accounts.c.member_id, "ids"),
        accounts.c.state == ACTIVE,
        or_(*(members.c.standing == standing for standing in sorted(ACCESS_STANDINGS))),
    ).order_by(accounts.c.linked_ms, accounts.c.id)
)


def reach(tx: Tx, member_ids: Iterable[int]) -> dict[int, list[Account]]:
    """The active accounts of many members, blocked ones too; who has none is not in the result."""
    found: dict[int, list[Account]] = {}
    for row in _REACH.rows(tx, ids=as_list(tx, member_ids)):
        found.setdefault(row.member_id, []).append(as_account(row))
    return found


def unserved(tx: Tx, limit: int) -> list[Account]:
    """Active accounts that are new, or to which a way has opened, and that have not got what was missed."""
    waiting = (accounts.c.state == ACTIVE, accounts.c.served_ms.is_(None))
    statement = ACCOUNTS.where(*waiting).order_by(accounts.c.id).limit(limit)
    return [as_account(row) for row in tx.rows(statement.with_for_update(of=accounts, skip_locked=True))]


def members_at(tx: Tx, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The member of each of these (channel, chat id) that is an active account's."""
    found = {}
    for some in slices(places):
        here = tuple_(accounts.c.channel, accounts.c.chat_id).in_(some)
        statement = select(accounts.c.channel, accounts.c.chat_id, accounts.c.member_id)
        for row in tx.rows(statement.where(accounts.c.state == ACTIVE, here)):
            found[row.channel, row.chat_id] = row.member_id
    return found


def holders(tx: Tx, organisation_id: int, verb: Verb) -> list[Account]:
    """The active accounts of those who may do this over an organisation, the nearest post first."""
    able = who_may(tx, verb, organisation_id)
    found = reach(tx, able)
    return [account for member_id in able for account in found.get(member_id, [])]


def pending_links(tx: Tx, organisation_ids: Iterable[int]) -> list[Account]:
    """Accounts that wait for approval in these branches, the oldest first."""
    statement = ACCOUNTS.where(
        accounts.c.state == PENDING, members.c.branch_id.in_(list(organisation_ids))
    ).order_by(accounts.c.id)
    return [as_account(row) for row in tx.rows(statement)]


def linked_since(tx: Tx, organisation_ids: Iterable[int], since_ms: int) -> list[Account]:
    """Accounts in use that were linked in these branches after a moment, the oldest first."""
    statement = ACCOUNTS.where(
        accounts.c.state == ACTIVE,
        accounts.c.linked_ms > since_ms,
        members.c.branch_id.in_(list(organisation_ids)),
    ).order_by(accounts.c.linked_ms, accounts.c.id)
    return [as_account(row) for row in tx.rows(statement)]


_WITHDRAWN = Hot(
    lambda dialect: (
        select(consents.c.member_id)
        .where(one_of(dialect, consents.c.member_id, "ids"))
        .group_by(consents.c.member_id)
        .having(func.count() == func.count(consents.c.withdrawn_ms))
    )
)


def withdrawn(tx: Tx, member_ids: Iterable[int]) -> set[int]:
    """Of these members, who has withdrawn their consent and given none since."""
    return {row.member_id for row in _WITHDRAWN.rows(tx, ids=as_list(tx, member_ids))}


_REFUSING = Hot(
    lambda dialect: (
        select(accounts.c.id)
        .join(
            consents, and_(consents.c.channel == accounts.c.channel, consents.c.user_id == accounts.c.user_id)
        )
        .where(
            one_of(dialect, accounts.c.member_id, "ids"),
            accounts.c.state == ACTIVE,
            consents.c.purpose == bindparam("purpose"),
        )
        .group_by(accounts.c.id)
        .having(func.count() == func.count(consents.c.withdrawn_ms))
    )
)


def refusing(tx: Tx, member_ids: Iterable[int], purpose: Purpose) -> set[int]:
    """Of the active accounts of these members, those on which this purpose was asked for and is not agreed to."""
    return {row.id for row in _REFUSING.rows(tx, ids=as_list(tx, member_ids), purpose=purpose.value)}


def consents_of(tx: Tx, account: Account) -> dict[Purpose, Consent]:
    """The newest answer of an account to each purpose it was asked for."""
    statement = (
        select(consents)
        .where(consents.c.channel == account.channel, consents.c.user_id == account.user_id)
        .order_by(consents.c.given_ms, consents.c.id)
    )
    return {
        Purpose(row.purpose): Consent(row.version, row.given_ms, row.withdrawn_ms)
        for row in tx.rows(statement)
    }


def as_account(row: Row[tuple[object, ...]]) -> Account:
    """A row of `ACCOUNTS` as a value."""
    return Account(
        row.id,
        row.channel,
        row.user_id,
        row.chat_id,
        row.member_id,
        row.branch_id,
        _STANDING[row.standing],
        row.language,
        row.state,
        row.blocked_ms is not None,
        _WAY[row.way],
    )
