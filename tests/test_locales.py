"""The catalogues are complete, and English comes out whole."""

import importlib.util
import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Message

from bot.directives.models import Directive, State, Urgency
from bot.directives.texts import card
from bot.i18n import _, moment, speaking
from bot.organisation.models import Kind, Organisation
from bot.reports.counting import RULE, Class, Figures
from bot.reports.status import Status, say

ROOT = Path(__file__).resolve().parent.parent


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("locales_tool", ROOT / "tools" / "locales.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = _tool()
VIETNAMESE_ONLY = set("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")


def test_nothing_is_missing_empty_fuzzy_or_out_of_step() -> None:
    assert tool.check() == []


def test_every_placeholder_is_in_both_languages() -> None:
    sentences = tool.extracted()
    assert len(sentences) > 100
    for language in ("vi", "en"):
        catalogue = tool.load(language)
        for msgid, words in sentences.items():
            strings = catalogue[msgid].string
            strings = strings if isinstance(strings, tuple) else (strings,)
            wanted = tool.placeholders(words[1] if isinstance(words, tuple) else words)
            assert tool.placeholders(strings[-1]) == wanted, msgid


def test_vietnamese_says_what_the_code_says() -> None:
    with speaking("vi"):
        for msgid in tool.extracted():
            assert _(msgid) == msgid


DIRECTIVE = Directive(
    id=1,
    number="52-KH/ĐU",
    issued_on=date(2026, 11, 17),
    title="Sample title",
    summary="Sample summary",
    urgency=Urgency.URGENT,
    deadline=datetime(2026, 11, 30, 10, tzinfo=UTC),
    unit_id=1,
    author_id=1,
    state=State.OPEN,
    file=None,
)


def test_tone_marks_stand_where_the_partys_papers_put_them() -> None:
    """“hủy”, “hòa”, “khỏe”: open syllables alone have two ways, and none after q."""
    elsewhere = re.compile(r"(?<![qQ])(?:[oO][àáảãạèéẻẽẹ]|[uU][ỳýỷỹỵ])(?!\w)")
    sentences = [str(message.id) for message in tool.load("vi") if message.id]
    assert len(sentences) > 1500
    assert [each for each in sentences if elsewhere.search(each)] == []


def test_a_card_in_english() -> None:
    with speaking("en"):
        shown = card(DIRECTIVE)
    assert shown.heading == "URGENT · 52-KH/ĐU of 17 Nov 2026"
    assert shown.text.splitlines() == [
        "Sample title",
        "Summary: Sample summary",
        "Acknowledge by: Mon 30 Nov, 17:00",
    ]
    assert [choice.label for choice in shown.choices] == ["Read and accepted", "Ask a question"]


def test_a_status_table_in_english() -> None:
    figures = Figures.empty()
    for kind, reason, count in (
        (Class.ON_TIME, "", 1200),
        (Class.LATE, "", 34),
        (Class.NOT_REACHED, "no_account", 5),
        (Class.INFORMED, "", 2),
    ):
        for _each in range(count):
            figures.count(kind, reason)
    unit = Organisation(1, "01", "Sample unit", Kind.COMMITTEE, None)
    with speaking("en"):
        shown = say(
            Status(DIRECTIVE, unit, figures, [(unit, figures)]), moment(datetime(2026, 11, 24, tzinfo=UTC))
        )
        rule = _(RULE)
    lines = shown.text.splitlines()
    assert shown.heading == "Status of 52-KH/ĐU of 17 Nov 2026"
    assert "1,234/1,239 (99.6%)" in lines[1]
    assert "not verified 5" in shown.text
    assert rule in lines
    words = shown.text.replace("Sample", "").lower()
    assert not set(words) & VIETNAMESE_ONLY


PROJECT = """
from bot.i18n import _, plural
_("Chào {name}.", name="x")
_("Tạm biệt.")
plural("Còn {n} việc.", "Còn {n} việc nữa.", 2)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "said.py").write_text(PROJECT, encoding="utf-8")
    for language in ("vi", "en"):
        path = tool.path_of(language, tmp_path)
        path.parent.mkdir(parents=True)
        path.write_text(tool.text_of(language, tool.merged(language, tmp_path)), encoding="utf-8")
    return tmp_path


def _translate(project: Path, **strings: object) -> None:
    catalogue = tool.load("en", project)
    names = {"hello": "Chào {name}.", "bye": "Tạm biệt.", "left": "Còn {n} việc."}
    for key, string in strings.items():
        catalogue[names[key]].string = string
    tool.path_of("en", project).write_text(tool.text_of("en", catalogue), encoding="utf-8")


def test_a_new_sentence_is_reported_until_it_is_translated(project: Path) -> None:
    assert [line.split(": ")[:2] for line in tool.check(project)] == [["en", "empty"]] * 3
    _translate(project, hello="Hello {name}.", bye="Goodbye.", left=("{n} thing left.", "{n} things left."))
    assert tool.check(project) == []


def test_wrong_placeholders_are_reported(project: Path) -> None:
    _translate(project, hello="Hello {nam}.", bye="Good{bye.", left=("One thing left.", "{n} things left."))
    said = tool.check(project)
    assert "en: other placeholders: 'Chào {name}.'" in said
    assert "en: lone brace: 'Tạm biệt.'" in said
    assert "en: other placeholders: 'Còn {n} việc.'" in said


def test_fuzzy_missing_and_obsolete_are_reported(project: Path) -> None:
    _translate(project, hello="Hello {name}.", bye="Goodbye.", left=("{n} thing left.", "{n} things left."))
    said = project / "bot" / "said.py"
    said.write_text(PROJECT.replace("Tạm biệt.", "Hẹn gặp lại."), encoding="utf-8")
    assert "en: missing: 'Hẹn gặp lại.'" in tool.check(project)
    assert "vi: no longer said: 'Tạm biệt.'" in tool.check(project)
    merged = tool.merged("en", project)
    assert "Tạm biệt." not in merged
    assert merged["Chào {name}."].string == "Hello {name}."
    fuzzy = Message("Chào {name}.", "Hello {name}.", flags={"fuzzy"})
    assert tool.faults("en", fuzzy) == ["en: fuzzy: 'Chào {name}.'"]


def test_the_same_sentences_give_the_same_bytes(project: Path) -> None:
    path = tool.path_of("en", project)
    before = path.read_bytes()
    path.write_text(tool.text_of("en", tool.merged("en", project)), encoding="utf-8")
    assert path.read_bytes() == before
    assert b"said.py" not in before
    assert b"Date" not in before
