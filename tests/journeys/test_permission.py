"""The permission to send on Zalo: renewed while people talk, and somebody is told when it cannot be."""

from functools import partial

import pytest

from bot.channels.zalo_oa import tokens
from bot.channels.zalo_oa.oauth import Grant


@pytest.fixture
def channel() -> str:
    return "zalo_oa"


@pytest.fixture
async def connected(house):
    """The house with an account that was connected, not with a token for a trial."""
    oauth = house.sandbox.zalo.oauth
    grant = Grant(oauth.access_token, oauth.refresh_token, 90_000, 90 * 86_400)
    await house.write(partial(tokens.connect, app_id=oauth.app_id, oa_id=oauth.oa_id, grant=grant))
    await house.down()
    house.settings.zalo_oa_app_secret = type(house.settings.zalo_oa_app_secret)(oauth.app_secret)
    house.settings.zalo_oa_oauth = house.sandbox.info()["zalo_oa"]["oauth_url"]
    await house.up()
    return house


async def test_a_person_is_answered_after_the_token_has_ended(connected):
    member = await connected.member("Lê Văn Bé")
    for renewals in (1, 2, 3):
        connected.turn(hours=26)
        await member.says("menu")
        await member.sees("Đồng chí chọn một việc")
        assert connected.sandbox.zalo.oauth.renewals == renewals
    assert connected.sandbox.world.stats["zalo_oa"]["oauth_-14020"] == 0


async def test_an_officer_is_told_in_words_while_messages_still_go_out(connected):
    officer = await connected.member("Bùi Văn Tổ Chức")
    member = await connected.member("Lê Văn Bé")
    oauth = connected.sandbox.zalo.oauth
    oauth.spent.add(oauth.refresh_token)  # another program has used it
    connected.turn(hours=13)
    await connected.app.tokens.look()
    said = await officer.sees("Zalo không nhận mã làm mới nữa")
    assert "sotay zalo connect" in said.text
    assert "Tin vẫn gửi được đến" in said.text
    await member.sees_nothing_new("Zalo không nhận")
    await connected.app.tokens.look()
    assert sum("Zalo không nhận" in message.text for message in await officer.messages()) == 1
