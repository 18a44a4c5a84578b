"""Fetching what people sent: as much as is allowed, from the platform's own servers alone."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

Fetch = Callable[[str, int], Awaitable[bytes]]
"""Fetches a file by its handle (a file id or an address), at most so many bytes. Raises FetchRefused, OSError."""

TIMEOUT_SECONDS = 60.0


class FetchRefused(Exception):
    """This file is not fetched. `code`: "too_big", "foreign_host" or "private_address"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def download(url: str, limit: int, headers: dict[str, str] | None = None, *, server: str = "") -> bytes:
    """The body at an address, streamed; no redirects. Raises FetchRefused("too_big"), httpx.HTTPError.

    `server`: whose certificate is expected where the address names a number.
    """
    extensions = {"sni_hostname": server} if server else None
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
        client.stream("GET", url, headers=headers, extensions=extensions) as answer,
    ):
        answer.raise_for_status()
        body = bytearray()
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > limit:
                raise FetchRefused("too_big")
        return bytes(body)


async def addresses_of(host: str, port: int) -> list[str]:
    """All addresses of a host. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


async def public_address(host: str, port: int = 443) -> str:
    """One address of a host, when all it has are public. Raises FetchRefused("private_address"), OSError.

    The one guard against being led into our own network; whoever fetches connects to the very address it returns.
    """
    addresses = [ip_address(each) for each in await addresses_of(host, port)]
    if not addresses or not all(each.is_global and not each.is_multicast for each in addresses):
        raise FetchRefused("private_address")
    return str(addresses[0])


def from_hosts(hosts: Collection[str], *, trusted: str = "") -> Fetch:
    """A fetch by https address on these domains and what is below them, or under the address `trusted`.

    A webhook names the address, so it is believed only for the platform's own hosts, on the port of https, without
    user name; and the connection goes to the very address that was looked up and found public, so that no name
    server can lead us into our own network in between.
    """
    base = urlsplit(trusted)

    async def fetch(handle: str, limit: int) -> bytes:
        parts = urlsplit(handle)
        if base.hostname and (parts.scheme, parts.netloc) == (base.scheme, base.netloc):
            return await download(handle, limit)
        host = (parts.hostname or "").rstrip(".")
        known = any(host == each or host.endswith(f".{each}") for each in hosts)
        if parts.scheme != "https" or not known or parts.netloc.lower() not in (host, f"{host}:443"):
            raise FetchRefused("foreign_host")
        address = await public_address(host)
        pinned = parts._replace(netloc=f"[{address}]" if ":" in address else address).geturl()
        return await download(pinned, limit, {"Host": host}, server=host)

    return fetch
