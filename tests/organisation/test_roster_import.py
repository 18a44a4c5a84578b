from pathlib import Path

import pytest
from organisation_doubles import Begin, roster_of, someone
from sqlalchemy import Engine, func, select

from bot.organisation import queries
from bot.organisation.adoption import adoption
from bot.organisation.models import NotAllowed, Role, Roster, RosterError, Standing, Verb
from bot.organisation.personal import forget
from bot.organisation.roster_import import import_roster, plan
from bot.organisation.service import appoint
from bot.organisation.verification import dossier_hash
from bot.store.tables.organisation import accounts, appointments, imports, members, organisations
from bot.store.tx import Tx
from bot.store.vault import Vault


def total(tx: Tx, table: object) -> int:
    return int(tx.value(select(func.count()).select_from(table)))  # type: ignore[arg-type] # any table


def branch(tx: Tx, name: str) -> int:
    found = queries.find_organisation(tx, name)
    assert found is not None
    return found.id


def five(**last: object) -> Roster:
    return roster_of(
        [*(someone(n, f"Lê Mẫu {n}") for n in range(1, 6)), someone(6, **{"name": "Lê Mẫu 6", **last})]
    )


def by_card(tx: Tx, number: int) -> int:
    found = queries.member_by_card(tx, f"99.{number:06d}")
    assert found is not None
    return found.id


def test_sample_builds_the_tree_and_everybody(tx: Tx, sample: Roster) -> None:
    planned = plan(tx, sample)
    assert total(tx, members) == 0
    report = import_roster(tx, sample)
    assert report.counts == planned.counts
    assert (report.counts["new"], report.counts["suspicious"], report.counts["errors"]) == (240, 0, 0)
    tree = queries.organisation_tree(tx)
    assert tree[0].name == "Đảng bộ Trường Đại học Mẫu"
    assert len(tree) == 16
    assert len(queries.subtree_ids(tx, tree[0].id)) == 16
    math = branch(tx, "chi bo toan co")
    assert len(queries.ancestors(tx, math)) == 3
    assert len(queries.members_of(tx, [math])) == 20
    roles = [row.role for row in tx.rows(select(appointments))]
    assert {role: roles.count(role) for role in set(roles)} == {
        "secretary": 12,
        "deputy_secretary": 12,
        "committee_member": 12,
        "officer": 2,
        "office": 1,
    }


def test_applying_the_same_file_again_changes_nothing(stocked: Tx, sample: Roster) -> None:
    before = {row.id: row for row in stocked.rows(select(members))}
    report = import_roster(stocked, sample)
    after = {row.id: row for row in stocked.rows(select(members))}
    kinds = {row.change.value for row in report.rows}
    assert kinds == {"same"}
    assert before.keys() == after.keys()
    assert all(before[each].full_name == after[each].full_name for each in before)
    assert (total(stocked, organisations), total(stocked, appointments), total(stocked, imports)) == (
        16,
        39,
        2,
    )


def test_changed_names_the_fields_and_keeps_the_id(tx: Tx) -> None:
    import_roster(tx, five())
    member_id = by_card(tx, 6)
    report = import_roster(tx, five(name="Lê Thị Mới"))
    assert report.counts["changed"] == 1
    assert "họ và tên" in report.rows[5].reason
    assert by_card(tx, 6) == member_id
    assert queries.names(tx, [member_id]) == {member_id: "Lê Thị Mới"}


def test_moved_keeps_the_id_and_loses_the_post_in_the_old_branch(tx: Tx) -> None:
    import_roster(tx, five(post="Bí thư chi bộ"))
    member_id, old = by_card(tx, 6), branch(tx, "Chi bộ Một")
    assert queries.secretary_of(tx, old) == member_id
    report = import_roster(tx, five(branch="Chi bộ Hai"))
    assert (report.counts["moved"], report.counts["left"]) == (1, 0)
    assert "Chi bộ Một" in report.rows[5].reason
    found = queries.member(tx, member_id)
    assert found is not None
    assert found.branch_id == branch(tx, "Chi bộ Hai")
    assert not queries.may(tx, member_id, Verb.SEE_NAMES, old)


def test_missing_is_flagged_not_deleted_and_comes_back(tx: Tx) -> None:
    import_roster(tx, five())
    member_id = by_card(tx, 6)
    report = import_roster(tx, roster_of([someone(n, f"Lê Mẫu {n}") for n in range(1, 6)]))
    assert report.counts["left"] == 1
    assert "Lê Mẫu 6" in report.rows[-1].reason
    found = queries.member(tx, member_id)
    assert found is not None
    assert (found.missing, found.standing) == (True, Standing.ACTIVE)
    import_roster(tx, five())
    found = queries.member(tx, member_id)
    assert found is not None
    assert not found.missing


