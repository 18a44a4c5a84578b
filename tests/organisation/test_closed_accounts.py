"""Whoever may no longer be written to gets nothing that was queued before, and a refusal stays a refusal."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from organisation_doubles import roster_of, someone
from sqlalchemy import insert, select

from bot.chat.replies import Say
from bot.delivery import outbox
from bot.organisation import accounts, queries
from bot.organisation.linking import approve_link, link_by_hand, reject_link, request_code
from bot.organisation.models import Account, Place, Purpose
from bot.organisation.roster_import import import_roster
from bot.organisation.verification import make_slip, verify_by_slip
from bot.organisation.ways import ways_to
from bot.store import links
from bot.store.tables import delivery as tables
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


@pytest.mark.parametrize("happens", [leaves, is_suspended, is_rejected, is_replaced, is_replaced_by_hand])
def test_what_waited_is_not_sent_and_links_open_nothing(
    tx: Tx, happens: Callable[[Tx, Account], None]
) -> None:
    stock(tx)
    account = verify(tx, "old")
    file = {"id": "f", "name": "52.pdf", "media_type": "application/pdf", "size": 1}
    tx.run(insert(tables.files).values(file | {"made_ms": tx.now_ms}))
    token = links.make(tx, "f", ("telegram", "old"), 30)
    notice = outbox.Notice("telegram", "old", account.member_id, outbox.content(tx, Say("52-KH/ĐU")))
    tomorrow = tx.now_ms + 86_400_000
    outbox.post(tx, [notice], kind="directive", kind_id=1, priority=outbox.NORMAL, due_ms=tomorrow)
    happens(tx, account)
    assert (
        tx.value(select(tables.outbox.c.state).where(tables.outbox.c.notice == "directive"))
        == tables.UNREACHABLE
    )
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
