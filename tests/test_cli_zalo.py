"""`sotay zalo connect` as an administrator does it: terminal, browser, callback page, another process's bot."""

import asyncio
import os
import queue
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientSession

from bot import cli_zalo
from bot.app import App
from bot.channels.zalo_oa import findings, tokens
from bot.sandbox.server import Sandbox, start
from bot.settings import Settings
from bot.store.engine import make_engine
from bot.store.vault import Keys, Vault
from bot.store.writer import write


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start()
    yield running
    await running.stop()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Terminal:
    """The command in this process: what it printed, and what is typed. `App` and sandbox run beside it."""

    def __init__(self, folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        info = sandbox.info()["zalo_oa"]
        self.settings = {
            "data_dir": str(folder),
            "zalo_oa_app_id": info["app_id"],
            "zalo_oa_id": info["oa_id"],
            "zalo_oa_secret_key": info["oa_secret_key"],
            "zalo_oa_app_secret": info["app_secret"],
            "zalo_oa_api": info["base_url"],
            "zalo_oa_oauth": info["oauth_url"],
            "public_url": "http://127.0.0.1:9",
        }
        self.said = ""
        self._printed = asyncio.Event()
        self._typed: queue.Queue[str] = queue.Queue()
        self._running: asyncio.Task[bool] | None = None
        loop = asyncio.get_running_loop()

        def prints(words: str) -> None:
            self.said += f"{words}\n"
            loop.call_soon_threadsafe(self._printed.set)

        monkeypatch.setattr(cli_zalo, "out", SimpleNamespace(print=prints))
        monkeypatch.setattr("typer.prompt", lambda question: self._typed.get(timeout=60))

    def connect(self, **options: Any) -> None:
        settings = Settings(_env_file=None, **self.settings)  # type: ignore[call-arg, arg-type]  # as from the environment
        asked = {"local": False, "port": 0, "paste": False} | options
        self._running = asyncio.create_task(cli_zalo._connect(settings, **asked))

    async def says(self, pattern: str) -> str:
        """Waits until this was printed; the match's group 1, or all of it."""
        while (found := re.search(pattern, self.said)) is None:
            self._printed.clear()
            await asyncio.wait_for(self._printed.wait(), 60)
        return found[found.lastindex or 0]

    def types(self, line: str) -> None:
        self._typed.put(line)

    async def ended(self) -> bool:
        assert self._running is not None
        return await self._running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Keys.new().write(tmp_path / "keys.json")
    return tmp_path


@pytest.fixture
async def terminal(folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(folder, sandbox, monkeypatch)


CONSENT = r"(http://\S+/v4/oa/permission\?\S+)"


async def browse(address: str) -> tuple[int, str]:
    """The administrator agrees in the browser, which follows Zalo back to us."""
    async with ClientSession() as session, session.get(address) as answer:
        return answer.status, await answer.text()


async def where_zalo_sends(address: str) -> str:
    async with ClientSession() as session, session.get(address, allow_redirects=False) as answer:
        return answer.headers.get("Location", "")


def read(folder: Path, app_id: str) -> tokens.Pair | None:
    engine = make_engine(f"sqlite:///{folder / 'sotay.db'}")
    try:
        return write(engine, Vault(Keys.read(folder / "keys.json")), partial(tokens.read, app_id=app_id))
    finally:
        engine.dispose()


async def read_findings(folder: Path) -> dict[str, dict[str, findings.Finding]]:
    engine = make_engine(f"sqlite:///{folder / 'sotay.db'}")
    try:
        return write(engine, Vault(Keys.read(folder / "keys.json")), findings.found)
    finally:
        engine.dispose()


async def test_on_this_machine(terminal: Terminal, folder: Path, sandbox: Sandbox) -> None:
    terminal.connect(local=True, port=free_port())
    address = await terminal.says(CONSENT)
    await terminal.says("Đang chờ Zalo quay về")
    status, text = await browse(address)
    assert status == 200
    assert "Mời quay lại cửa sổ dòng lệnh" in text
    assert await terminal.ended(), terminal.said
    assert "Đã nối." in terminal.said
    pair = read(folder, sandbox.zalo.app_id)
    assert pair is not None
    assert (pair.access, pair.oa_id) == (sandbox.zalo.oauth.access_token, sandbox.zalo.oa_id)
    assert list((await read_findings(folder))["pkce"]) == ["request"]
    secrets = (pair.access, sandbox.zalo.oauth.refresh_token, sandbox.zalo.oauth.app_secret)
    assert not any(secret in terminal.said for secret in secrets)


async def test_through_the_running_bot_which_goes_on_with_it(
    terminal: Terminal, folder: Path, sandbox: Sandbox
) -> None:
    port = free_port()
    terminal.settings |= {"public_url": f"http://127.0.0.1:{port}", "listen_port": str(port)}
    app = App(Settings(_env_file=None, **terminal.settings))  # type: ignore[call-arg, arg-type]  # as from the environment
    await app.start()
    try:
        assert app.tokens is not None
        with pytest.raises(tokens.TokenExpired):
            await app.tokens.token()
        terminal.connect()
        address = await terminal.says(CONSENT)
        assert (await browse(address))[0] == 200
        assert (await browse(address))[0] == 410  # the page takes one code for one connection
        assert await terminal.ended(), terminal.said
        assert await app.tokens.token() == read(folder, sandbox.zalo.app_id).access  # type: ignore[union-attr]  # connected
        for query, status in (
            ("", 400),
            ("?error=access_denied", 400),
            ("?code=x", 410),
            ("?code=x&state=y", 410),
        ):
            assert (await browse(f"http://127.0.0.1:{port}/zalo/callback{query}"))[0] == status
    finally:
        await app.stop()


async def test_by_hand_where_the_page_cannot_be_reached(
    terminal: Terminal, folder: Path, sandbox: Sandbox
) -> None:
    terminal.connect(paste=True)
    address = await where_zalo_sends(await terminal.says(CONSENT))
    assert address.startswith("http://127.0.0.1:9/zalo/callback?code=")
    terminal.types(address)
    assert await terminal.ended(), terminal.said
    assert read(folder, sandbox.zalo.app_id) is not None


async def test_the_address_of_another_connection(terminal: Terminal, folder: Path, sandbox: Sandbox) -> None:
    terminal.connect(paste=True)
    address = await where_zalo_sends(await terminal.says(CONSENT))
    terminal.types(re.sub("state=[^&]+", "state=another", address))
    assert not await terminal.ended()
    assert "không có mã của lần nối này" in terminal.said
    assert read(folder, sandbox.zalo.app_id) is None


async def test_the_console_fixes_the_challenge(
    terminal: Terminal, folder: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_zalo.pkce()
    challenge = re.search(r"^  (\S{43})$", terminal.said, re.MULTILINE)
    verifier = re.search(r"SOTAY_ZALO_OA_CODE_VERIFIER=(\S+)", terminal.said)
    assert challenge
    assert verifier
    terminal.said = ""
    sandbox.zalo.switches["pkce"] = "console"
    sandbox.zalo.oauth.set_console(
        {"callback": "http://127.0.0.1:9/zalo/callback", "code_challenge": challenge[1]}
    )
    terminal.connect(paste=True)
    assert await where_zalo_sends(await terminal.says(CONSENT)) == ""  # -14003, as the browser shows
    terminal.types("http://127.0.0.1:9/")
    assert not await terminal.ended()
    terminal.said = ""
    terminal.settings["zalo_oa_code_verifier"] = verifier[1]
    terminal.connect(paste=True)
    terminal.types(await where_zalo_sends(await terminal.says(CONSENT)))
    assert await terminal.ended(), terminal.said
    assert list(await read_findings(folder)) == ["pkce"]
    assert list((await read_findings(folder))["pkce"]) == ["console"]


async def test_the_wrong_account(terminal: Terminal, folder: Path, sandbox: Sandbox) -> None:
    terminal.settings["zalo_oa_id"] = "164"
    terminal.connect(paste=True)
    terminal.types(await where_zalo_sends(await terminal.says(CONSENT)))
    assert not await terminal.ended()
    assert f"Đồng chí đã chọn OA {sandbox.zalo.oa_id}, còn SOTAY_ZALO_OA_ID là 164" in terminal.said
    assert read(folder, sandbox.zalo.app_id) is None


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"zalo_oa_app_secret": "wrong"}, "Zalo không nhận khóa bí mật của ứng dụng"),
        ({"zalo_oa_oauth": "http://127.0.0.1:9"}, "Không nhận được câu trả lời"),
    ],
)
async def test_what_is_wrong_is_said(
    terminal: Terminal, folder: Path, sandbox: Sandbox, setting: dict[str, str], said: str
) -> None:
    right = terminal.settings["zalo_oa_oauth"]
    terminal.settings |= setting
    terminal.connect(paste=True)
    address = await terminal.says(r"(http://\S+/v4/oa/permission\?\S+)")
    terminal.types(await where_zalo_sends(address.replace("http://127.0.0.1:9/v4", f"{right}/v4")))
    assert not await terminal.ended()
    assert said in terminal.said
    assert read(folder, sandbox.zalo.app_id) is None


def test_missing_settings_are_named(folder: Path) -> None:
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "bot", "zalo", "connect"]
    given = {"SOTAY_DATA_DIR": str(folder), "SOTAY_ZALO_OA_APP_ID": "505"}
    done = subprocess.run(command, env=known | given, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Còn thiếu thiết lập: SOTAY_ZALO_OA_APP_SECRET, SOTAY_PUBLIC_URL" in done.stdout
