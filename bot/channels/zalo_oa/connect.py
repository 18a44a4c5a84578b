"""The way of a connection: the terminal asks, Zalo's page sends the browser back to ours, the terminal goes on.

The page keeps the code, sealed, in the database; it holds neither the app secret nor the PKCE verifier, and
takes a code only for a connection that was begun in the last minutes.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import escape
from typing import NamedTuple

from aiohttp import web
from sqlalchemy import delete, insert, select, update

from bot.channels.zalo_oa.tokens import Writing
from bot.clock import to_ms
from bot.i18n import _
from bot.store.tables.zalo_oa import zalo_connections
from bot.store.tx import Tx

PATH = "/zalo/callback"
OPEN = timedelta(minutes=15)
"""Zalo's code lives ten minutes; a person needs a moment before it is made."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}


class Consent(NamedTuple):
    """What Zalo's page brought back."""

    code: str
    oa_id: str


def begin(tx: Tx) -> str:
    """Opens a connection; the state that must come back with the code. Forgets earlier ones."""
    tx.run(delete(zalo_connections).where(zalo_connections.c.made_ms < _oldest(tx)))
    state = secrets.token_urlsafe(32)
    tx.run(insert(zalo_connections).values(state=state, made_ms=tx.now_ms))
    return state


def bring(tx: Tx, state: str, consent: Consent) -> bool:
    """Keeps a code for the terminal that waits; False where none waits for this state."""
    done = tx.run(
        update(zalo_connections)
        .where(
            zalo_connections.c.state == state,
            zalo_connections.c.made_ms >= _oldest(tx),
            zalo_connections.c.code.is_(None),
        )
        .values(code=tx.vault.seal("zalo_connections.code", state, consent.code), oa_id=consent.oa_id[:40])
    )
    return done.rowcount == 1


def collect(tx: Tx, state: str) -> Consent | None:
    """The code, once it is there; it is forgotten at once."""
    row = tx.first(
        select(zalo_connections.c.code, zalo_connections.c.oa_id).where(
            zalo_connections.c.state == state, zalo_connections.c.code.isnot(None)
        )
    )
    if row is None:
        return None
    tx.run(delete(zalo_connections).where(zalo_connections.c.state == state))
    return Consent(tx.vault.open("zalo_connections.code", state, row.code), row.oa_id)


def _oldest(tx: Tx) -> int:
    return to_ms(tx.now - OPEN)


def page(writing: Writing) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The callback page (GET `PATH`): says in one sentence what happened."""

    async def handle(request: web.Request) -> web.Response:
        asked = request.query
        code, state = asked.get("code", ""), asked.get("state", "")
        consent = Consent(code[:2000], asked.get("oa_id", ""))
        if not code:
            words = _("Zalo chưa cho phép. Mời chạy lại sotay zalo connect và bấm Đồng ý.")
            return _say(words, status=400)
        if await writing.run(lambda tx: bring(tx, state[:64], consent)):
            words = _("Đã nhận sự đồng ý của Zalo. Mời quay lại cửa sổ dòng lệnh; có thể đóng trang này.")
            return _say(words)
        return _say(_("Liên kết này đã dùng hoặc đã quá hạn. Mời chạy lại sotay zalo connect."), status=410)

    return handle


def _say(words: str, status: int = 200) -> web.Response:
    title = escape(_("Nối Zalo OA"))
    body = (
        '<!doctype html><html lang="vi"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title>"
        '<body style="font:1.25rem/1.5 sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem">'
        f"<h1>{title}</h1><p>{escape(words)}</p>"
    )
    return web.Response(text=body, status=status, content_type="text/html", headers=_HEADERS)
