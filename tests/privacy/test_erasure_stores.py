"""An erasure on both databases: nothing is left in the clear, nor behind the seals; counts stay."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from migrated import migrated
from sqlalchemy import Engine, func, select

from bot.organisation import accounts, queries
from bot.organisation.models import MembershipKind, PersonRow, Purpose, Role, Roster, Standing
from bot.organisation.personal import readmit
from bot.organisation.roster_import import import_roster
from bot.organisation.service import appoint
from bot.organisation.verification import make_slip, verify_by_slip
from bot.privacy import personal as privacy
from bot.privacy import service
from bot.privacy.models import Kind, State
from bot.rooms import ROOMS
from bot.store.engine import make_engine, truncate_wal
from bot.store.rotation import row_of, sealed_columns
from bot.store.tables import organisation as tables
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import write

BORN = date(1961, 3, 12)
VALUES = ("Lê Thị Độc Nhất", "91239999", "0987111222", "001061009999", "12/03/1961", "1961-03-12")
COLUMNS = frozenset("full_name card_number cccd phone birth_date branch standing membership".split())


def _row(number: int, name: str, card: str, phone: str, cccd: str) -> PersonRow:
    return PersonRow(
        "mẫu", number, name, "Chi bộ Mẫu", committees=("Đảng ủy Mẫu",), birth_date=BORN, card_number=card,
        phone=phone, cccd=cccd, membership=MembershipKind.OFFICIAL, standing=Standing.ACTIVE,
    )  # fmt: skip


ROSTER = Roster(
    (
        _row(2, VALUES[0], VALUES[1], VALUES[2], VALUES[3]),
        _row(3, "Ngô Văn Tổ Chức", "91230001", "0987000001", "001061000001"),
    ),
    (),
    (),
    COLUMNS,
    "mẫu",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Path]]:
    """A database with its tables, and the folder in which its bytes lie."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path}/t.db")
        migrated(engine)
        yield engine, tmp_path
        engine.dispose()
        return
    postgres = pytest.importorskip("tools.postgres")
    if why := postgres.why_not():
        pytest.skip(why)
    server = postgres.Postgres.start()
    engine = make_engine(server.database())
    yield engine, server._folder / "data"
    engine.dispose()
    server.close()


def on_disk(engine: Engine, folder: Path) -> bytes:
    """Every byte of the database, its log included, once everything is written out."""
    if engine.dialect.name == "sqlite":
        assert truncate_wal(engine)
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.exec_driver_sql("VACUUM")
            conn.exec_driver_sql("CHECKPOINT")
    found = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    assert b"Chi b\xe1\xbb\x99 M\xe1\xba\xabu" in found  # the scan sees what lies there in clear
    return found


def opened(tx: Tx) -> str:
    """Everything that lies behind the seals."""
    found = []
    for column in sealed_columns():
        parts = [each.label(f"r{n}") for n, each in enumerate(row_of(column))]
        for row in tx.rows(select(column.label("value"), *parts).where(column.is_not(None))):
            place = f"{column.table.name}.{column.name}"
            found.append(tx.vault.open(place, ":".join(map(str, row[1:])), row.value))
    return "\n".join(found)


def test_withdrawn_then_erased_then_nothing_is_left(place: tuple[Engine, Path]) -> None:
    engine, folder = place
    vault = Vault(Keys.new())

    def stock(tx: Tx) -> tuple[int, int]:
        import_roster(tx, ROSTER)
        ids = []
        for number, user in (("91239999", "u-mot-minh"), ("91230001", "officer")):
            member = queries.member_by_card(tx, number)
            assert member is not None
            accounts.record_answers(tx, "zalo_oa", user, "2", dict.fromkeys(Purpose, True))
            code = make_slip(tx, member.id, None)
            assert verify_by_slip(tx, "zalo_oa", user, user, code, BORN).account is not None
            ids.append(member.id)
        top = queries.find_organisation(tx, "Đảng ủy Mẫu")
        assert top is not None
        appoint(tx, ids[1], Role.OFFICER, top.id)
        return ids[0], ids[1]

    member_id, officer_id = write(engine, vault, stock)

    def withdraw(tx: Tx) -> None:
        account = queries.account_of(tx, "zalo_oa", "u-mot-minh")
        assert account is not None
        accounts.answer(tx, account, "2", Purpose.DIRECTIVES, agreed=False)
        assert queries.refusing(tx, [member_id], Purpose.DIRECTIVES) == {account.id}
        assert queries.refusing(tx, [member_id], Purpose.DIGEST) == set()
        request = service.ask(tx, account, Kind.ERASE)
        other = service.ask(tx, account, Kind.CORRECT, f"Số thẻ của tôi là {VALUES[1]}")
        assert any(VALUES[1] in said for _label, said in privacy.held(tx, member_id, []))
        service.extend(tx, other.id, officer_id, f"Đang hỏi lại về {VALUES[1]}")
        assert service.ask(tx, account, Kind.ERASE).id == request.id  # twice is once

    write(engine, vault, withdraw)
    assert VALUES[0] in write(engine, vault, opened)
    consented = write(engine, vault, lambda tx: tx.value(select(func.count()).select_from(tables.consents)))

    code = write(engine, vault, lambda tx: service.proof(tx, service.erase(tx, 1, officer_id, ROOMS)))
    ready = write(engine, vault, lambda tx: service.settle(tx, ROOMS))
    assert ready == [1]
    assert truncate_wal(engine)
    write(engine, vault, lambda tx: service.finish(tx, ready))
    request = write(engine, vault, lambda tx: service.known(tx, 1))
    assert request.state is State.DONE
    other = write(engine, vault, lambda tx: service.known(tx, 2))
    assert (other.state, other.words, other.reason) == (State.DONE, "", "")
    assert write(engine, vault, lambda tx: service.proof(tx, request)) == code

    behind = write(engine, vault, opened)
    assert not [value for value in VALUES[:4] if value in behind]
    contents = on_disk(engine, folder)
    for value in VALUES:
        assert value.encode() not in contents
    if engine.dialect.name == "sqlite":  # the account's id was in clear: here it is overwritten, too
        assert b"u-mot-minh" not in contents
    left = write(engine, vault, lambda tx: tx.value(select(func.count()).select_from(tables.consents)))
    assert left == consented  # anonymous counts stay
    # The next roster does not bring the person back unasked.
    held = write(engine, vault, lambda tx: import_roster(tx, ROSTER))
    assert held.counts["new"] == 0
    assert any("xóa dữ liệu" in row.reason for row in held.rows)
    assert write(engine, vault, lambda tx: readmit(tx, VALUES[1]))
    assert write(engine, vault, lambda tx: import_roster(tx, ROSTER)).counts["new"] == 1
