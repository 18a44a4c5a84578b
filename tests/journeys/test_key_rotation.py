"""The terminal rotates keys while the bot talks with people."""

import asyncio
import os
import sys

import pytest

from bot.store.rotation import left
from bot.store.vault import Keys


async def terminal(house, *words):
    """A command as an operator types it, beside the running bot."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env=os.environ | {"SOTAY_DATA_DIR": str(house.folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


@pytest.mark.parametrize("channel", ["zalo_oa"])  # keys know no channel
async def test_keys_rotate_while_a_member_writes_and_nothing_is_lost(house):
    person = await house.stranger("Lê Văn Bé")
    code = await house.slip("Lê Văn Bé")
    await person.starts()
    await person.says("xac thuc")
    await person.sees("Xin phép")
    await person.says("1")
    await person.sees("Mã trên phiếu")  # the dialog's answers are sealed with the old key
    rotating = asyncio.create_task(terminal(house, "keys", "rotate", "--drop-old"))
    await person.says(code)
    await person.sees("Ngày sinh")
    status, said = await rotating
    assert status == 0, said
    assert "khóa số 2" in said
    await person.says("12/3/1961")
    await person.sees("Xác thực xong")
    assert house.app.vault.current == 2
    assert await house.write(left) == {}
    assert list(Keys.read(house.settings.keys).sealing) == [2]

    copy = house.folder / "elsewhere.json"
    status, said = await terminal(house, "keys", "backup", str(copy))
    assert status == 0, said
    assert Keys.read(copy) == Keys.read(house.settings.keys)  # 600, or it would not be read
    status, said = await terminal(house, "keys", "backup", str(copy))
    assert status != 0
    assert "đã có" in said
