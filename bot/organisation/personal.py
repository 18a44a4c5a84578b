"""What the organisation holds on a person: the roster's row, posts, accounts, consent, slips, failed tries."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import delete, exists, or_, select, update

from bot.clock import from_ms
from bot.i18n import N_, _, full_date, moment
from bot.organisation import queries
from bot.organisation.models import PersonRow, Purpose, Standing
from bot.organisation.rules import fold
from bot.organisation.verification import dossier_hash
from bot.store import upsert
from bot.store.dialogs import Place
from bot.store.tables.organisation import (
    ACTIVE,
    PENDING,
    accounts,
    appointments,
    attempts,
    consents,
    erased,
    link_requests,
    members,
    slips,
)
from bot.store.tx import Tx

_SEALED = {
    "full_name": N_("Họ và tên"),
    "birth_date": N_("Ngày sinh"),
    "phone": N_("Số điện thoại"),
    "card_number": N_("Số thẻ đảng viên"),
    "joined_on": N_("Ngày vào Đảng"),
    "official_on": N_("Ngày chính thức"),
}

_PURPOSES = {
    Purpose.VERIFY: N_("Xác thực"),
    Purpose.DIRECTIVES: N_("Văn bản, giấy mời"),
    Purpose.DIGEST: N_("Điểm tin"),
    Purpose.FIGURES: N_("Thống kê sử dụng"),
}
"""As the words of consent name them."""
_CHANNELS = {"telegram": "Telegram", "zalo_oa": "Zalo", "zalo_bot": "Zalo Bot"}


def places_of(tx: Tx, member_id: int) -> list[Place]:
    """Every chat in which this member has or had an account, and nobody else has one now.

    A claim that waits makes nobody's chat theirs.
    """
    now = accounts.alias()
    of_another = exists().where(
        now.c.channel == accounts.c.channel,
        now.c.user_id == accounts.c.user_id,
        now.c.state == ACTIVE,
        now.c.member_id != member_id,
    )
    mine = (accounts.c.member_id == member_id, accounts.c.state != PENDING, ~of_another)
    rows = tx.rows(select(accounts).where(*mine).order_by(accounts.c.id))
    return list(dict.fromkeys(Place(row.channel, row.chat_id, row.user_id) for row in rows))


def chats_of(tx: Tx, member_id: int) -> list[Place]:
    """Every chat in which this member has an account now: where they may be told of what is theirs."""
    now = select(accounts).where(accounts.c.member_id == member_id, accounts.c.state == ACTIVE)
    return [Place(row.channel, row.chat_id, row.user_id) for row in tx.rows(now.order_by(accounts.c.id))]


def one_at_a_time(tx: Tx, member_id: int) -> None:
    """Until the commit another process that asks the same for this member waits."""
    tx.run(select(members.c.id).where(members.c.id == member_id).with_for_update(key_share=True))


def held(tx: Tx, member_id: int, places: Sequence[Place]) -> list[tuple[str, str]]:
    """Lines of label and value, as the member may read them."""
    row = tx.first(select(members).where(members.c.id == member_id))
    if row is None:
        return []
    lines: list[tuple[str, str]] = []
    for column, label in _SEALED.items():
        sealed = getattr(row, column)
        if sealed is not None:
            lines.append((_(label), _shown(tx.vault.open(f"members.{column}", member_id, sealed))))
    if row.cccd_last4:
        lines.append((_("Số CCCD (chỉ giữ 4 số cuối)"), f"…{row.cccd_last4}"))
    if row.dossier_hash:
        lines.append((_("Số lý lịch"), _("chỉ giữ để đối chiếu khi xác thực, không đọc lại được")))
    units = {each.id: each.name for each in queries.organisation_tree(tx)}
    lines.append((_("Chi bộ"), units.get(row.branch_id, "")))
    for account in tx.rows(
        select(accounts).where(accounts.c.member_id == member_id, accounts.c.state == ACTIVE)
    ):
        lines.append(
            (
                _("Tài khoản {channel}", channel=_CHANNELS.get(account.channel, account.channel)),
                moment(from_ms(account.linked_ms)),
            )
        )
    for consent in tx.rows(
        select(consents).where(consents.c.member_id == member_id).order_by(consents.c.given_ms)
    ):
        ended = consent.withdrawn_ms
        agreed = _("đồng ý {when}", when=moment(from_ms(consent.given_ms)))
        if ended is not None:
            agreed = (
                _("không đồng ý {when}", when=moment(from_ms(ended)))
                if ended == consent.given_ms
                else f"{agreed}, " + _("rút {when}", when=moment(from_ms(ended)))
            )
        lines.append(
            (
                _(
                    "Đồng ý ({purpose}, bản {version})",
                    purpose=_(_PURPOSES[Purpose(consent.purpose)]),
                    version=consent.version,
                ),
                agreed,
            )
        )
    return lines


def _shown(value: str) -> str:
    """Dates as people read them; anything else as it is."""
    try:
        return full_date(date.fromisoformat(value)) if "-" in value else value
    except ValueError:
        return value


def forget(tx: Tx, member_id: int, places: Sequence[Place]) -> None:
    """Empties the member's row and deletes what hangs on it. Past figures still count the empty row."""
    row = tx.first(select(members).where(members.c.id == member_id))
    if row is None:
        return
    if row.standing != Standing.ERASED:
        for found in (row.card_hash, row.cccd_hash, row.dossier_hash, row.person_hash):
            if found is not None:
                statement = upsert.insert(tx.conn, erased).values(hash=found, at_ms=tx.now_ms)
                tx.run(statement.on_conflict_do_nothing(index_elements=["hash"]))
    empty = dict.fromkeys(
        (
            "birth_date", "phone", "card_number", "joined_on", "official_on", "card_hash", "cccd_hash",
            "cccd_last4", "phone_hash", "birth_hash", "dossier_hash",
        )
    )  # fmt: skip
    tx.run(
        update(members)
        .where(members.c.id == member_id)
        .values(
            full_name=tx.vault.seal("members.full_name", member_id, ""),
            person_hash=secrets.token_bytes(32),
            standing=Standing.ERASED.value,
            **empty,
        )
    )
    tx.run(
        update(appointments)
        .where(
            appointments.c.member_id == member_id,
            or_(appointments.c.until_ms.is_(None), appointments.c.until_ms > tx.now_ms),
        )
        .values(until_ms=tx.now_ms)
    )
    # That somebody agreed, to which words and when, stays as a count; whose account it was does not.
    tx.run(
        update(consents)
        .where(consents.c.member_id == member_id, consents.c.withdrawn_ms.is_(None))
        .values(withdrawn_ms=tx.now_ms)
    )
    tx.run(update(consents).where(consents.c.member_id == member_id).values(user_id=""))
    from bot.organisation.roster_undo import forget_member  # which asks here who was erased

    forget_member(tx, member_id)
    tx.run(delete(accounts).where(accounts.c.member_id == member_id))
    tx.run(delete(slips).where(slips.c.member_id == member_id))
    subjects = [f"{each.channel}:{each.user_id}" for each in places]
    tx.run(
        delete(attempts).where(
            or_(
                (attempts.c.scope == "account") & attempts.c.subject.in_(subjects),
                attempts.c.scope.in_(("member", "claim")) & (attempts.c.subject == str(member_id)),
                (attempts.c.scope == "asked") & attempts.c.subject.startswith(f"{member_id}:"),
            )
        )
    )
    for each in places:
        user = (link_requests.c.channel == each.channel, link_requests.c.user_id == each.user_id)
        tx.run(delete(link_requests).where(*user))
        old = (consents.c.channel == each.channel, consents.c.user_id == each.user_id)
        tx.run(delete(consents).where(*old, consents.c.member_id.is_(None)))