def test_a_file_of_one_branch_says_nothing_about_others(tx: Tx) -> None:
    import_roster(tx, five(branch="Chi bộ Hai"))
    report = import_roster(tx, roster_of([someone(6, "Lê Mẫu 6", "Chi bộ Hai")]))
    assert report.counts["left"] == 0


def test_leaving_ends_account_post_and_slip_at_once(tx: Tx) -> None:
    import_roster(tx, five(post="Bí thư"))
    member_id = by_card(tx, 6)
    tx.run(
        accounts.insert().values(
            id=1,
            channel="telegram",
            user_id="7",
            chat_id="7",
            member_id=member_id,
            language="vi",
            state="active",
            linked_ms=tx.now_ms,
        )
    )
    assert queries.account_of(tx, "telegram", "7") is not None
    report = import_roster(tx, five(standing="Đã chuyển sinh hoạt"))
    assert report.counts["left"] == 1
    assert queries.account_of(tx, "telegram", "7") is None
    assert tx.value(select(accounts.c.state)) == "revoked"
    assert queries.secretary_of(tx, branch(tx, "Chi bộ Một")) is None
    assert member_id not in {each.id for each in queries.members_of(tx, [branch(tx, "Chi bộ Một")])}


def test_too_many_losses_stop_the_import(tx: Tx) -> None:
    import_roster(tx, five())
    few = roster_of([someone(1, "Lê Mẫu 1")])
    assert plan(tx, few).stopped
    with pytest.raises(RosterError, match="83,3"):
        import_roster(tx, few)
    assert import_roster(tx, few, accept_losses=True).counts["left"] == 5


def test_a_card_that_belongs_to_somebody_else_is_held(tx: Tx) -> None:
    import_roster(tx, five())
    report = import_roster(tx, five(name="Ngô Hoàn Toàn Khác", born="01/01/1990"))
    assert report.rows[5].kind == "suspicious"
    assert queries.names(tx, [by_card(tx, 6)]).popitem()[1] == "Lê Mẫu 6"
    assert report.counts["left"] == 0


def test_without_card_a_member_is_known_by_name_and_birth_in_the_branch(tx: Tx) -> None:
    import_roster(tx, five(card=None))
    report = import_roster(tx, five())
    assert (report.counts["new"], report.counts["changed"]) == (0, 1)


def test_a_dossier_number_is_kept_as_a_hash_and_recognised(tx: Tx) -> None:
    first = five(card=None, dossier="012345AB")
    import_roster(tx, first)
    row = tx.first(select(members).where(members.c.dossier_hash.isnot(None)))
    assert row is not None
    assert row.dossier_hash == dossier_hash(tx.vault, "012345AB")
    report = import_roster(tx, five(card=None, dossier="012345ab", name="Lê Thị Đổi Tên"))
    assert (report.counts["new"], report.counts["changed"]) == (0, 1)
    assert queries.names(tx, [row.id]) == {row.id: "Lê Thị Đổi Tên"}
    taken = import_roster(tx, five(card="99000005", dossier="012345AB", born="01/01/1990", name="Ai Khác"))
    assert "thuộc những người khác nhau" in taken.rows[5].reason
    forget(tx, row.id, [])
    assert (
        "đã xóa dữ liệu"
        in import_roster(tx, five(card=None, dossier="012345AB", name="Tên Khác")).rows[5].reason
    )


def test_an_empty_cell_erases_nothing(tx: Tx) -> None:
    import_roster(tx, five())
    assert import_roster(tx, five(born=None)).rows[5].change.value == "same"


def test_two_branches_of_one_name_need_a_code(tx: Tx) -> None:
    import_roster(
        tx, roster_of([someone(1, "Lê A", above="Đảng bộ X"), someone(2, "Lê B", above="Đảng bộ Y")])
    )
    report = plan(tx, roster_of([someone(3, "Lê C", above="")]))
    assert report.counts["errors"] == 1
    assert "cần thêm mã" in report.rows[0].reason


def test_a_branch_that_moves_keeps_its_history(tx: Tx) -> None:
    import_roster(tx, roster_of([someone(1, code="B1", above="Đảng bộ X"), someone(2, "Lê B", "Chi bộ Hai")]))
    old, node = branch(tx, "Đảng bộ X"), branch(tx, "B1")
    earlier = tx.now_ms
    tx.now = tx.now.replace(year=tx.now.year + 1)
    import_roster(tx, roster_of([someone(1, code="B1", above="Đảng bộ Y")]))
    assert node not in queries.subtree_ids(tx, old)
    assert node in queries.subtree_ids(tx, old, earlier)
    assert node in queries.subtree_ids(tx, branch(tx, "Đảng bộ Y"))


