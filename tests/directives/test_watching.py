"""Where a sending stands, and why: what `sotay broadcast watch` says."""

import pytest
from small_branch import World

from bot.cli_broadcast import ended, line, standing
from bot.delivery import outbox
from bot.delivery.quiet import NEVER, Quiet
from bot.directives import pausing, progress, queries, service


@pytest.fixture
def paper(world: World) -> int:
    return world.directive()


def _where(world: World, paper: int, quiet: Quiet = NEVER) -> str:
    directive = queries.get(world.tx, paper)
    assert directive is not None
    found = progress.of(world.tx, directive)
    assert found.sent + found.unreached + found.waiting == found.everyone == 7
    totals = queries.totals(world.tx, paper)
    assert (found.sent, found.unreached) == (totals.sent, totals.unreachable)
    word, sentence = standing(directive, found, quiet, world.tx.now)
    assert ended(directive, found) == (word in ("done", "recalled"))
    assert sentence in line(directive, found, quiet, world.tx.now)
    return word


def test_from_sending_over_every_pause_to_the_end(world: World, paper: int) -> None:
    assert _where(world, paper) == "sending"
    assert _where(world, paper, Quiet.parse("09:00-11:00")) == "quiet_hours"
    pausing.pause(world.tx, paper, world.author)
    assert _where(world, paper) == "paused"
    pausing.go_on(world.tx, paper, world.author)
    [row, *_others] = world.take(1)
    outbox.record_failed(world.tx, row, "rejected", unreachable=False)
    for other in _others:
        outbox.record_later(world.tx, other, world.tx.now_ms)
    pausing.hold(world.tx, queries.NOTICE, paper, "Zalo hoặc Telegram từ chối tin")
    assert _where(world, paper) == "paused_by_failures"
    pausing.go_on(world.tx, paper, world.author)
    world.settle()
    assert _where(world, paper) == "done"
    service.recall(world.tx, paper, world.author)
    assert _where(world, paper) == "recalled"
