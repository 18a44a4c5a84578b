"""Strangers at the door: nothing tells them who is on the roster, and guessing ends locked and told."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hearing import statements
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from organisation_doubles import roster_of, someone
from sqlalchemy import Engine, select, update

from bot.chat.events import Address, ContactShared, TextSent
from bot.chat.replies import Say
from bot.clock import now
from bot.errands import make_router
from bot.organisation import linking, queries
from bot.organisation.models import Claim, Place, Result, Way
from bot.organisation.roster_import import import_roster
from bot.organisation.rules import WAYS, with_check_digit
from bot.organisation.verification import LIMITS, dossier_hash, make_slip, untold_locks, verify
from bot.store.engine import make_engine
from bot.store.tables import metadata
from bot.store.tables import organisation as tables
from bot.store.tx import Tx
from bot.store.vault import Vault

BORN = date(1980, 3, 4)  # of `someone(3)`
PHONE = "0912345678"
MEMBER = {Way.NUMBER: "99000003", Way.PHONE: PHONE, Way.CONTACT: PHONE}
NOBODY = {Way.NUMBER: "99999999", Way.PHONE: "0999999999", Way.CONTACT: "0999999999"}


def stock(tx: Tx) -> int:
    import_roster(tx, roster_of([someone(1, "Lê Bí Thư", post="Bí thư chi bộ"), someone(3, "Lê Thường")]))
    found = queries.member_by_card(tx, "99000003")
    assert found is not None
    tx.run(
        update(tables.members)
        .where(tables.members.c.id == found.id)
        .values(
            phone_hash=tx.vault.hash("members.phone", PHONE), dossier_hash=dossier_hash(tx.vault, "123456ABC")
        )
    )
    return found.id


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('guess')}/t.db")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def replies(said: list[object]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (each.heading, each.text, tuple(choice.label for choice in each.choices))
        for each in said
        if isinstance(each, Say)
    ]


def through_the_dialog(
    tx: Tx, channel: str, way: Way, key: str, born: date
) -> list[tuple[str, str, tuple[str, ...]]]:
    """What user "u" reads from /xacthuc to the end."""
    router, where = make_router(), Address(channel, "u", "u")
    said = []
    words = ["/xacthuc", "1"]
    if way == Way.SLIP:
        words += [key]
    else:
        offered = [each for each in WAYS if each != Way.SLIP and channel in WAYS[each].channels]
        order = [Way.CONTACT, Way.NUMBER, Way.PHONE, Way.HAND]
        at = [each for each in order if each in offered].index(way) + 1
        words += ["tôi không có phiếu", str(at)]
        if way != Way.CONTACT:
            words += [key]
    for text in words:
        said += router.handle(TextSent(where, tx.now, text), tx)
    if way == Way.CONTACT:
        said += router.handle(ContactShared(where, tx.now, key, own=True), tx)
    said += router.handle(TextSent(where, tx.now, f"{born:%d/%m/%Y}"), tx)
    return replies(said)


@pytest.mark.parametrize("earlier", range(7))
@pytest.mark.parametrize("before", ["right", "wrong"])
def test_a_claim_by_phone_never_tells_who_is_a_member(
    place: Engine, vault: Vault, earlier: int, before: str
) -> None:
    """A friend knows phone and birth date: right and wrong read alike, whatever was tried before."""
    heard = []
    for key in (MEMBER[Way.PHONE], NOBODY[Way.PHONE]):
        with place.connect() as conn:
            transaction = conn.begin()
            tx = Tx(conn, now(), vault)
            stock(tx)
            for _time in range(earlier):
                tried = MEMBER[Way.PHONE] if before == "right" else NOBODY[Way.PHONE]
                verify(tx, Place("zalo_oa", "u", "u"), Claim(Way.PHONE, tried), BORN)
            heard.append([through_the_dialog(tx, "zalo_oa", Way.PHONE, key, BORN) for _again in range(2)])
            transaction.rollback()
    assert heard[0] == heard[1]
    assert ("tạm khóa" in str(heard[0][1][-1])) == (earlier >= LIMITS.tries - 1)


def test_the_same_claim_asks_the_branch_once_a_day_and_counts_each_time(tx: Tx) -> None:
    stock(tx)
    claim, where = Claim(Way.PHONE, MEMBER[Way.PHONE]), Place("zalo_oa", "u", "u")
    outcomes = [verify(tx, where, claim, BORN) for _time in range(LIMITS.tries + 1)]
    assert [each.result for each in outcomes] == [Result.PENDING] * LIMITS.tries + [Result.LOCKED]
    assert [each.account is not None for each in outcomes] == [True] + [False] * LIMITS.tries
    tx.now += LIMITS.lock + timedelta(minutes=1)
    assert verify(tx, where, claim, BORN).account is not None  # the next day it is asked again


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    way=st.sampled_from([Way.SLIP, Way.NUMBER, Way.PHONE, Way.CONTACT]),
    born=st.dates(date(1930, 1, 1), date(2005, 1, 1)).filter(lambda day: day.year != BORN.year),
    earlier=st.integers(0, 6),
)
def test_no_such_member_and_wrong_date_cannot_be_told_apart(
    place: Engine, vault: Vault, way: Way, born: date, earlier: int
) -> None:
    """Through the whole dialog: texts, choices, and the number and kind of database statements."""
    channel = "telegram" if way == Way.CONTACT else "zalo_oa"
    heard = {}
    with statements(place) as seen:
        for known in (True, False):
            with place.connect() as conn:
                transaction = conn.begin()
                tx = Tx(conn, now(), vault)
                member_id = stock(tx)
                codes = {True: make_slip(tx, member_id, None), False: with_check_digit("00000000")}
                key = codes[known] if way == Way.SLIP else (MEMBER if known else NOBODY)[way]
                for _time in range(earlier):
                    verify(tx, Place(channel, "u", "u"), Claim(way, key), born)
                seen.clear()
                said = through_the_dialog(tx, channel, way, key, born)
                shown = [(h, t.replace(codes[known], "…"), c) for h, t, c in said]
                heard[known] = shown, [sql for sql, _values in seen]
                transaction.rollback()
    assert heard[True][0] == heard[False][0]
    assert heard[True][1] == heard[False][1]
    assert len(heard[True][1]) > 10


def test_ten_thousand_guesses_from_a_hundred_accounts(tmp_path: Path, vault: Vault) -> None:
    """They end locked, told and without a link; a restart forgets nothing; the member still gets in."""
    url = f"sqlite:///{tmp_path}/t.db"
    engine = make_engine(url)
    metadata.create_all(engine)
    with engine.begin() as conn:
        tx = Tx(conn, now().replace(minute=0), vault)  # the first 500 guesses fall into one hour
        member_id = stock(tx)
        slip = make_slip(tx, member_id, None)
        outcomes: dict[Result, int] = {}
        day = date(1930, 1, 1)
        for guess in range(10_000):
            who = f"attacker-{guess % 100}"
            born = BORN if guess == 9_999 else day + timedelta(days=guess)  # the last one would be right
            way = (Way.NUMBER, Way.PHONE)[guess // 100 % 2]
            outcome = verify(tx, Place("zalo_oa", who, who), Claim(way, MEMBER[way]), born)
            outcomes[outcome.result] = outcomes.get(outcome.result, 0) + 1
            assert outcome.account is None
            tx.now += timedelta(seconds=5)
        # Above 300 an hour an account that has failed is put off; after five failures each is locked.
        assert set(outcomes) == {Result.FAILED, Result.LOCKED, Result.BUSY}
        assert (
            100 * (LIMITS.tries - 1) <= outcomes[Result.FAILED] <= 100 * LIMITS.tries
        )  # a phone's fifth does not tell
        assert untold_locks(tx) == [member_id]
        assert untold_locks(tx) == []  # told once
        assert tx.value(select(tables.accounts.c.id)) is None
        later = tx.now
    engine.dispose()

    engine = make_engine(url)  # a restart
    with engine.begin() as conn:
        tx = Tx(conn, later, vault)
        claim = Claim(Way.NUMBER, MEMBER[Way.NUMBER])
        fresh = Place("zalo_oa", "another", "another")
        assert verify(tx, fresh, claim, BORN).result is Result.FAILED  # the member's numbers are locked
        assert verify(tx, Place("zalo_oa", "attacker-1", "a1"), claim, BORN).result is Result.LOCKED
        # The slip in the member's hand still works, in this very hour …
        mine = Place("zalo_oa", "member", "member")
        assert verify(tx, mine, Claim(Way.SLIP, slip), BORN).result is Result.LINKED
        # … and so does the officer's hand.
        secretary = queries.secretary_of(tx, queries.find_organisations(tx, "Chi bộ Một")[0].id)
        code = linking.request_code(tx, Place("telegram", "member", "member"))
        assert linking.link_by_hand(tx, code, member_id, secretary).account.member_id == member_id
    engine.dispose()


def test_guesses_at_numbers_do_not_lock_the_slip_and_the_other_way_round(tx: Tx) -> None:
    member_id = stock(tx)
    slip = make_slip(tx, member_id, None)
    for guess in range(5):
        verify(tx, Place("zalo_oa", f"a{guess}", "a"), Claim(Way.SLIP, slip), date(1930, 1, 1))
    assert untold_locks(tx) == [member_id]
    claim = Claim(Way.NUMBER, MEMBER[Way.NUMBER])
    assert verify(tx, Place("zalo_oa", "m1", "m1"), claim, BORN).result is Result.PENDING
    assert verify(tx, Place("zalo_oa", "m2", "m2"), Claim(Way.SLIP, slip), BORN).result is Result.FAILED


def test_a_lock_runs_out_and_is_told_again_when_it_falls_again(tx: Tx) -> None:
    member_id = stock(tx)
    claim = Claim(Way.NUMBER, MEMBER[Way.NUMBER])
    for _round in range(2):
        for guess in range(5):
            verify(tx, Place("zalo_oa", f"a{_round}{guess}", "a"), claim, date(1930, 1, 1))
        assert untold_locks(tx) == [member_id]
        tx.now += timedelta(hours=25)
    assert verify(tx, Place("zalo_oa", "m", "m"), claim, BORN).result is Result.PENDING


def test_a_way_that_a_channel_does_not_have_fails_like_any_other(tx: Tx) -> None:
    stock(tx)
    for way, channel in ((Way.PHONE, "telegram"), (Way.CONTACT, "zalo_oa")):
        outcome = verify(tx, Place(channel, "m", "m"), Claim(way, PHONE), BORN)
        assert outcome.result is Result.FAILED


def test_two_members_with_one_phone_are_told_apart_by_birth_date(tx: Tx) -> None:
    member_id = stock(tx)
    other = queries.member_by_card(tx, "99000001")
    assert other is not None
    hashed = tx.vault.hash("members.phone", PHONE)
    tx.run(update(tables.members).where(tables.members.c.id == other.id).values(phone_hash=hashed))
    outcome = verify(tx, Place("telegram", "m", "m"), Claim(Way.CONTACT, "+84 912 345 678"), BORN)
    assert outcome.account is not None
    assert outcome.account.member_id == member_id


def test_a_code_for_an_officer_ends_and_works_once(tx: Tx) -> None:
    member_id = stock(tx)
    mine = Place("telegram", "m", "m")
    old = linking.request_code(tx, mine)
    new = linking.request_code(tx, mine)
    with pytest.raises(LookupError):
        linking.link_by_hand(tx, old, member_id, None)
    linking.link_by_hand(tx, new, member_id, None)
    with pytest.raises(LookupError):
        linking.link_by_hand(tx, new, member_id, None)
    late = linking.request_code(tx, Place("telegram", "n", "n"))
    tx.now += timedelta(minutes=linking.REQUEST_MINUTES, seconds=1)
    assert linking.requested(tx, late) is None
