"""`sotay doctor zalo` against the sandbox in each unsettled variant: it names the variant, and sends nothing."""

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer

from bot import cli_zalo, testing
from bot.app import App
from bot.channels.zalo_oa import doctor, tokens
from bot.channels.zalo_oa.doctor import Line
from bot.channels.zalo_oa.oauth import Grant
from bot.delivery import templates
from bot.i18n import LANGUAGES, speaking
from bot.sandbox.server import Sandbox, start
from bot.settings import Settings
from bot.store.vault import Keys
from bot.testing import Person, control


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start()
    yield running
    await testing.close()
    await running.stop()


class Clinic:
    """An installation, its bot, the doctor, and somebody who writes to the account."""

    def __init__(self, folder: Path, sandbox: Sandbox, settings: dict[str, Any]) -> None:
        info = sandbox.info()["zalo_oa"]
        given = {
            "data_dir": folder,
            "zalo_oa_app_id": info["app_id"],
            "zalo_oa_id": info["oa_id"],
            "zalo_oa_secret_key": info["oa_secret_key"],
            "zalo_oa_app_secret": info["app_secret"],
            "zalo_oa_api": info["base_url"],
            "zalo_oa_oauth": info["oauth_url"],
            "public_url": "https://sotay.example.vn",
            "listen_port": 0,
        }
        self.settings = Settings(_env_file=None, **given | settings)
        self.sandbox = sandbox
        self.app: App | None = None

    async def up(self) -> None:
        self.app = App(self.settings)
        await self.app.start()
        hook = {"url": f"http://127.0.0.1:{self.app.port}/webhook/zalo"}
        await control(self.sandbox.control_url, "zalo_oa/webhook", hook)

    async def connect(self) -> None:
        assert self.app is not None
        oauth = self.sandbox.zalo.oauth
        grant = Grant(oauth.access_token, oauth.refresh_token, 90_000, 90 * 86_400)
        await self.app.writer.run(
            partial(tokens.connect, app_id=oauth.app_id, oa_id=oauth.oa_id, grant=grant)
        )

    async def somebody_writes(self) -> Person:
        """Writes once, and is answered."""
        person = await Person.create(self.sandbox.control_url, "zalo_oa", name="Người Thử Mẫu")
        await person.starts()
        await person.sees("Kính chào")
        return person

    async def down(self) -> None:
        if self.app is not None:
            await self.app.stop()
            self.app = None

    async def doctor(self, test_account: str = "") -> dict[str, Line]:
        if self.app is not None:
            await self.app.findings.flush()
        lines = await cli_zalo._examine(self.settings, test_account)
        return {line.subject: line for line in lines}

    def sent(self) -> int:
        return int(self.sandbox.world.stats["zalo_oa"]["messages_from_bot"])


@pytest.fixture
async def clinic(tmp_path: Path, sandbox: Sandbox, request: pytest.FixtureRequest) -> AsyncIterator[Clinic]:
    Keys.new().write(tmp_path / "keys.json")
    made = Clinic(tmp_path, sandbox, getattr(request, "param", {}))
    await made.up()
    yield made
    await made.down()


async def test_a_fresh_installation_knows_what_it_does_not_know(clinic: Clinic) -> None:
    found = await clinic.doctor()
    assert list(found) == [name for name in doctor.SUBJECTS if name != "proof"]
    assert {name: line.variant for name, line in found.items()} == {
        "settings": "complete",
        "tokens": "not_connected",
        "account": "no_token",
        "signature": "unknown",
        "webhook": "none",
        "repeat": "unknown",
        "buttons": "unknown",
        "list": "unknown",
        "free": "unknown",
        "template": "none",
        "pkce": "unknown",
        "events": "unknown",
    }
    assert found["tokens"].state == doctor.BAD
    assert "sotay zalo connect" in found["tokens"].words


async def test_a_template_that_zalo_refuses_is_named(clinic: Clinic) -> None:
    assert clinic.app is not None
    approved = templates.Approved("zalo_oa", "directive", "4711", (("a", "title", 60),), 300)
    await clinic.app.writer.run(lambda tx: templates.keep(tx, approved))
    assert (await clinic.doctor())["template"].variant == "directive"
    await clinic.app.writer.run(lambda tx: templates.refused(tx, "zalo_oa", "directive", "Zalo -249"))
    line = (await clinic.doctor())["template"]
    assert line.state == doctor.BAD and "Zalo -249" in line.words


