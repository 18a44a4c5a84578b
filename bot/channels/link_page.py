"""The page behind a link to a file, for what a messenger does not carry.

Fetching the page opens nothing: messengers fetch addresses for their previews. The person presses the
button, which is noted as "mở tệp" and as nothing else, and is sent on to the file itself, under an address
that lives ten minutes: the download manager of a messenger's own browser asks once more, without cookies.
"""

import secrets
from dataclasses import dataclass
from html import escape
from typing import Protocol
from urllib.parse import quote

from aiohttp import web

from bot.i18n import _, speaking

PATH = "/tep/{token}"
FILE_PATH = "/tep/{token}/{ticket}/{name}"
COOKIE = "tep"
COOKIE_SECONDS = 30 * 24 * 3600
SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "text/plain"})
"""Shown in the browser where it can; everything else is saved. Never a page that could run something."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the file itself is, for a short while, and the mark by which this device is known again."""

    path: str
    mark: str


class Desk(Protocol):
    """Who knows the links and keeps the files."""

    async def name(self, token: str) -> str | None:
        """The file's name, when the link can be opened now."""
        ...

    async def open(self, token: str, mark: str) -> Opened | None:
        """Notes the opening. None when the link has ended, or was opened on too many devices already."""
        ...

    async def read(self, token: str, ticket: str) -> tuple[bytes, str] | None:
        """The bytes and the media type, while the ticket is valid."""
        ...


def address(public: str, token: str) -> str:
    """The address that a person gets."""
    return public + PATH.format(token=token)


def file_path(token: str, ticket: str, name: str) -> str:
    """The path of the file itself."""
    return FILE_PATH.format(token=token, ticket=ticket, name=quote(name, safe=""))


def add_to(app: web.Application, desk: Desk) -> None:
    """Adds the pages to the web application."""

    async def show(request: web.Request) -> web.Response:
        name = await desk.name(request.match_info["token"])
        with speaking("vi"):
            return _ended() if name is None else _page(name, form=True)

    async def open_it(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        opened = await desk.open(token, request.cookies.get(COOKIE, ""))
        if opened is None:
            with speaking("vi"):
                return _ended()
        answer = web.Response(status=303, headers={**_HEADERS, "Location": opened.path})
        answer.set_cookie(
            COOKIE,
            opened.mark,
            max_age=COOKIE_SECONDS,
            path=PATH.format(token=token),
            httponly=True,
            secure=request.url.scheme == "https" or request.headers.get("X-Forwarded-Proto") == "https",
            samesite="Lax",
        )
        return answer

    async def read(request: web.Request) -> web.Response:
        info = request.match_info
        found = await desk.read(info["token"], info["ticket"])
        if found is None:
            with speaking("vi"):
                return _ended()
        data, media_type = found
        shown = "inline" if media_type in SHOWN else "attachment"
        name = quote(info["name"], safe="")
        headers = {**_HEADERS, "Content-Disposition": f"{shown}; filename*=UTF-8''{name}"}
        return web.Response(body=data, content_type=media_type, headers=headers)

    app.router.add_get(PATH, show)
    app.router.add_post(PATH, open_it)
    app.router.add_get(FILE_PATH, read)


_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address is the key
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def _ended() -> web.Response:
    return _page(
        _(
            "Trang này đã hết hạn, đã bị thu hồi, hoặc đã mở trên máy khác. Đồng chí quay lại khung chat, "
            "bấm lại nút mở tệp."
        ),
        status=410,
    )


def _page(said: str, *, status: int = 200, form: bool = False) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    button = ""
    if form:
        help_ = _("Nếu không xem được, đồng chí bấm nút ba chấm ở góc màn hình rồi chọn mở bằng trình duyệt.")
        alone = _(
            "Trang này dành riêng cho đồng chí; xin không chuyển cho người khác. Mở tệp chưa phải là xác "
            "nhận đã đọc."
        )
        button = (
            f'<form method="post"><button>{escape(_("Mở tệp"))}</button></form>'
            f"<p><small>{escape(alone)}</small></p><p><small>{escape(help_)}</small></p>"
        )
    body = _HTML.format(nonce=nonce, title=escape(_("Tệp từ Sổ tay")), said=escape(said), button=button)
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return web.Response(text=body, content_type="text/html", status=status, headers=headers)


_HTML = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="data:,"><title>{title}</title>
<style nonce="{nonce}">
body {{ font: 1.375rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.25rem; max-width: 34rem;
  color: #1b1b1b; background: #fff; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; }}
button {{ font: inherit; font-weight: 700; width: 100%; min-height: 3.5rem; margin: .5rem 0 1rem; border: 0;
  border-radius: .5rem; background: #a3180d; color: #fff; }}
:focus-visible {{ outline: 3px solid #0b57d0; outline-offset: 2px; }}
small {{ font-size: 1.125rem; color: #454545; }}
</style></head><body><main><h1>{title}</h1><p role="status">{said}</p>{button}</main></body></html>
"""
