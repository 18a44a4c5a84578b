"""docs/channels.md is what the code says; docs/zalo-setup.md names what the commands say."""

import re
from dataclasses import fields

import pytest

from bot.channels.capabilities import Capabilities
from bot.channels.zalo_oa import doctor, texts
from bot.sandbox.world import World
from bot.sandbox.zalo_oa import ZaloOa
from tools import channels

DOCS = channels.PAGE.parent


def test_the_table_is_as_the_code_says() -> None:
    old = channels.PAGE.read_text(encoding="utf-8")
    assert channels.page(old) == old, "run: python -m tools.channels"


def test_every_capability_has_words_and_a_row() -> None:
    told_elsewhere = {"channel", "limits"}  # the rates are settings
    named = [field.name for field in fields(Capabilities) if field.name not in told_elsewhere]
    assert list(channels.WORDS) == named
    rows = channels.table().splitlines()[2:]
    assert len(rows) == len(channels.WORDS)
    assert {row.count("|") for row in rows} == {len(channels.CHANNELS) + 2}


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="markers"):
        channels.page("# Channels\n")


def test_the_setup_page_names_the_doctors_lines_and_the_problems() -> None:
    page = (DOCS / "zalo-setup.md").read_text(encoding="utf-8")
    unsettled = ("signature", "repeat", "buttons", "list", "pkce", "proof", "events", "free")
    assert [name for name in unsettled if doctor.SUBJECTS[name] not in page] == []
    named = set(re.findall(r"`([a-z_]+)`[,:]", page))
    assert named >= {"spent", "interrupted", "ending", "app_disabled", "secret_wrong", "unclear"}
    assert {name for name in named if "_" in name or name in texts.PROBLEMS} <= set(texts.PROBLEMS) | {
        "zalo_not_connected"
    }


def test_the_sandboxs_page_names_every_switch_of_zalo() -> None:
    page = (DOCS / "sandbox.md").read_text(encoding="utf-8")
    assert [name for name in ZaloOa(World()).switches if f"`{name}`" not in page] == []
