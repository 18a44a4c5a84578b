"""The page for the screen in the room: the check-in code of this minute, renewed by itself.

It asks nobody but us for anything. Its address is signed, is worth something during the meeting alone, and
shows no name. Where a script does not run, the browser loads the page anew every minute.
"""

import json
import secrets
from dataclasses import dataclass
from html import escape
from typing import Protocol

from aiohttp import web

from bot.i18n import _, number, speaking

PATH = "/man-hinh/{token}"
AGAIN_SECONDS = 5
"""After a look that failed; a code that is too old is no longer shown meanwhile."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What the room sees now. `code` is "" before the code works; `wait` seconds until the next look."""

    title: str
    code: str
    wait: int
    present: int
    must: int


class Desk(Protocol):
    """Who knows the meetings."""

    async def screen(self, token: str) -> Screen | None:
        """What to show; None when the address is not ours, or the meeting is over."""
        ...


def add_to(app: web.Application, desk: Desk) -> None:
    """Adds the page to the web application."""

    async def show(request: web.Request) -> web.Response:
        found = await desk.screen(request.match_info["token"])
        with speaking("vi"):
            if "part" in request.query:
                return web.Response(
                    text=_main(found), content_type="text/html", status=_status(found), headers=_HEADERS
                )
            return _page(found)

    app.router.add_get(PATH, show)


_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address is the key
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def _page(found: Screen | None) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; img-src data:; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    body = _HTML.format(
        nonce=nonce,
        title=escape(_("Mã điểm danh")),
        main=_main(found),
        again=AGAIN_SECONDS,
        fresh=found.wait + 1 if found else 3600,
        lost=json.dumps(_("Mất kết nối, đang thử lại…")),
    )
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return web.Response(text=body, content_type="text/html", status=_status(found), headers=headers)


def _status(found: Screen | None) -> int:
    return 410 if found is None else 200


def _ended() -> str:
    return _(
        "Cuộc họp đã kết thúc, hoặc trang này không còn dùng được. Mời đồng chí bấm lại nút trong khung chat."
    )


def _main(found: Screen | None) -> str:
    if found is None:
        return f'<main data-wait="0"><h1>{escape(_("Mã điểm danh"))}</h1><p>{escape(_ended())}</p></main>'
    if found.code:
        shown = f"{found.code[:3]} {found.code[3:]}"
        said = _("Ai được mời họp thì nhắn 6 chữ số này cho Sổ tay. Mỗi phút một mã khác.")
        code = f'<p id="code" role="status">{escape(shown)}</p>'
    else:
        said, code = _("Mã hiện trước giờ họp 30 phút. Trang tự làm mới."), ""
    here = _("Đã có mặt: {here}/{must}", here=number(found.present), must=number(found.must))
    return (
        f'<main data-wait="{found.wait}"><h1>{escape(found.title)}</h1>{code}'
        f'<p>{escape(said)}</p><p>{escape(here)}</p><p id="lost" aria-live="polite"></p></main>'
    )


_HTML = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="data:,"><title>{title}</title>
<noscript><meta http-equiv="refresh" content="{fresh}"></noscript>
<style nonce="{nonce}">
html {{ height: 100%; }}
body {{ font: clamp(1.25rem, 2.6vw, 3rem)/1.4 system-ui, sans-serif; margin: 0; min-height: 100%; display: flex;
  color: #1b1b1b; background: #fff; text-align: center; overflow-wrap: anywhere; }}
main {{ margin: auto; padding: 1rem; }}
h1 {{ font-size: clamp(1.25rem, 3vw, 3.5rem); line-height: 1.25; margin: 0; }}
p {{ margin: .5rem 0; }}
#code {{ font-size: min(18vw, 55vh); line-height: 1.1; font-weight: 700; font-variant-numeric: tabular-nums;
  white-space: nowrap; color: #a3180d; }}
#lost {{ color: #a3180d; min-height: 1.4em; }}
</style></head><body>{main}
<script nonce="{nonce}">
(function () {{
  var until = 0;
  function plan() {{
    var wait = Number(document.querySelector("main").dataset.wait);
    until = Date.now() + wait * 1000;
    if (wait) setTimeout(look, wait * 1000 + 300);
  }}
  function look() {{
    fetch(location.pathname + "?part", {{ cache: "no-store" }}).then(function (answer) {{
      if (!answer.ok && answer.status !== 410) throw new Error();
      return answer.text();
    }}).then(function (text) {{
      var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main");
      document.querySelector("main").replaceWith(document.adoptNode(fresh));
      plan();
    }}).catch(function () {{
      document.getElementById("lost").textContent = {lost};
      var code = document.getElementById("code");
      if (code && Date.now() - until > 50000) code.textContent = "";
      setTimeout(look, {again} * 1000);
    }});
  }}
  plan();
}})();
</script></body></html>
"""
