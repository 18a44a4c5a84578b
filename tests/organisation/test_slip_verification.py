from datetime import date, timedelta
from pathlib import Path

import pytest
from hearing import statements
from organisation_doubles import Begin, roster_of, someone
from sqlalchemy import Engine, select

from bot.clock import now
from bot.organisation import accounts, queries
from bot.organisation.linking import approve_link, approvers, refuse_link
from bot.organisation.models import NotAllowed, Outcome, Purpose, Result
from bot.organisation.roster_import import import_roster
from bot.organisation.rules import with_check_digit
from bot.organisation.verification import LIMITS, Limits, forget_attempts, make_slip, verify_by_slip
from bot.store.engine import make_engine
from bot.store.tables import organisation as tables
from bot.store.tables.audit import audit
from bot.store.tx import Tx
from bot.store.vault import Vault

BORN = date(1980, 3, 4)  # of `someone(3)`
WRONG = date(1981, 3, 4)


def stock(tx: Tx) -> Tx:
    """Four members: a secretary, a deputy, an ordinary one (3) and one known by birth year only (4)."""
    import_roster(
        tx,
        roster_of(
            [
                someone(1, "Lê Bí Thư", post="Bí thư chi bộ"),
                someone(2, "Lê Phó", post="Phó bí thư"),
                someone(3, "Lê Thường"),
                someone(4, "Lê Lão", born="1940"),
            ]
        ),
    )
    return tx


@pytest.fixture
def branch(tx: Tx) -> Tx:
    return stock(tx)


def who(tx: Tx, number: int) -> int:
    found = queries.member_by_card(tx, f"99{number:06d}")
    assert found is not None
    return found.id


def attempt(
    tx: Tx, code: str, born: date = BORN, user: str = "u1", limits: Limits = LIMITS, channel: str = "telegram"
) -> Outcome:
    return verify_by_slip(tx, channel, user, user, code, born, limits)


def later(tx: Tx, by: timedelta) -> None:
    tx.now = tx.now + by


def test_slip_and_birth_date_link_the_account(branch: Tx) -> None:
    accounts.record_answers(branch, "telegram", "u1", "1", {Purpose.VERIFY: True})
    code = make_slip(branch, who(branch, 3), None)
    typed = f"{code[:3]} {code[3:6]}-{code[6:]}"
    outcome = attempt(branch, typed)
    assert outcome.result is Result.LINKED
    found = queries.account_of(branch, "telegram", "u1")
    assert found == outcome.account
    assert found is not None
    assert found.member_id == who(branch, 3)
    assert branch.value(select(tables.consents.c.member_id)) == who(branch, 3)
    assert attempt(branch, code).result is Result.ALREADY
    assert attempt(branch, code, user="u2").result is Result.FAILED


def test_a_slip_is_kept_as_a_hash_only(begin: Begin, tmp_path: Path) -> None:
    with begin() as tx:
        code = make_slip(stock(tx), who(tx, 3), None)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("t.db*"))
    assert b"active" in raw  # the scan sees what is in clear
    assert code.encode() not in raw


def test_who_is_known_by_birth_year_only_gives_any_date_of_it(branch: Tx) -> None:
    code = make_slip(branch, who(branch, 4), None)
    assert attempt(branch, code, date(1941, 1, 1)).result is Result.FAILED
    assert attempt(branch, code, date(1940, 7, 9)).result is Result.LINKED


def test_the_right_year_alone_is_not_enough(branch: Tx) -> None:
    code = make_slip(branch, who(branch, 3), None)
    assert attempt(branch, code, date(1980, 1, 1)).result is Result.FAILED


def test_a_new_slip_ends_the_old_one(branch: Tx) -> None:
    old = make_slip(branch, who(branch, 3), None)
    new = make_slip(branch, who(branch, 3), None)
    assert attempt(branch, old).result is Result.FAILED
    assert attempt(branch, new).result is Result.LINKED


def test_only_who_may_makes_slips(branch: Tx) -> None:
    assert make_slip(branch, who(branch, 3), who(branch, 1))
    with pytest.raises(NotAllowed):
        make_slip(branch, who(branch, 1), who(branch, 3))


