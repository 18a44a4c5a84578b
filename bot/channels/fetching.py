"""Fetching what people sent: as much as is allowed, from the platform's own servers alone."""

from collections.abc import Awaitable, Callable, Collection
from urllib.parse import urlsplit

import httpx

Fetch = Callable[[str, int], Awaitable[bytes]]
"""Fetches a file by its handle (a file id or an address), at most so many bytes. Raises FetchRefused, OSError."""

TIMEOUT_SECONDS = 60.0


class FetchRefused(Exception):
    """This file is not fetched. `code`: "too_big" or "foreign_host"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def download(url: str, limit: int, headers: dict[str, str] | None = None) -> bytes:
    """The body at an address, streamed; no redirects. Raises FetchRefused("too_big"), httpx.HTTPError."""
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        answer.raise_for_status()
        body = bytearray()
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > limit:
                raise FetchRefused("too_big")
        return bytes(body)


def from_hosts(hosts: Collection[str], *, trusted: str = "") -> Fetch:
    """A fetch by https address on these domains and what is below them, or under the address `trusted`.

    A webhook names the address, so it is believed only for the platform's own hosts.
    """
    base = urlsplit(trusted)

    async def fetch(handle: str, limit: int) -> bytes:
        parts = urlsplit(handle)
        host = parts.hostname or ""
        known = parts.scheme == "https" and any(host == each or host.endswith(f".{each}") for each in hosts)
        here = bool(base.hostname) and (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        if not (known or here):
            raise FetchRefused("foreign_host")
        return await download(handle, limit)

    return fetch
