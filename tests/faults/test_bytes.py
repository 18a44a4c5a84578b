"""Whoever copies the disk reads nobody's data: no roster value and no answer in database, WAL, files, logs."""

import base64
import itertools
import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from faulty import BORN, TITLE, Town

from bot.chat.text import fold

QUESTION = "Chi bộ tôi học hôm nào vậy thưa đồng chí?"


def texts(value: str) -> set[bytes]:
    """A text as it might lie in a file: composed, decomposed, without diacritics, escaped, in capitals."""
    spelled = {value, value.lower(), value.upper(), fold(value), fold(value).upper()}
    spelled |= {unicodedata.normalize("NFD", each) for each in spelled}
    found = {each.encode() for each in spelled} | {each.encode("utf-16-le") for each in spelled}
    found |= {json.dumps(each)[1:-1].encode() for each in spelled}
    return found | {base64.b64encode(value.encode()).rstrip(b"=")[:-1]}


def numbers(digits: str) -> set[bytes]:
    """A number: as it is, grouped, abroad (phones), and as SQLite keeps an integer."""
    spelled = {digits, digits.lstrip("0"), f"+84{digits[1:]}", f"84{digits[1:]}"}
    for size in (2, 3, 4):
        for sep in (" ", "-", "."):
            spelled.add(sep.join(digits[at : at + size] for at in range(0, len(digits), size)))
            spelled.add(f"{digits[:4]}{sep}{digits[4:7]}{sep}{digits[7:]}")
    length = 4 if int(digits) < 1 << 31 else 6
    return set(itertools.chain.from_iterable(texts(each) for each in spelled)) | {
        int(digits).to_bytes(length, "big")
    }


def dates(day: date) -> set[bytes]:
    """A date in the orders and separators that people and programs write."""
    spelled = {
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day:%d%m%Y}",
        f"{day.day} tháng {day.month} năm {day.year}",
    }
    for sep in "/-. ":
        spelled |= {f"{day:%d}{sep}{day:%m}{sep}{day:%Y}", f"{day.day}{sep}{day.month}{sep}{day.year}"}
        spelled |= {f"{day:%Y}{sep}{day:%m}{sep}{day:%d}", f"{day.month}{sep}{day.day}{sep}{day.year}"}
    return set(itertools.chain.from_iterable(texts(each) for each in spelled))


def scan(contents: dict[str, bytes], patterns: dict[str, set[bytes]]) -> list[tuple[str, str, bytes]]:
    """What of the patterns is found where. Patterns that begin alike are looked for together first."""
    alike: dict[bytes, list[tuple[str, bytes]]] = {}
    for what, spelled in patterns.items():
        for pattern in spelled:
            alike.setdefault(pattern[:4], []).append((what, pattern))
    return [
        (what, where, pattern)
        for where, content in contents.items()
        for start, found in alike.items()
        if start in content
        for what, pattern in found
        if pattern in content
    ]


def on_disk(home: Town) -> dict[str, bytes]:
    """Everything the bot wrote, but the key file."""
    found = {
        path.name: path.read_bytes()
        for path in home.folder.rglob("*")
        if path.is_file() and path.name != "keys.json"
    }
    found["log"] = home.bot.log.read_bytes()
    return found


def roster(home: Town) -> dict[str, set[bytes]]:
    found: dict[str, set[bytes]] = {"birth": dates(BORN)}
    for number, row in enumerate(home.members):
        found[f"name {number}"] = texts(row.full_name)
        for kind in ("card_number", "cccd", "phone"):
            value = getattr(row, kind)
            assert value is not None
            found[f"{kind} {number}"] = numbers(value)
        assert row.dossier is not None
        found[f"dossier {number}"] = texts(row.dossier)
    return found


@pytest.mark.parametrize(
    "value, patterns",
    [
        ("Nguyễn Văn Thứ 3", texts("Nguyễn Văn Thứ 3")),
        ("NGUYEN VAN THU 3", texts("Nguyễn Văn Thứ 3")),
        (unicodedata.normalize("NFD", "Nguyễn Văn Thứ 3"), texts("Nguyễn Văn Thứ 3")),
        (json.dumps("Nguyễn Văn Thứ 3"), texts("Nguyễn Văn Thứ 3")),
        ("0987 654 303", numbers("0987654303")),
        ("+84987654303", numbers("0987654303")),
        ("12/3/1961", dates(BORN)),
        ("12031961", dates(BORN)),
        ("1961-03-12", dates(BORN)),
        ("123 456 789", numbers("123456789")),
    ],
)
def test_the_scanner_sees_a_value_in_each_of_its_spellings(value, patterns):
    assert scan({"x": b"\0before " + value.encode() + b" after"}, {"it": patterns})
    assert not scan({"x": b"\0before and after"}, {"it": patterns})


async def test_the_disk_holds_no_value_of_the_roster_and_no_answer(town, channel):
    home = await town(3)
    home.bot.log.write_bytes(b"")
    await home.up()
    code = await home.slip(1)
    answers = {"code": numbers(code), "question": texts(QUESTION), "half": texts("học hôm nào")}
    patterns = roster(home) | answers
    seen: list[str] = []

    def look(moment: str) -> None:
        contents = on_disk(home)
        seen.extend(contents)
        assert scan(contents, patterns) == [], moment

    look("before")
    person = await home.comes()
    await person.starts()
    await person.taps("Xác thực")
    await person.taps("Tôi đồng ý")
    await person.sees("Mã trên phiếu")
    await person.says(f"{code[:3]} {code[3:6]} {code[6:]}")
    await person.sees("Ngày sinh")
    await home.settled()
    look("in the middle of verification")
    home.down()  # the WAL stays as it is
    look("killed in the middle of verification")
    await home.up()
    await person.says("1/2/1970")  # a wrong one is an answer, too
    await person.sees("Chưa xác thực được")
    patterns["wrong birth"] = dates(date(1970, 2, 1))
    await person.says(code)
    await person.sees("Ngày sinh")
    look("after a wrong answer")
    await person.says("12.3.1961")
    await person.sees("Xác thực xong")
    await home.settled()
    look("after verification")

    author = await home.comes(0)
    await author.starts()
    await home.link_all([author])
    await home.directive()
    await person.sees("52-KH/ĐU", 15)
    await person.taps("Hỏi lại")
    await person.sees("Đồng chí muốn hỏi gì")
    await person.says(QUESTION)
    await person.sees("Đã gửi câu hỏi")
    await home.settled()
    look("after a question")
    # The scanner does see what is there: the paper's title is no personal value and lies there in clear.
    assert scan(on_disk(home), {"title": texts(TITLE)})
    with (home.bot.log).open() as log:
        assert any(json.loads(line)["event"] == "ready" for line in log if line.startswith("{"))

    home.down()
    look("killed at the end")
    await home.up()
    await home.bot.stop()
    look("after an orderly end")
    assert {"sotay.db", "sotay.db-wal", "log"} <= set(seen)
    assert any((home.folder / "files").iterdir())


def test_the_sandboxes_and_the_keys_are_not_what_is_scanned(tmp_path: Path):
    """The list of what is scanned leaves out the key file and nothing else."""
    for name in ("sotay.db", "sotay.db-wal", "keys.json", "files/abc"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")

    class Bot:
        log = tmp_path / "sotay.db"

    class Home:
        folder, bot = tmp_path, Bot

    assert set(on_disk(Home)) == {"sotay.db", "sotay.db-wal", "abc", "log"}  # type: ignore[arg-type]