def test_every_cause_of_failure_looks_the_same(branch: Tx, engine: Engine) -> None:
    """The answer, and the number and kind of database statements, tell nothing about the cause."""
    member_id = who(branch, 3)
    used = make_slip(branch, member_id, None)
    assert attempt(branch, used, user="other").result is Result.LINKED
    expired = make_slip(branch, who(branch, 1), None, days=0)
    revoked = make_slip(branch, who(branch, 2), None)
    good = make_slip(branch, who(branch, 2), None)
    left = make_slip(branch, who(branch, 4), None)
    branch.run(
        tables.members.update().where(tables.members.c.id == who(branch, 4)).values(standing="transferred")
    )
    later(branch, timedelta(seconds=1))
    cases = {
        "unknown": (with_check_digit("00000000"), BORN),
        "no code at all": ("xin chào", BORN),
        "used": (used, BORN),
        "expired": (expired, date(1980, 3, 2)),
        "revoked": (revoked, date(1980, 3, 3)),
        "wrong date": (good, WRONG),
        "left": (left, date(1940, 1, 1)),
    }
    heard: dict[str, tuple[Outcome, list[str]]] = {}
    for case, (code, born) in cases.items():
        with statements(engine) as seen:
            outcome = attempt(branch, code, born, user=case)
        heard[case] = outcome, [statement for statement, _values in seen]
    first = heard["unknown"]
    assert first[0] == Outcome(Result.FAILED, None, 4)
    assert len(first[1]) == 7
    assert {case: value for case, value in heard.items() if value != first} == {}


def test_five_failures_lock_for_a_day_and_survive_a_restart(
    begin: Begin, engine: Engine, tmp_path: Path, vault: Vault
) -> None:
    with begin() as tx:
        code = make_slip(stock(tx), who(tx, 3), None)
        results = [attempt(tx, "000 000 001").result for _ in range(5)]
    assert results == [Result.FAILED] * 4 + [Result.LOCKED]
    engine.dispose()
    reopened = make_engine(f"sqlite:///{tmp_path}/t.db")
    with reopened.begin() as conn:
        again = Tx(conn, now(), vault)
        assert attempt(again, code).result is Result.LOCKED
        assert attempt(again, code, user="somebody else").result is Result.LINKED
        assert "verification_locked" in {row.action for row in again.rows(select(audit))}
        later(again, timedelta(hours=24, seconds=1))
        assert attempt(again, code) == Outcome(Result.FAILED, None, 4)
    reopened.dispose()


def test_a_slip_tried_with_wrong_dates_from_many_accounts_locks_until_a_new_one(branch: Tx) -> None:
    code = make_slip(branch, who(branch, 3), None)
    for user in range(5):
        assert attempt(branch, code, WRONG, user=f"a{user}").result is Result.FAILED
    assert attempt(branch, code).result is Result.FAILED
    assert attempt(branch, make_slip(branch, who(branch, 3), who(branch, 1))).result is Result.LINKED


def test_unknown_codes_lock_no_member(branch: Tx) -> None:
    for user in range(20):
        attempt(branch, "000 000 000", user=f"a{user}")
    assert attempt(branch, make_slip(branch, who(branch, 3), None)).result is Result.LINKED


def test_old_counts_are_forgotten_but_no_running_lock(branch: Tx) -> None:
    for _ in range(5):
        attempt(branch, "1")
    attempt(branch, "1", user="u2")
    later(branch, timedelta(hours=2))
    forget_attempts(branch, branch.now_ms)
    left = {(row.scope, row.subject) for row in branch.rows(select(tables.attempts))}
    assert left == {("account", "telegram:u1"), ("member", "0")}


def test_above_the_hourly_limit_only_first_attempts_are_decided(branch: Tx) -> None:
    """A flood from throw-away accounts keeps nobody out who holds a slip, and gives a guesser one try."""
    limits = Limits(failures_per_hour=3)
    code = make_slip(branch, who(branch, 3), None)
    for user in range(3):
        attempt(branch, "1", user=f"a{user}", limits=limits)
    assert attempt(branch, code, user="a0", limits=limits).result is Result.BUSY
    assert attempt(branch, code, WRONG, limits=limits).result is Result.FAILED
    assert attempt(branch, code, limits=limits).result is Result.BUSY
    assert attempt(branch, code, user="another", limits=limits).result is Result.LINKED
    later(branch, timedelta(hours=1))
    code = make_slip(branch, who(branch, 1), None)
    assert attempt(branch, code, date(1980, 3, 2), user="a0", limits=limits).result is Result.LINKED