SIGNATURES = {
    "mac:body:app_id": {},
    "bare:body:app_id": {"mac_prefix": False},
    "mac:header:app_id": {"timestamp_in": "header"},
    "mac:body:oa_id": {"signature_id": "oa_id"},
    "mac:body:app_id:app_secret": {"signed_with": "app_secret"},
    "bare:header:oa_id:app_secret": {
        "mac_prefix": False,
        "timestamp_in": "header",
        "signature_id": "oa_id",
        "signed_with": "app_secret",
    },
}


@pytest.mark.parametrize("name", SIGNATURES)
async def test_it_names_the_signature(clinic: Clinic, name: str) -> None:
    clinic.sandbox.zalo.switches |= SIGNATURES[name]
    await clinic.connect()
    await clinic.somebody_writes()
    line = (await clinic.doctor())["signature"]
    assert (line.state, line.variant) == (doctor.OK, name)
    assert f"SOTAY_ZALO_OA_SIGNATURES={name}" in line.words
    clinic.settings.zalo_oa_signatures = name
    assert "chỉ nhận dạng này" in (await clinic.doctor())["signature"].words


SHAPES = {
    "both": ({}, "accepted", "accepted"),
    "no buttons": ({"buttons_under_text": False}, "refused -233", "accepted"),
    "no list": ({"list": False}, "accepted", "refused -233"),
    "neither": ({"buttons_under_text": False, "list": False}, "refused -233", "refused -233"),
}


@pytest.mark.parametrize("name", SHAPES)
async def test_it_names_the_shapes_with_one_account_that_agreed(clinic: Clinic, name: str) -> None:
    switches, buttons, listed = SHAPES[name]
    clinic.sandbox.zalo.switches |= switches
    await clinic.connect()
    person = await clinic.somebody_writes()
    found = await clinic.doctor(person.user_id)
    assert (found["buttons"].variant, found["list"].variant) == (buttons, listed)
    others = [chat for chat in clinic.sandbox.world.chats.values() if chat.chat_id != person.user_id]
    assert not any(message for chat in others for message in chat.messages)


@pytest.mark.parametrize(("accepts", "variant"), [(True, "accepted"), (False, "refused -233")])
async def test_the_bots_own_sends_show_whether_buttons_are_taken(
    clinic: Clinic, accepts: bool, variant: str
) -> None:
    clinic.sandbox.zalo.switches["buttons_under_text"] = accepts
    await clinic.connect()
    await clinic.somebody_writes()
    before = clinic.sent()
    assert (await clinic.doctor())["buttons"].variant == variant
    assert clinic.sent() == before  # the doctor itself sends nothing


PROOFS = [
    ({}, {}, ("ok", "optional")),
    ({"proof": "required"}, {}, ("bad", "required")),
    ({"proof": "required"}, {"zalo_oa_secret_proof": True}, ("ok", "required")),
    ({}, {"zalo_oa_app_secret": "of another application"}, ("bad", "wrong_secret")),
]


@pytest.mark.parametrize(("switches", "clinic", "expected"), PROOFS, indirect=["clinic"])
async def test_it_names_the_proof(
    clinic: Clinic, switches: dict[str, Any], expected: tuple[str, str]
) -> None:
    clinic.sandbox.zalo.switches |= switches
    await clinic.connect()
    line = (await clinic.doctor())["proof"]
    assert (line.state, line.variant) == expected


async def test_a_proof_that_is_demanded_goes_with_every_message(tmp_path: Path, sandbox: Sandbox) -> None:
    Keys.new().write(tmp_path / "keys.json")
    clinic = Clinic(tmp_path, sandbox, {"zalo_oa_secret_proof": True})
    sandbox.zalo.switches["proof"] = "required"
    await clinic.up()
    await clinic.connect()
    await clinic.somebody_writes()
    await clinic.down()


async def test_it_names_the_account(clinic: Clinic) -> None:
    await clinic.connect()
    found = await clinic.doctor()
    assert (found["account"].state, found["account"].variant) == ("ok", "verified")
    assert "Sổ tay (sandbox)" in found["account"].words
    clinic.settings.zalo_oa_id = "164"
    assert (await clinic.doctor())["account"].variant == "another"


