"""What `make demo` plays where there is no terminal: the whole errand, by processes of their own."""

import pytest

from bot import demo


@pytest.mark.parametrize("channel", ["zalo_oa", "telegram"])
async def test_the_script_plays_to_its_end_and_its_figures_agree(channel):
    found = await demo.play(channel, 24)
    assert found["recipients"] == 24
    assert found["sent"] + found["unreachable"] == 24
    assert (found["updates_lost"], found["people_doubled"]) == (0, 0)
