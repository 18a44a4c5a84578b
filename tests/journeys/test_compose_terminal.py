"""One draft, two places: begun in the chat and sent from the terminal, and the other way round."""

import asyncio
import json

import pytest
from sample_papers import DRAFT_PDF, SECRET_PDF, TEXT_PDF
from typer.testing import CliRunner

from bot.cli import cli

CLERK = "90000007"


@pytest.fixture
def terminal(house, monkeypatch):
    """Runs a command on this house, the bot running beside it, as a second process would."""
    monkeypatch.chdir(house.folder)
    for name in ("data_dir", "zalo_oa_app_id", "approve_above"):
        monkeypatch.setenv(f"SOTAY_{name.upper()}", str(getattr(house.settings, name)))
    token = house.settings.telegram_token.get_secret_value()
    monkeypatch.setenv("SOTAY_TELEGRAM_TOKEN", token)
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*words, typed=()):
        done = await asyncio.to_thread(
            CliRunner().invoke, cli, words, input="".join(f"{each}\n" for each in typed)
        )
        assert done.exit_code == 0, done.output
        return done.output

    return run


async def test_begun_in_the_chat_sent_from_the_terminal(house, terminal):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    await clerk.says("gui van ban")
    await clerk.says("52-KH/ĐU")
    await clerk.taps("Hôm nay")
    await clerk.sees("Trích yếu")
    await clerk.says("Học tập chuyên đề mẫu")
    await clerk.sees("Tóm tắt")
    listed = await terminal("directive", "drafts", "--as", CLERK)
    assert "52-KH/ĐU Học tập chuyên đề mẫu" in listed
    assert house.channel in listed
    for name, data in (("secret.pdf", SECRET_PDF), ("draft.pdf", DRAFT_PDF), ("52.pdf", TEXT_PDF)):
        (house.folder / name).write_bytes(data)
    said = await terminal(
        "directive", "compose", "--as", CLERK,
        typed=("1", "secret.pdf", "draft.pdf", "1", "52.pdf", "3 ngày nữa", "1", "1", "1", "2"),
    )  # fmt: skip
    assert "Tóm tắt hai, ba dòng" in said
    for part in ("dấu độ mật", "“dự thảo”", "Xem trước", "đang tới 8 đồng chí"):
        assert part in said, said
    house.app.sender.ring()
    await member.sees("52-KH/ĐU")
    await member.sees("52.pdf")
    assert "Không có bản nháp nào" in await terminal("directive", "drafts", "--as", CLERK)


async def test_begun_in_the_terminal_sent_from_the_chat(house, terminal):
    clerk = await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    said = await terminal(
        "directive", "compose", "--as", CLERK, typed=("52-KH/ĐU", "1", "Học tập chuyên đề mẫu", "thoát")
    )
    assert "Bản nháp được giữ" in said
    await clerk.says("1")  # no answer to a question that was shown elsewhere
    await clerk.sees("đang làm dở: bản nháp văn bản")
    await clerk.says("1")
    await clerk.sees("Tóm tắt")
    for words in ("1", "1", "3 ngày nữa", "1", "1", "1"):
        await clerk.says(words)
    await clerk.sees("Xem trước")
    await clerk.says("2")
    await clerk.sees("đang tới 8 đồng chí")
    await member.sees("52-KH/ĐU")


async def test_who_may_not_send_may_not_in_the_terminal_either(house, terminal):
    await house.member("Lê Văn Bé")
    said = await terminal("directive", "compose", "--as", "90000002", typed=("52-KH/ĐU",))
    assert "dành cho cấp ủy" in said


async def test_a_paper_is_watched_and_corrected_from_the_terminal(house, terminal):
    await house.member("Ngô Thị Văn Phòng")
    member = await house.member("Lê Văn Bé")
    await house.directive()
    await member.sees("52-KH/ĐU")
    await member.says("1")
    await member.sees("Đã ghi nhận")
    watched = await terminal("broadcast", "watch", "52")  # all is sent: it ends by itself
    assert (
        watched.strip()
        .splitlines()[-1]
        .startswith("52-KH/ĐU: đã gửi 2/8 · tin không tới 6 · chờ 0 · xác nhận 1/7")
    )
    await terminal(
        "directive", "correct", "52", "--as", CLERK, typed=("1", "Trích yếu đã sửa", "5", "2", "1")
    )
    house.app.sender.ring()
    await member.sees("Đính chính văn bản 52-KH/ĐU")
    plain = json.loads((await terminal("broadcast", "watch", "52-KH/ĐU", "--json")).splitlines()[-1])
    assert (plain["sent"], plain["acknowledged"], plain["state"], plain["ended"]) == (2, 0, "done", True)
    assert plain["reasons"] == {"no_account": 6}
    listed = await terminal("directive", "versions", "52")
    assert "Học tập chuyên đề mẫu" in listed
    assert "Trích yếu đã sửa" in listed


async def test_a_correction_in_the_terminal_does_not_push_out_a_draft(house, terminal):
    await house.member("Ngô Thị Văn Phòng")
    await house.directive()
    await terminal("directive", "compose", "--as", CLERK, typed=("53-TB/ĐU", "1", "Thông báo mẫu", "thoát"))
    words = ("directive", "correct", "52", "--as", CLERK)
    refused = await asyncio.to_thread(CliRunner().invoke, cli, words, input="thoát\n")
    assert refused.exit_code == 2, refused.output
    assert f"Khung chat {house.channel} đang làm dở việc khác" in refused.output
    assert "53-TB/ĐU Thông báo mẫu" in await terminal("directive", "drafts", "--as", CLERK)
