"""Whoever may no longer be written to gets nothing that was queued before, and a refusal stays a refusal."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from organisation_doubles import roster_of, someone
from sqlalchemy import insert, select, update

from bot.chat.replies import Say
from bot.delivery import outbox
from bot.dialogs.link_notices import tell_of_link
from bot.organisation import accounts, personal, queries
from bot.organisation.linking import (
    approve_link,
    approvers,
    link_by_hand,
    refuse_link,
    reject_link,
    request_code,
)
from bot.organisation.models import Account, Claim, NotAllowed, Place, Purpose, Role, Way
from bot.organisation.roster_import import import_roster
from bot.organisation.service import appoint
from bot.organisation.slips import print_slips, printable
from bot.organisation.verification import make_slip, verify_by_slip
from bot.organisation.verification import verify as by_any_way
from bot.organisation.ways import ways_to
from bot.rooms import ROOMS
from bot.store import files, links
from bot.store.tables import delivery as tables
from bot.store.tables import organisation
from bot.store.tx import Tx

BORN = date(1980, 3, 4)  # of `someone(3)`


def stock(tx: Tx, standing: str = "Đang sinh hoạt") -> None:
    """A secretary and ordinary members, the third of this standing."""
    others = [someone(number, f"Lê Mẫu {number}") for number in range(4, 24)]
    secretary = someone(1, "Lê Bí Thư", post="Bí thư chi bộ")
    import_roster(tx, roster_of([secretary, someone(3, "Lê Thường", standing=standing), *others]))


def who(tx: Tx, number: int) -> int:
    found = queries.member_by_card(tx, f"99{number:06d}")
    assert found is not None
    return found.id


def verify(tx: Tx, user: str) -> Account:
    account = verify_by_slip(tx, "telegram", user, user, make_slip(tx, who(tx, 3), None), BORN).account
    assert account is not None
    return account


def leaves(tx: Tx, account: Account) -> None:
    stock(tx, "Đã chuyển sinh hoạt")


def is_suspended(tx: Tx, account: Account) -> None:
    stock(tx, "Đình chỉ sinh hoạt")


def is_rejected(tx: Tx, account: Account) -> None:
    reject_link(tx, account.id, who(tx, 1))


def is_replaced(tx: Tx, account: Account) -> None:
    approve_link(tx, verify(tx, "new").id, who(tx, 1))


def is_replaced_by_hand(tx: Tx, account: Account) -> None:
    link_by_hand(tx, request_code(tx, Place("telegram", "new", "new")), account.member_id, who(tx, 1))


def queued(tx: Tx, account: Account) -> str:
    """A notice that waits until tomorrow for this account's chat, and the token of a link it was given."""
    file = {"id": "f", "name": "52.pdf", "media_type": "application/pdf", "size": 1}
    tx.run(insert(tables.files).values(file | {"made_ms": tx.now_ms}))
    words = outbox.content(tx, Say("52-KH/ĐU"))
    notice = outbox.Notice(account.channel, account.chat_id, account.member_id, words)
    tomorrow = tx.now_ms + 86_400_000
    outbox.post(tx, [notice], kind="directive", kind_id=1, priority=outbox.NORMAL, due_ms=tomorrow)
    return links.make(tx, "f", (account.channel, account.chat_id), 30)


def state(tx: Tx) -> int:
    return int(tx.value(select(tables.outbox.c.state).where(tables.outbox.c.notice == "directive")))


@pytest.mark.parametrize("happens", [leaves, is_suspended, is_rejected, is_replaced, is_replaced_by_hand])
def test_what_waited_is_not_sent_and_links_open_nothing(
    tx: Tx, happens: Callable[[Tx, Account], None]
) -> None:
    stock(tx)
    account = verify(tx, "old")
    token = queued(tx, account)
    happens(tx, account)
    assert state(tx) == tables.UNREACHABLE
    assert links.find(tx, token) is None


def test_who_is_suspended_no_longer_is_looked_at_again(tx: Tx) -> None:
    stock(tx)
    account = verify(tx, "old")
    accounts.mark_served(tx, [account.id])
    stock(tx, "Đình chỉ sinh hoạt")
    stock(tx)
    assert [each.id for each in queries.unserved(tx, 10)] == [account.id]


def test_a_refusal_given_before_anybody_was_known_is_kept(tx: Tx) -> None:
    stock(tx)
    answers = {Purpose.VERIFY: True, Purpose.DIRECTIVES: True, Purpose.DIGEST: False}
    accounts.record_answers(tx, "telegram", "u", "1", answers)
    account = verify(tx, "u")
    tx.now += timedelta(days=30)
    accounts.forget_unknown(tx, tx.now_ms)
    assert ways_to(tx, [account.member_id], tx.now_ms, Purpose.DIGEST)[account.member_id][1] == "withdrawn"
    assert ways_to(tx, [account.member_id], tx.now_ms, Purpose.DIRECTIVES)[account.member_id][0] == account


def test_a_claim_that_is_closed_leaves_the_account_of_the_same_chat_alone(tx: Tx) -> None:
    stock(tx)
    account = verify(tx, "old")
    token = queued(tx, account)
    claim = {"id": 5, "state": "pending", "member_id": who(tx, 4), "linked_ms": tx.now_ms, "language": "vi"}
    place = {"channel": "telegram", "user_id": "old", "chat_id": "old"}
    tx.run(insert(organisation.accounts).values(claim | place))
    refuse_link(tx, 5, who(tx, 1))
    assert state(tx) == tables.QUEUED
    assert links.find(tx, token) is not None