def readmit(tx: Tx, card_number: str) -> bool:
    """Lets somebody be imported again whose data was erased, because they agreed to it now. By their card."""
    digits = "".join(character for character in card_number if character.isdigit())
    card = erased.c.hash == tx.vault.hash("members.card_number", digits)
    at = tx.value(select(erased.c.at_ms).where(card))
    if at is not None:  # all hashes of one erasure are of one moment
        tx.run(delete(erased).where(erased.c.at_ms == at))
    return at is not None


def were_erased(tx: Tx, people: Iterable[PersonRow]) -> set[PersonRow]:
    """Of the people in a roster file, those whose data was erased at their request: not to come back unasked."""
    gone = tx.rows(select(erased.c.hash))
    if not gone:  # the ordinary case: no hash of anybody is made
        return set()
    vault = tx.vault
    hashes: dict[bytes, PersonRow] = {}
    for person in people:
        named = vault.hash("members.person", f"{fold(person.full_name)}|{person.birth or ''}")
        hashes[named] = person
        if person.card_number:
            hashes[vault.hash("members.card_number", person.card_number)] = person
        if person.cccd:
            hashes[vault.hash("members.cccd", person.cccd)] = person
        if person.dossier:
            hashes[dossier_hash(vault, person.dossier)] = person
    return {hashes[row.hash] for row in gone if row.hash in hashes}
