"""What an administrator reads when a command cannot: one sentence that says what to do, never a traceback."""

import asyncio
import errno
import socket
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot import cli_errors, testing
from bot.app import App
from bot.channels.telegram.joining import join
from bot.chat.errors import NotAccepted, Rejected, TokenExpired, Unavailable
from bot.chat.replies import Say
from bot.cli import cli
from bot.delivery import outbox
from bot.directives.gate.models import RELEASABLE
from bot.privacy.travel import Cargo
from bot.sandbox.server import start
from bot.settings import _ABROAD, _MARKS, Settings, example
from bot.store.engine import AddressWrong, make_engine
from bot.store.installation import open_store
from bot.store.migrate import DatabaseNewer, migrate
from bot.store.vault import Keys, NoKeyFile
from bot.store.writer import write
from bot.testing import Person

SAMPLES = Path(cli_errors.__file__).parent / "sample"


@pytest.fixture
def sotay(tmp_path, monkeypatch, capfd):
    """Runs a command as `main` does, in an empty folder; its exit code and all it printed."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SOTAY_{name.upper()}", raising=False)
    monkeypatch.setattr(cli_errors._screen, "_file", None)
    monkeypatch.setattr("bot.cli.configure", lambda **_how: None)  # later tests log elsewhere

    def run(*words, **settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"SOTAY_{name.upper()}", value)
        code = cli_errors.run(lambda standalone_mode: cli(words, "sotay", standalone_mode=standalone_mode))
        for name in settings:
            monkeypatch.delenv(f"SOTAY_{name.upper()}")
        out, err = capfd.readouterr()
        return code, out + err

    return run


@pytest.fixture
def installed(sotay):
    """The same, with keys and the sample roster."""
    assert sotay("keys", "init")[0] == 0
    assert sotay("roster", "import", str(SAMPLES / "roster.xlsx"), "--yes")[0] == 0
    return sotay


def test_every_setting_may_stand_in_env_as_the_example_has_it(sotay, tmp_path):
    (tmp_path / ".env").write_text(example().replace("# SOTAY_", "SOTAY_"), encoding="utf-8")
    assert Settings() == Settings(_env_file=None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen_port", "abc"),
        ("listen_port", "99999"),
        ("telegram_mode", "push"),
        ("quiet_hours", "21h-6h"),
        ("digest_hour", "25:00"),
        ("digest_hour", "10:00"),
        ("digest_preview", "x"),
        ("abroad_may_carry", "everything"),
        ("gate_allow_telegram", "secret"),
        ("telegram_api", "api.telegram.org"),
        ("telegram_secret", "có dấu"),
        ("inbox_keep_days", "-5"),
        ("public_url", "sotay.example.vn"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_its_value_is_not_shown(sotay, name, value):
    code, said = sotay("doctor", **{name: value})
    assert code == 2
    assert said.startswith(f"Thiết lập chưa đúng: SOTAY_{name.upper()}. Hãy sửa trong .env")
    if name == "telegram_secret":
        assert value not in said


def test_the_words_of_settings_are_those_of_the_rooms():
    assert set(_ABROAD) == {str(each) for each in Cargo}
    assert set(_MARKS) == {str(each) for each in RELEASABLE}


@pytest.mark.parametrize("quiet", ["", "21:00-06:00", "21:00 - 06:00"])
def test_quiet_hours_as_people_write_them(quiet):
    assert Settings(_env_file=None, quiet_hours=quiet).quiet_hours == quiet


def test_an_env_file_in_another_encoding(sotay, tmp_path):
    (tmp_path / ".env").write_bytes("SOTAY_DPO_CONTACT=Đảng ủy".encode("utf-16"))
    code, said = sotay("doctor")
    assert (code, said.splitlines()) == (
        2,
        ["Tệp .env không phải UTF-8. Hãy mở bằng trình soạn thảo và lưu lại ở dạng UTF-8."],
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"\xff\xfe",
        b'{"sealing": {}, "hashing": "eA=="}',
        b'{"sealing": {"1": "eA=="}, "hashing": "eA=="}',
    ],
)
def test_a_broken_key_file(sotay, tmp_path, content):
    path = tmp_path / "k.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(NoKeyFile):
        Keys.read(path)
    code, said = sotay("doctor", keys_file="k.json")
    assert code == 2
    assert said.startswith("Tệp khóa k.json bị hỏng")


def test_keys_others_may_read_and_a_folder_in_their_place(sotay, tmp_path):
    assert sotay("keys", "init")[0] == 0
    (tmp_path / "var/keys.json").chmod(0o644)
    assert sotay("doctor") == (2, "Tệp khóa đang để người khác đọc được. Hãy chạy: chmod 600 var/keys.json\n")
    (tmp_path / "folder").mkdir(mode=0o700)
    assert sotay("doctor", keys_file="folder") == (2, "folder không phải là tệp. Hãy xem lại đường dẫn.\n")


def test_a_backup_of_keys_makes_no_folder_in_the_place_of_a_stick(sotay, tmp_path):
    assert sotay("keys", "init")[0] == 0
    code, said = sotay("keys", "backup", str(tmp_path / "stick" / "keys.json"))
    assert code == 2
    assert "Ổ ngoài đã được gắn chưa?" in said
    assert not (tmp_path / "stick").exists()


def test_a_key_file_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("bot.store.vault.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Keys.new().write(tmp_path / "keys.json")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("url", ["garbage", "mysql://a/b", "postgresql+psycopg://127.0.0.1:port/x"])
def test_a_database_address_that_is_none(sotay, url):
    with pytest.raises(AddressWrong):
        make_engine(url)
    assert sotay("keys", "init")[0] == 0
    code, said = sotay("doctor", database_url=url)
    assert code == 2
    assert said.startswith("SOTAY_DATABASE_URL chưa đúng.")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://sotay:p@SECRET/x@127.0.0.1/sotay",
        "postgresql+psycopg://sotay:p@SECRET@127.0.0.1/sotay",
        "sqlite+SECRET:///x",
        "postgresql+psycopg://127.0.0.1/sotay?SECRET=1",
    ],
)
def test_no_part_of_an_address_is_shown(sotay, url):
    assert sotay("keys", "init")[0] == 0
    code, said = sotay("doctor", database_url=url)
    assert code == 2
    assert said.startswith("SOTAY_DATABASE_URL chưa đúng.")
    assert "SECRET" not in said


def test_a_database_of_a_newer_version_is_left_alone(sotay, tmp_path):
    assert sotay("keys", "init")[0] == 0
    engine, _vault = open_store(f"sqlite:///{tmp_path}/var/sotay.db", tmp_path / "var/keys.json")
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseNewer, match="9999"):
        migrate(engine)
    code, said = sotay("doctor")
    assert code == 2
    assert said.startswith("Cơ sở dữ liệu này của bản mới hơn")


def test_what_is_no_database(sotay, tmp_path):
    assert sotay("keys", "init")[0] == 0
    (tmp_path / "var/sotay.db").write_bytes(b"no database at all" * 100)
    code, said = sotay("doctor")
    assert code == 2
    assert said.startswith("Tệp sotay.db không phải cơ sở dữ liệu.")


@pytest.mark.parametrize(
    ("name", "words"),
    [("SQLITE_FULL", "Đĩa đã đầy"), ("SQLITE_BUSY_SNAPSHOT", "đang bận"), ("SQLITE_READONLY", "quyền")],
)
def test_what_sqlite_says_is_said_in_words(name, words):
    error = sqlite3.OperationalError("as the library says it")
    error.sqlite_errorname = name
    lines = cli_errors.explain(OperationalError("INSERT 'Nguyễn Văn An'", {}, error))
    assert lines is not None
    assert words in lines[0]
    assert lines[1:] == ["as the library says it"]  # never the statement: it may hold values


def test_a_fault_of_ours_keeps_its_traceback():
    assert cli_errors.explain(KeyError("x")) is None
    assert cli_errors.explain(ValueError("x")) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("foo",), "Chưa hiểu dòng lệnh này.\nNo such command 'foo'."),
        (("privacy", "refuse", "1"), "Còn thiếu reason.\nXem cách dùng: sotay privacy refuse --help"),
        (("slips", "make", "--foo"), "Không có tùy chọn --foo."),
        (("slips", "make", "--card", "1", "--days", "0"), "Giá trị của --days chưa đúng."),
        (("understand", "--file", "none.txt"), "Không tìm thấy tệp hoặc thư mục none.txt."),
        (("policy", "ask", "--file", "none.txt"), "Không tìm thấy tệp hoặc thư mục none.txt."),
        (("policy", "approve"), "Hãy cho mã trong sotay policy list"),
        (("policy", "eval", "questions"), "Bộ câu hỏi trong questions chưa đúng dạng"),
        (("news", "set", "x"), "Hãy cho --hour, --preview hoặc --silence."),
        (("sandbox", "--port", "70000"), "Giá trị của --port chưa đúng."),
        (("run",), "Chưa cấu hình kênh nào"),
    ],
)
def test_a_command_line_that_cannot_be(sotay, tmp_path, words, said, monkeypatch):
    monkeypatch.setattr("sys.argv", ["sotay"])
    (tmp_path / "questions").mkdir()
    for name in ("corpus", "queries", "no_answer"):
        (tmp_path / f"questions/{name}.jsonl").write_text("{}\n")
    code, shown = sotay(*words)
    assert code == 2
    assert shown.startswith(said)


def test_a_day_that_does_not_exist(sotay, tmp_path):
    code, said = sotay(
        "directive", "send", str(SAMPLES / "52-KH-DU.pdf"), "--number", "52-KH/ĐU", "--date", "31/02/2026",
        "--title", "x", "--to", "x", "--as", "1",
    )  # fmt: skip
    assert code == 2
    assert said.startswith("--date: không có ngày này trong lịch")


def test_run_names_the_secret_that_is_missing(sotay):
    assert sotay("keys", "init")[0] == 0
    code, said = sotay("run", telegram_token="1:x", telegram_mode="webhook", zalo_oa_app_id="7")
    assert code == 2
    assert "Còn thiếu thiết lập: SOTAY_TELEGRAM_SECRET, SOTAY_ZALO_OA_SECRET_KEY." in said


# Nothing is done by halves


def test_slips_are_not_made_when_their_sheet_cannot_be_written(installed, tmp_path, monkeypatch):
    made = installed("slips", "make", "--card", "99000021", "--json")[1]
    assert '"code"' in made

    def full(self, _data):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    engine, vault = open_store(f"sqlite:///{tmp_path}/var/sotay.db", tmp_path / "var/keys.json")

    def codes():
        return write(
            engine, vault, lambda tx: tx.conn.exec_driver_sql("SELECT * FROM slips ORDER BY id").all()
        )

    before = codes()
    code, said = installed("slips", "make", "--card", "99000021", "--pdf", str(tmp_path / "no/such.pdf"))
    assert (code, said) == (2, f"Không tìm thấy tệp hoặc thư mục {tmp_path}/no/such.pdf.\n")
    with monkeypatch.context() as disk:
        disk.setattr("bot.cli_people.Path.write_bytes", full)
        code, said = installed("slips", "make", "--card", "99000021", "--pdf", "s.pdf")
    assert (code, said) == (2, "Đĩa đã đầy. Hãy dọn đĩa rồi chạy lại.\n")
    assert not (tmp_path / "s.pdf").exists()
    assert codes() == before
    assert installed("slips", "make", "--card", "99000021", "--pdf", "s.pdf")[0] == 0
    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF")
    assert codes() != before


def test_nothing_is_imported_when_its_report_cannot_be_written(sotay, tmp_path):
    assert sotay("keys", "init")[0] == 0
    roster = str(SAMPLES / "roster.xlsx")
    code, said = sotay("roster", "import", roster, "--yes", "--report", str(tmp_path / "no/r.xlsx"))
    assert (code, said) == (2, f"Không tìm thấy tệp hoặc thư mục {tmp_path}/no/r.xlsx.\n")
    assert sotay("roster", "undo", "--yes") == (2, "Không có lần nhập nào để hoàn tác.\n")


def test_rates_and_entries_of_an_empty_file_replace_nothing(installed, tmp_path):
    rates = str(SAMPLES / "policy" / "rates.tsv")
    assert installed("policy", "rates", rates) == (0, "Đã đặt 5 mức, thay mọi mức cũ.\n")
    (tmp_path / "empty.txt").touch()
    code, said = installed("policy", "rates", "empty.txt")
    assert (code, said) == (2, "empty.txt không có mức nào; các mức cũ còn nguyên.\n")
    assert installed("policy", "entries", "empty.txt")[0] == 2
    engine, vault = open_store(f"sqlite:///{tmp_path}/var/sotay.db", tmp_path / "var/keys.json")
    count = "SELECT count(*) FROM policy_rates"
    assert write(engine, vault, lambda tx: tx.conn.exec_driver_sql(count).scalar()) == 5


def test_what_is_not_there_is_not_said_to_be_done(installed):
    assert installed("policy", "withdraw", "99") == (2, "Không có văn bản mã 99.\n")
    assert installed("post", "end", "99") == (2, "Không có chức vụ đang giao với số này.\n")


def test_numbers_to_type_again_are_shown_whole(installed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    document = str(SAMPLES / "policy" / "11-QyD-MAU.md")
    number = installed("policy", "import", document)[1].split("mã ")[1].split(",")[0]
    assert number in installed("policy", "list")[1]
    assert installed("policy", "approve", number)[0] == 0


def test_days_of_reminders_as_the_help_shows_them(installed):
    assert installed("directive", "reminders", "Chi bộ Vật lý", "-3 -1 0 1")[0] == 0
    code, said = installed("directive", "reminders", "Chi bộ Vật lý", "1e400")
    assert code == 2
    assert said.startswith("Tối đa 8 mốc")


def test_a_poster_needs_the_id_of_the_account_alone(installed, tmp_path):
    words = ("slips", "poster", "--branch", "Chi bộ Vật lý", "--pdf", "p.pdf")
    assert installed(*words)[0] == 2
    assert installed(*words, zalo_oa_id="1234")[0] == 0
    assert (tmp_path / "p.pdf").exists()


# Telegram at a start


class Answering:
    def __init__(self, error=None):
        self.error, self.calls = error, []

    async def call(self, method, _body, **_kinds):
        self.calls.append(method)
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("hook", [None, ("https://sotay.example.vn/webhook/telegram", "s")])
async def test_telegram_says_what_it_does_not_take(hook):
    with pytest.raises(NotAccepted, match="SOTAY_TELEGRAM_TOKEN"):
        await join(Answering(TokenExpired("401")), hook)
    # Without a webhook nothing of ours is refused: something on the way answers, and the start goes on.
    with pytest.raises(NotAccepted, match="SOTAY_PUBLIC_URL") if hook else pytest.raises(Rejected):
        await join(Answering(Rejected("bad webhook")), hook)
    with pytest.raises(Unavailable):
        await join(Answering(Unavailable()), hook)
    api = Answering()
    await join(api, hook)
    assert api.calls == ["getMe" if hook is None else "setWebhook"]


async def test_who_cannot_listen_sends_nothing(tmp_path):
    sandbox = await start()
    telegram = sandbox.info()["telegram"]
    person = await Person.create(sandbox.control_url, "telegram", name="Nguyễn Văn Mẫu")
    await person.starts()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(
            _env_file=None,
            data_dir=tmp_path,
            quiet_hours="",
            listen_port=taken.getsockname()[1],
            telegram_token=telegram["token"],
            telegram_api=telegram["base_url"],
        )
        Keys.new().write(settings.keys)
        app = App(settings)
        write(app.engine, app.vault, lambda tx: outbox.tell(tx, "telegram", person.chat_id, Say("Xin chào")))
        with pytest.raises(OSError, match="in use"):
            await app.start()
        await asyncio.sleep(1)
        calls = await testing.control(sandbox.control_url, "log", platform="telegram")
        assert "sendMessage" not in str(calls)
    app._bell.shutdown(wait=False)
    await asyncio.to_thread(app.writer.stop)
    app.engine.dispose()
    await testing.close()
    await sandbox.stop()