def test_a_file_whose_time_is_over_goes_with_its_links(tx: Tx) -> None:
    stock(tx)
    queued(tx, verify(tx, "old"))
    files.drop(tx, ["f"])
    assert tx.rows(select(tables.file_links)) == tx.rows(select(tables.files)) == []


def claim(tx: Tx, user: str) -> Account:
    """A stranger agrees to everything and claims to be member 3 by their phone."""
    accounts.record_answers(tx, "zalo_oa", user, "2", dict.fromkeys(Purpose, True))
    hashed = tx.vault.hash("members.phone", "0912345678")
    tx.run(
        update(organisation.members).where(organisation.members.c.id == who(tx, 3)).values(phone_hash=hashed)
    )
    account = by_any_way(tx, Place("zalo_oa", user, user), Claim(Way.PHONE, "0912345678"), BORN).account
    assert account is not None
    return account


def test_a_claim_that_was_refused_makes_nothing_the_members(tx: Tx) -> None:
    stock(tx)
    waiting = claim(tx, "stranger")
    consented = select(organisation.consents.c.id).where(organisation.consents.c.member_id == who(tx, 3))
    assert personal.places_of(tx, who(tx, 3)) == []
    assert tx.rows(consented) == []
    refuse_link(tx, waiting.id, who(tx, 1))
    assert personal.places_of(tx, who(tx, 3)) == []
    assert not [label for label, _value in personal.held(tx, who(tx, 3), []) if label.startswith("Tài khoản")]
    assert tx.rows(consented) == []
    assert queries.withdrawn(tx, [who(tx, 3)]) == set()


def test_a_claim_that_was_approved_brings_what_was_agreed_to(tx: Tx) -> None:
    stock(tx)
    approve_link(tx, claim(tx, "member").id, who(tx, 1))
    assert [each.chat_id for each in personal.chats_of(tx, who(tx, 3))] == ["member"]
    agreed = [label for label, _value in personal.held(tx, who(tx, 3), []) if label.startswith("Đồng ý")]
    assert len(agreed) == len(Purpose)


def test_erasing_one_leaves_alone_who_has_the_messenger_account_now(tx: Tx) -> None:
    stock(tx)
    first = verify(tx, "shared")
    accounts.withdraw(tx, first.id)
    accounts.record_answers(tx, "telegram", "shared", "2", {Purpose.DIRECTIVES: False, Purpose.DIGEST: True})
    code = make_slip(tx, who(tx, 4), None)
    second = verify_by_slip(tx, "telegram", "shared", "shared", code, date(1980, 3, 5)).account
    assert second is not None

    def known() -> tuple[object, str, object]:
        way = ways_to(tx, [who(tx, 4)], tx.now_ms, Purpose.DIRECTIVES)[who(tx, 4)]
        return personal.held(tx, who(tx, 4), []), way[1], queries.account_of(tx, "telegram", "shared")

    before = known()
    erased = who(tx, 3)
    places = personal.places_of(tx, erased)
    assert places == []
    for room in ROOMS:
        room.forget(tx, erased, places)
    assert known() == before
    assert before[1] == "withdrawn"  # papers were refused, and still are


def test_nobody_lets_in_an_officer_above_themselves(tx: Tx) -> None:
    stock(tx)
    branch = queries.member(tx, who(tx, 3))
    assert branch is not None
    top = queries.ancestors(tx, branch.branch_id)[-1]
    assert top != branch.branch_id
    appoint(tx, who(tx, 3), Role.OFFICER, top)
    code = request_code(tx, Place("telegram", "new", "new"))
    with pytest.raises(NotAllowed):
        link_by_hand(tx, code, who(tx, 3), who(tx, 1))
    waiting = claim(tx, "new")
    with pytest.raises(NotAllowed):
        approve_link(tx, waiting.id, who(tx, 1))
    refuse_link(tx, waiting.id, who(tx, 1))  # to keep somebody out is theirs
    with pytest.raises(NotAllowed):
        make_slip(tx, who(tx, 3), who(tx, 1))
    assert printable(tx, branch.branch_id, who(tx, 1))[1] == 1
    printed = {each.name for each in print_slips(tx, branch.branch_id, who(tx, 1))}
    assert "Lê Thường" not in printed
    assert "Lê Mẫu 4" in printed
    assert approvers(tx, who(tx, 3)) == []  # nobody above has a post: the terminal decides
    appoint(tx, who(tx, 4), Role.SECRETARY, top)
    assert approvers(tx, who(tx, 3)) == [who(tx, 4)]
    assert link_by_hand(tx, code, who(tx, 3), who(tx, 4)).account.member_id == who(tx, 3)


def test_who_links_by_hand_is_not_the_only_one_who_hears_of_it(tx: Tx) -> None:
    stock(tx)
    branch = queries.member(tx, who(tx, 3))
    assert branch is not None
    appoint(tx, who(tx, 4), Role.DEPUTY_SECRETARY, branch.branch_id)
    for number, born in ((1, date(1980, 3, 2)), (4, date(1980, 3, 5))):
        verify_by_slip(tx, "telegram", f"u{number}", f"u{number}", make_slip(tx, who(tx, number), None), born)
    account = link_by_hand(tx, request_code(tx, Place("telegram", "n", "n")), who(tx, 3), who(tx, 1)).account
    assert [each.chat_id for each in tell_of_link(tx, account, but=who(tx, 1))] == ["u4"]
