"""Files: the hundred cases and more, hostile ones, and that nothing is left behind."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from typer.testing import CliRunner

from benchmarks.gate_cases import (
    INNOCENT,
    MARKED,
    MORE_MARKED,
    OTHER_MARKS,
    PICTURES,
    Case,
    bomb_docx,
    entity_docx,
    slow_pdf,
)
from benchmarks.gate_files import PLAIN_LINES, docx, pdf, png, raw_docx, raw_pdf, xlsx, zipped
from bot.cli_gate import gate
from bot.directives.gate.check import check
from bot.directives.gate.models import SECRET, Limits, Outcome, Verdict, Why
from bot.directives.gate.texts import explain, sentence


def _named(cases: list[Case]) -> list[str]:
    return [f"{what}-{name}" for what, name, _make in cases]


@pytest.mark.parametrize("case", MARKED + MORE_MARKED, ids=_named(MARKED + MORE_MARKED))
def test_a_marked_file_is_refused_for_its_mark(case: Case) -> None:
    _what, name, make = case
    assert check(name, make()).why in SECRET


@pytest.mark.parametrize(("why", "case"), OTHER_MARKS, ids=_named([case for _why, case in OTHER_MARKS]))
def test_a_paper_not_for_messengers_is_refused(why: str, case: Case) -> None:
    _what, name, make = case
    data = make()
    assert check(name, data).why == why
    assert check(name, data, allow=[Why(why)]).verdict is Outcome.PASS


@pytest.mark.parametrize("case", PICTURES, ids=_named(PICTURES))
def test_a_picture_is_never_passed(case: Case) -> None:
    _what, name, make = case
    assert check(name, make()).verdict is Outcome.NEEDS_DECLARATION


@pytest.mark.parametrize("case", INNOCENT, ids=_named(INNOCENT))
def test_an_innocent_file_passes(case: Case) -> None:
    _what, name, make = case
    assert check(name, make()) == Verdict(Outcome.PASS, Why.CLEAR)


def test_there_are_a_hundred_cases() -> None:
    assert (len(MARKED), len(PICTURES), len(INNOCENT)) == (35, 15, 50)


def _locked_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("mau", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _locked_zip() -> bytes:
    made = bytearray(zipped({"a.txt": "noi dung mau"}))
    made[6] |= 1  # the local header's flag
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def _ole(inside: str = "") -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + inside.encode("utf-16-le") + b"\0" * 600


def _deep() -> bytes:
    made = zipped({"a.txt": "noi dung mau"})
    for _ in range(6):
        made = zipped({"b.zip": made})
    return made


HOSTILE = [
    ("bom.docx", bomb_docx, Why.TOO_LARGE),
    ("bom.pdf", slow_pdf, Why.TOO_COMPLEX),
    ("bom.zip", lambda: zipped({"a.txt": b"a" * 200_000_000}), Why.TOO_LARGE),
    ("sau.zip", _deep, Why.TOO_COMPLEX),
    ("nhieu.zip", lambda: zipped({f"{n}.txt": "a" for n in range(3_100)}), Why.TOO_COMPLEX),
    ("entity.docx", entity_docx, Why.UNSAFE),
    (
        "external.docx",
        lambda: raw_docx("", {"word/x.xml": '<!DOCTYPE x SYSTEM "file:///etc/hostname"><x/>'}),
        Why.UNSAFE,
    ),
    ("khoa.pdf", _locked_pdf, Why.ENCRYPTED),
    ("khoa.zip", _locked_zip, Why.ENCRYPTED),
    ("khoa.docx", lambda: _ole("EncryptedPackage"), Why.ENCRYPTED),
    ("cu.doc", _ole, Why.OLD_OFFICE),
    ("macro.docx", lambda: raw_docx("", {"word/vbaProject.bin": b"x"}), Why.MACROS),
    ("ole.docx", lambda: raw_docx("", {"word/embeddings/oleObject1.bin": _ole()}), Why.EMBEDDED),
    ("exe.docx", lambda: raw_docx("", {"word/embeddings/a.exe": b"MZ\0\1"}), Why.UNKNOWN_TYPE),
    ("cut.docx", lambda: docx()[:5_000], Why.DAMAGED),
    ("cut.pdf", lambda: pdf()[:-300], Why.DAMAGED),
    ("cut.xlsx", lambda: xlsx([(1, 2)])[:-40], Why.DAMAGED),
    ("xml.docx", lambda: raw_docx("<w:p>"), Why.DAMAGED),
    ("thay.pdf", docx, Why.WRONG_TYPE),
    ("thay.docx", pdf, Why.WRONG_TYPE),
    ("thay.xlsx", docx, Why.WRONG_TYPE),
    ("thay.txt", png, Why.WRONG_TYPE),
    ("khong.pdf", lambda: b"day khong phai PDF", Why.WRONG_TYPE),
    ("thu.rtf", lambda: b"{\\rtf1 M\\u7852?T}", Why.UNKNOWN_TYPE),
    ("trang.html", lambda: b"<p>M&#7852;T</p>", Why.UNKNOWN_TYPE),
    ("la.txt", lambda: bytes(range(256)) * 4, Why.UNKNOWN_TYPE),
    ("la.rar", lambda: b"Rar!\x1a\x07\x00" + b"\0" * 50, Why.UNKNOWN_TYPE),
    ("rong.pdf", lambda: b"", Why.EMPTY),
    ("rong.zip", lambda: zipped({"a/": b""}), Why.EMPTY),
    ("lon.pdf", lambda: pdf() + b"\0" * 31_000_000, Why.TOO_LARGE),
]


@pytest.mark.parametrize(("name", "make", "why"), HOSTILE, ids=[name for name, *_ in HOSTILE])
def test_a_hostile_or_broken_file_is_refused(name: str, make: Callable[[], bytes], why: Why) -> None:
    assert check(name, make()) == Verdict(Outcome.REFUSE, why)


def test_a_file_that_takes_too_long_ends_and_the_next_one_is_read() -> None:
    page = b"BT /F1 9 Tf " + b"1 0 0 1 9 9 Tm (MAU) Tj " * 35_000 + b"ET"
    many = PdfWriter()
    for _ in range(30):
        many.append(PdfReader(io.BytesIO(raw_pdf(page))))
    out = io.BytesIO()
    many.write(out)
    assert check("cham.pdf", out.getvalue(), Limits(seconds=1)).why is Why.TOO_COMPLEX
    assert check("nhanh.pdf", pdf()).verdict is Outcome.PASS


def test_a_file_that_takes_too_much_memory_ends() -> None:
    big = random.Random(1).randbytes(3_000_000).hex().encode()
    assert check("lon.txt", big, Limits(memory_bytes=1_000_000)).why is Why.TOO_COMPLEX
    assert check("lon.txt", big).verdict is Outcome.PASS


def test_too_many_pages() -> None:
    assert check("dai.pdf", pdf(pages=4), Limits(pages=3)).why is Why.TOO_COMPLEX


def test_a_mark_weighs_more_than_what_could_not_be_read() -> None:
    assert (
        check("a.docx", docx("MẬT", edit=lambda made: made.add_picture(io.BytesIO(png())))).why
        is Why.SECRET_MARK
    )
    assert check("toi mat.pdf", pdf()[:-300]).why is Why.SECRET_NAME


@pytest.mark.parametrize(
    ("title", "verdict"), [("Kế hoạch (Mật)", Outcome.REFUSE), ("Bảo vệ bí mật nhà nước", Outcome.PASS)]
)
def test_metadata_as_word_and_libreoffice_write_it(title: str, verdict: Outcome) -> None:
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f"<dc:title xmlns:dc='d'><rdf:li xmlns:rdf='r'>{title}</rdf:li></dc:title></x:xmpmeta>"
        + " " * 200
        + '<?xpacket end="w"?>'
    ).encode()
    stream = b"<</Type /Metadata /Subtype /XML /Length %d>>\nstream\n" % len(packet) + packet + b"\nendstream"
    assert check("a.pdf", raw_pdf(PLAIN_LINES, [stream])).verdict is verdict


def test_a_broken_form_asks_for_a_look() -> None:
    shown = b"BT /F9 12 Tf (abc) Tj (x) Tj ET"
    form = b"<</Subtype /Form /BBox [0 0 9 9] /Length %d>>\nstream\n" % len(shown) + shown + b"\nendstream"
    assert check("a.pdf", raw_pdf(PLAIN_LINES, [form])).verdict is not Outcome.REFUSE


def test_a_lie_about_a_part_s_size_is_not_believed() -> None:
    made = bytearray(zipped({"a.txt": b"a" * 50_000_000}))
    at = made.index(b"PK\x01\x02") + 24
    made[at : at + 4] = (10).to_bytes(4, "little")
    assert check("a.zip", bytes(made)).verdict is Outcome.REFUSE


def test_a_file_cut_anywhere_is_never_passed() -> None:
    for name, whole in (("a.docx", docx("MẬT")), ("a.pdf", pdf("MẬT")), ("a.xlsx", xlsx([("MẬT",)]))):
        for cut in range(1, len(whole) - 1, len(whole) // 8):
            assert check(name, whole[:cut]).verdict is Outcome.REFUSE


def test_office_s_own_thumbnail_is_no_picture_but_a_large_one_is() -> None:
    assert check("a.docx", raw_docx("", {"docProps/thumbnail.png": png(200, 256)})).verdict is Outcome.PASS
    assert check("a.docx", raw_docx("", {"docProps/thumbnail.png": png(900, 600)})).why is Why.PICTURE


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert check("a.zip", zipped({"b.docx": docx("MẬT"), "c.pdf": pdf()})).why is Why.SECRET_MARK
    assert check("a.pdf", raw_pdf(PLAIN_LINES)).verdict is Outcome.PASS
    assert list(tmp_path.rglob("*")) == []


def test_every_reason_has_words_that_do_not_quote() -> None:
    for why in Why:
        assert len(explain(why)) > 20
    assert explain("something else") == explain(Why.UNREADABLE)
    assert "văn thư" in sentence(check("a.docx", docx("TỐI MẬT")))


def test_the_command_prints_a_line_of_json_for_each_file(tmp_path: Path) -> None:
    files = {"mat.docx": docx("MẬT"), "anh.png": png(), "tot.pdf": pdf()}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    done = CliRunner().invoke(gate, ["check", *(str(tmp_path / name) for name in files), "--json"])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert [line["verdict"] for line in lines] == ["refuse", "needs_declaration", "pass"]
    assert [set(line) for line in lines] == [{"file", "verdict", "why"}] * 3
    missing = CliRunner().invoke(gate, ["check", str(tmp_path / "khong-co.pdf"), "--json"])
    assert missing.exit_code == 2
    assert json.loads(missing.stdout)["verdict"] == "refuse"


def test_the_command_speaks_to_people(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(docx("DỰ THẢO"))
    shown = CliRunner().invoke(gate, ["check", str(tmp_path / "a.docx")])
    assert shown.exit_code == 0
    assert "từ chối" in " ".join(shown.stdout.split())


def test_members_of_an_archive_in_other_code_pages() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("X" * 3 + ".txt", "noi dung mau")
    raw = out.getvalue().replace(b"XXX.txt", "MËT.txt".encode("latin-1"))
    assert check("a.zip", raw).why is Why.SECRET_NAME
