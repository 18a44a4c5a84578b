"""The trail as an inspector reads it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import bot
from bot.handlers.history import ACTIONS


def recorded() -> Iterator[str]:
    """Every action that is written into the trail under a name of its own."""
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            name = ast.unparse(node.func)
            action = node.args[1]
            if (name == "audit.record" or name.endswith("_note")) and isinstance(action, ast.Constant):
                yield action.value


def test_no_action_is_shown_by_its_code():
    found = set(recorded())
    assert len(found) > 60
    assert sorted(found - set(ACTIONS)) == []
