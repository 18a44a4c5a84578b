"""From where a file is fetched: the platform's own servers, and no place that a message could lead us to."""

import socket

import pytest

from bot.channels import fetching
from bot.channels.fetching import FetchRefused, from_hosts


@pytest.fixture
def asked(monkeypatch):
    """What would be fetched: nothing leaves the machine."""
    calls = []

    async def download(url, limit, headers=None, *, server=""):
        calls.append((url, headers, server))
        return b"x"

    monkeypatch.setattr(fetching, "download", download)
    return calls


def _answers(monkeypatch, *addresses):
    def look_up(host, port, *_args, **_more):
        family = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (each, port))
            for kind, each in zip(family, addresses, strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    "address",
    [
        "http://files.zdn.vn/a.pdf",
        "https://zdn.vn.example.org/a.pdf",
        "https://evilzdn.vn/a.pdf",
        "https://files.zdn.vn:8443/a.pdf",
        "https://someone@files.zdn.vn/a.pdf",
        "https://someone:word@files.zdn.vn/a.pdf",
        "https://files.zdn.vn@10.0.0.1/a.pdf",
        "https://127.0.0.1/a.pdf",
        "file:///etc/passwd",
        "//files.zdn.vn/a.pdf",
        "",
    ],
)
async def test_other_places_are_refused(monkeypatch, asked, address):
    _answers(monkeypatch, "8.8.8.8")
    with pytest.raises(FetchRefused, match="foreign_host"):
        await from_hosts(["zdn.vn"])(address, 10)
    assert asked == []


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.9", "100.64.0.1", "::1", "fd00::1", "224.0.0.1"],
)
async def test_a_name_that_leads_into_our_own_network_is_refused(monkeypatch, asked, address):
    _answers(monkeypatch, "8.8.8.8", address)
    with pytest.raises(FetchRefused, match="private_address"):
        await from_hosts(["zdn.vn"])("https://files.zdn.vn/a.pdf", 10)
    assert asked == []


async def test_the_address_that_was_looked_up_is_the_one_that_is_asked(monkeypatch, asked):
    _answers(monkeypatch, "8.8.8.8")
    assert await from_hosts(["zdn.vn"])("https://files.zdn.vn:443/a.pdf?b=1", 10) == b"x"
    assert asked == [("https://8.8.8.8/a.pdf?b=1", {"Host": "files.zdn.vn"}, "files.zdn.vn")]


async def test_the_sandbox_is_asked_as_it_is_named_in_the_settings(asked):
    fetch = from_hosts(["zdn.vn"], trusted="http://127.0.0.1:9000/zalo")
    await fetch("http://127.0.0.1:9000/file/a.pdf", 10)
    assert asked == [("http://127.0.0.1:9000/file/a.pdf", None, "")]
    with pytest.raises(FetchRefused):
        await fetch("http://127.0.0.1:9001/file/a.pdf", 10)
