"""`sotay policy ask` and `sotay understand`: a JSON object for every text given."""

import json

import pytest
from typer.testing import CliRunner

from bot.cli import cli


def _objects(*words: str, typed: str | None = None) -> list[dict]:
    done = CliRunner().invoke(cli, words, input=typed)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_question_gets_its_object():
    found = _objects("policy", "ask", "dang phi bn", "mai ha noi co mua ko", "--json")
    assert [each["verdict"] for each in found] == ["answer", "none"]
    assert found[0]["topic"] == 1


def test_a_question_a_line_is_the_same():
    found = _objects("policy", "ask", "--file", "-", "--json", typed="dang phi bn\nmat the dang vien\n")
    assert [each["topic"] for each in found] == [1, 27]


def test_every_sentence_gets_its_reading():
    assert len(_objects("understand", "da doc roi a", "toi chua ro", "--open", "directive", "--json")) == 2


@pytest.mark.parametrize("words", [(), ("dang phi bn", "--file", "-")])
def test_texts_or_a_file(words):
    done = CliRunner().invoke(cli, ("policy", "ask", *words, "--json"))
    assert done.exit_code == 2
    assert "--file" in done.output
