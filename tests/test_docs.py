"""The documents say what the code says, and point at what is there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.organisation.models import Standing
from bot.organisation.rules import STANDINGS, WAYS
from bot.privacy.consent import TERMS
from bot.privacy.travel import Cargo
from bot.reports.counting import REASONS, RULE, RULES, Class

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def _rows(text: str) -> list[list[str]]:
    """The cells of every table row."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


def test_the_glossary_prints_the_counting_rules() -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    rows = _rows(text)
    for kind, (words, counted) in RULES.items():
        numerator = kind in (Class.ON_TIME, Class.LATE)
        expected = [f"`{kind}`", words, "yes" if counted else "no", "yes" if numerator else "no"]
        assert expected in rows
    for code, words in REASONS.items():
        assert [f"`{code}`", words] in rows
    assert f"> {RULE}\n" in text


def test_the_glossary_prints_what_each_standing_means() -> None:
    rows = _rows((DOCS / "glossary.md").read_text(encoding="utf-8"))
    for standing in Standing:
        row = next(row for row in rows if len(row) == 4 and f"`{standing}`" in row[1])
        rule = STANDINGS[standing]
        assert row[2].startswith("yes") == rule.access
        assert row[3].startswith("yes") == rule.counted


def test_the_law_prints_consent_ways_and_what_may_travel() -> None:
    rows = _rows((DOCS / "law.md").read_text(encoding="utf-8"))
    for purpose, terms in TERMS.items():
        assert any(row[:2] == [f"`{purpose}`", terms.name] for row in rows)
    for way, rule in WAYS.items():
        row = next(row for row in rows if len(row) == 6 and row[1] == f"`{way}`")
        for column, channel in enumerate(("zalo_oa", "zalo_bot", "telegram"), 2):
            assert row[column] == ("yes" if channel in rule.channels else "no"), way
        assert row[5].startswith("linked") != rule.approval
    for cargo in Cargo:
        assert any(len(row) == 4 and row[1] == f"`{cargo}`" for row in rows)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_journey_of_an_acknowledgement_takes_at_most_ten_files() -> None:
    text = (DOCS / "how-it-works.md").read_text(encoding="utf-8")
    files = re.findall(r"^\| \d+ \| \[([^]]+)\]", text, re.MULTILINE)
    assert 5 <= len(files) <= 10
    for name in [*files, *re.findall(r"`(bot/[\w/]+\.py)`", text)]:
        assert (ROOT / name).is_file(), name


def test_every_setting_a_document_names_is_one() -> None:
    from bot.settings import Settings

    known = {f"SOTAY_{name.upper()}" for name in Settings.model_fields}
    for page in PAGES:
        named = set(re.findall(r"SOTAY_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")))
        assert named <= known, page.name


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*path, name))
    if not getattr(command, "commands", {}):
        yield path


def test_every_command_is_documented_and_every_documented_one_is_there() -> None:
    from typer.main import get_command

    from bot.cli import cli

    known = set(_commands(get_command(cli)))
    text = "\n".join(page.read_text(encoding="utf-8") for page in (*PAGES, ROOT / "README.md"))
    for command in known:
        # One of a list that begins with the whole command stands alone.
        assert f"sotay {' '.join(command)}" in text or f"`{command[-1]}`" in text, command
    for written in re.findall(r"\bsotay ((?:[a-z]+ )*[a-z]+)", text):
        words = tuple(written.split())
        assert any(words[: len(each)] == each or each[: len(words)] == words for each in known), written