def test_rights_are_role_times_subtree_times_date(stocked: Tx) -> None:
    math, top = branch(stocked, "Chi bộ Toán - Cơ"), branch(stocked, "Đảng bộ Trường Đại học Mẫu")
    unit = branch(stocked, "Đảng bộ Khoa Tự nhiên")
    history = branch(stocked, "Chi bộ Lịch sử")
    secretary = queries.secretary_of(stocked, math)
    assert secretary is not None
    assert queries.may(stocked, secretary, Verb.SEND_DIRECTIVE, math)
    assert not queries.may(stocked, secretary, Verb.SEND_DIRECTIVE, unit)
    assert not queries.may(stocked, secretary, Verb.SEND_DIRECTIVE, history)
    assert not queries.may(stocked, secretary, Verb.IMPORT_ROSTER, math)
    assert queries.scope(stocked, secretary, Verb.SEE_STATUS) == {math}
    officer = queries.who_may(stocked, Verb.IMPORT_ROSTER, top)[0]
    assert queries.may(stocked, officer, Verb.IMPORT_ROSTER, history)
    assert len(queries.scope(stocked, officer, Verb.SEE_NAMES)) == 16
    assert queries.who_may(stocked, Verb.APPROVE_LINK, math)[0] == secretary
    ordinary = queries.members_of(stocked, [history])[10].id
    day = 86_400_000
    appoint(
        stocked,
        ordinary,
        Role.SECRETARY,
        unit,
        from_ms=stocked.now_ms + day,
        until_ms=stocked.now_ms + 2 * day,
    )
    allowed = []
    for _step in range(3):
        allowed.append(queries.may(stocked, ordinary, Verb.REMIND, math))
        stocked.now = stocked.now.fromtimestamp((stocked.now_ms + day) / 1000, stocked.now.tzinfo)
    assert allowed == [False, True, False]


def test_an_officer_imports_only_below_their_post(stocked: Tx, sample: Roster) -> None:
    unit, history = branch(stocked, "Đảng bộ Khoa Nhân văn"), branch(stocked, "Chi bộ Lịch sử")
    officer = queries.members_of(stocked, [history])[10].id
    appoint(stocked, officer, Role.OFFICER, unit)
    own = Roster(
        tuple(p for p in sample.people if p.branch == "Chi bộ Lịch sử"),
        (),
        (),
        sample.columns,
        sample.file_hash,
    )
    assert import_roster(stocked, own, by=officer).counts["members"] == 20
    with pytest.raises(NotAllowed):
        plan(stocked, sample, by=officer)
    with pytest.raises(NotAllowed):
        plan(stocked, roster_of([someone(900, branch="Chi bộ Lạ", above="Đảng bộ Lạ")]), by=officer)
    higher = roster_of(
        [someone(900, branch="Chi bộ Lịch sử", above="", post="Cán bộ Ban Tổ chức", code="99.001.005")]
    )
    with pytest.raises(NotAllowed):
        plan(stocked, higher, by=officer)


def test_adoption_leaves_out_exempt_members_and_visitors(stocked: Tx) -> None:
    math = branch(stocked, "Chi bộ Toán - Cơ")
    listed = queries.members_of(stocked, [math])
    for number, each in enumerate((listed[0], listed[18])):  # an active and an exempt one
        stocked.run(
            accounts.insert().values(
                id=number + 1,
                channel="telegram",
                user_id=str(number),
                chat_id=str(number),
                member_id=each.id,
                language="vi",
                state="active",
                linked_ms=stocked.now_ms,
            )
        )
    figures = adoption(stocked, math)
    assert [(f.verified, f.must_use) for f in figures] == [(1, 17)]


def test_the_file_holds_no_name_phone_card_or_id_number(
    begin: Begin, engine: Engine, sample: Roster, tmp_path: Path, vault: Vault
) -> None:
    with begin() as tx:
        import_roster(tx, sample)
        assert queries.names(tx, [by_card(tx, 1)])  # readable with the keys
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("t.db*"))
    assert "Chi bộ Toán".encode() in raw  # the scan sees what is in clear
    for person in sample.people:
        for value in (person.full_name, person.card_number, person.cccd, person.phone, person.birth):
            assert value is None or value.encode() not in raw