async def test_a_disabled_application(clinic: Clinic) -> None:
    await clinic.connect()
    clinic.sandbox.zalo.switches["app_enabled"] = False
    line = (await clinic.doctor())["account"]
    assert (line.state, line.variant) == ("bad", "refused -209")
    assert "developers.zalo.me" in line.words


async def test_a_page_instead_of_an_answer(clinic: Clinic) -> None:
    await clinic.connect()
    fault = {"platform": "zalo_oa", "method": "getoa", "http_status": 502, "times": 2}
    await control(clinic.sandbox.control_url, "faults", fault)
    found = await clinic.doctor()
    assert (found["account"].state, found["account"].variant) == ("bad", "no_answer")
    assert found["proof"].variant == "unknown"


async def test_whether_zalo_repeats(clinic: Clinic) -> None:
    await clinic.connect()
    person = await clinic.somebody_writes()
    port = clinic.app.port if clinic.app else 0
    await clinic.down()
    await person.says("Có ai không?")
    await control(clinic.sandbox.control_url, "idle?platform=zalo_oa")
    clinic.settings.listen_port = port
    await clinic.up()
    await control(clinic.sandbox.control_url, "deliveries/retry", {})
    await control(clinic.sandbox.control_url, "idle?platform=zalo_oa")
    assert (await clinic.doctor())["repeat"].variant == "connection"


@pytest.mark.parametrize(("messages", "variant"), [(8, "8"), (0, "unlimited")])
async def test_it_names_how_many_messages_are_free(clinic: Clinic, messages: int, variant: str) -> None:
    clinic.sandbox.zalo.switches["free_messages"] = messages
    await clinic.connect()
    await clinic.somebody_writes()
    assert (await clinic.doctor())["free"].variant == variant


async def test_which_names_events_have(clinic: Clinic) -> None:
    await clinic.connect()
    await clinic.somebody_writes()
    assert "follow" in (await clinic.doctor())["events"].variant.split(",")


async def test_strangers_at_the_webhook_are_told(clinic: Clinic) -> None:
    await clinic.connect()
    clinic.sandbox.zalo.oa_secret_key = "another"
    person = await Person.create(clinic.sandbox.control_url, "zalo_oa", name="Người Lạ Mẫu")
    await person.starts()
    await control(clinic.sandbox.control_url, "idle?platform=zalo_oa")
    line = (await clinic.doctor())["webhook"]
    assert (line.state, line.variant) == ("look", "bad_signature")
    assert "SOTAY_ZALO_OA_SECRET_KEY" in line.words


async def test_it_never_writes_to_a_member(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    await clinic.connect()
    person = await clinic.somebody_writes()
    before = clinic.sent()
    monkeypatch.setattr(cli_zalo, "may_test", lambda tx, user_id: False)
    with pytest.raises(typer.BadParameter, match="tài khoản của một đảng viên"):
        await clinic.doctor(person.user_id)
    assert clinic.sent() == before


async def test_the_command_prints_a_table_or_json(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await clinic.connect()
    found = list((await clinic.doctor()).values())
    monkeypatch.setattr("bot.settings.Settings", lambda: clinic.settings)
    monkeypatch.setattr(cli_zalo.asyncio, "run", lambda work: (work.close(), found)[1])
    cli_zalo.examine(test_account="", as_json=True)
    said = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert [line["subject"] for line in said] == list(doctor.SUBJECTS)
    cli_zalo.examine(test_account="", as_json=False)
    assert "Chữ ký của webhook" in capsys.readouterr().out
    found[1] = Line("tokens", doctor.BAD, "spent", "x")
    with pytest.raises(typer.Exit):
        cli_zalo.examine(test_account="", as_json=True)


def test_every_problem_has_words_in_both_languages() -> None:
    from bot.channels.zalo_oa import texts

    for language in LANGUAGES:
        with speaking(language):
            said = {texts.problem(code) for code in texts.PROBLEMS}
            assert len(said) == len(texts.PROBLEMS)
            assert all(texts.api_problem(code) for code in [*texts.API_PROBLEMS, -99_999])