def second_account(tx: Tx) -> int:
    assert attempt(tx, make_slip(tx, who(tx, 3), None), user="old").result is Result.LINKED
    outcome = attempt(tx, make_slip(tx, who(tx, 3), None), user="new")
    assert outcome.result is Result.PENDING
    assert outcome.account is not None
    return outcome.account.id


def test_a_second_account_waits_and_the_first_goes_on(branch: Tx) -> None:
    waiting = second_account(branch)
    assert queries.account_of(branch, "telegram", "new") is None
    assert queries.account_of(branch, "telegram", "old") is not None
    home = queries.ancestors(branch, queries.organisation_tree(branch)[-1].id)[0]
    assert [each.id for each in queries.pending_links(branch, [home])] == [waiting]
    assert approvers(branch, who(branch, 3)) == [who(branch, 1), who(branch, 2)]


def test_another_channel_needs_no_approval(branch: Tx) -> None:
    attempt(branch, make_slip(branch, who(branch, 3), None))
    outcome = attempt(branch, make_slip(branch, who(branch, 3), None), user="z", channel="zalo_oa")
    assert outcome.result is Result.LINKED
    assert len(queries.accounts_of_member(branch, who(branch, 3))) == 2


def test_approval_replaces_the_first_account(branch: Tx) -> None:
    decision = approve_link(branch, second_account(branch), who(branch, 1))
    assert decision.replaced is not None
    assert decision.replaced.user_id == "old"
    assert queries.account_of(branch, "telegram", "old") is None
    assert queries.account_of(branch, "telegram", "new") == decision.account
    with pytest.raises(LookupError):
        approve_link(branch, decision.account.id, who(branch, 1))


def test_refusal_leaves_the_first_account(branch: Tx) -> None:
    decision = refuse_link(branch, second_account(branch), who(branch, 2))
    assert decision.replaced is not None
    assert queries.account_of(branch, "telegram", "old") is not None
    assert queries.account_of(branch, "telegram", "new") is None


def test_nobody_without_the_right_approves_and_nobody_their_own(branch: Tx) -> None:
    waiting = second_account(branch)
    with pytest.raises(NotAllowed):
        approve_link(branch, waiting, who(branch, 4))
    secretary = who(branch, 1)
    attempt(branch, make_slip(branch, secretary, None), date(1980, 3, 2), user="s1")
    own = attempt(branch, make_slip(branch, secretary, None), date(1980, 3, 2), user="s2").account
    assert own is not None
    with pytest.raises(NotAllowed):
        approve_link(branch, own.id, secretary)
    assert approvers(branch, secretary) == [who(branch, 2)]


def test_withdrawing_closes_the_account_and_is_known(branch: Tx) -> None:
    accounts.record_answers(branch, "telegram", "u1", "1", {Purpose.VERIFY: True})
    outcome = attempt(branch, make_slip(branch, who(branch, 3), None))
    assert outcome.account is not None
    assert queries.withdrawn(branch, [who(branch, 3)]) == set()
    accounts.withdraw(branch, outcome.account.id)
    assert queries.account_of(branch, "telegram", "u1") is None
    assert queries.withdrawn(branch, [who(branch, 3), who(branch, 4)]) == {who(branch, 3)}
    accounts.record_answers(branch, "telegram", "u1", "1", {Purpose.VERIFY: True})
    assert attempt(branch, make_slip(branch, who(branch, 3), None)).result is Result.LINKED
    assert queries.withdrawn(branch, [who(branch, 3)]) == set()


def test_blocked_and_moved_chat(branch: Tx) -> None:
    outcome = attempt(branch, make_slip(branch, who(branch, 3), None))
    assert outcome.account is not None
    accounts.mark_blocked(branch, "telegram", "u1")
    accounts.move_chat(branch, "telegram", "u1", "-100")
    found = queries.account_of(branch, "telegram", "u1")
    assert found is not None
    assert (found.blocked, found.chat_id) == (True, "-100")
    accounts.mark_unblocked(branch, "telegram", "u1")
    found = queries.account_of(branch, "telegram", "u1")
    assert found is not None
    assert not found.blocked


def test_account_of_is_one_statement_on_an_index(branch: Tx, engine: Engine) -> None:
    attempt(branch, make_slip(branch, who(branch, 3), None))
    with statements(engine) as seen:
        queries.account_of(branch, "telegram", "u1")
    assert len(seen) == 1
    statement, values = seen[0]
    plan = branch.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(values))
    words = " ".join(row[3] for row in plan)
    assert "SEARCH accounts" in words
    assert "SCAN" not in words
