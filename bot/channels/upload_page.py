"""The one-time page on which a person hands in a file that their messenger does not take.

One request for the page, one for the file; nothing from anybody else. It works without scripts, too: they
only add the progress bar. Fetching the page uses nothing up, since messengers fetch it for their previews.
"""

import asyncio
import secrets
from html import escape
from pathlib import PurePath
from typing import Protocol

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.channels.clean import clean
from bot.i18n import _, number, speaking

PATH = "/gui-tep/{token}"
AT_ONCE = 8
"""Files taken in at the same time: each is in memory until it has been checked."""
BODY_SECONDS = 300
"""A phone on a poor line needs this long for a few megabytes."""
_NAME_LENGTH = 200


class Desk(Protocol):
    """Who takes what is handed in."""

    limit: int
    """Bytes of the largest file."""

    async def is_open(self, token: str) -> bool:
        """Whether this page can still take a file."""
        ...

    async def take(self, token: str, name: str, data: bytes) -> str | None:
        """Takes the file, once. What to tell the person; None when the page can take nothing any more."""
        ...


def add_to(app: web.Application, desk: Desk) -> None:
    """Adds the page to the web application."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def show(request: web.Request) -> web.Response:
        with speaking("vi"):
            if not await desk.is_open(request.match_info["token"]):
                return _page(_over(), status=410)
            return _page("", form=True, limit=desk.limit)

    async def take(request: web.Request) -> web.Response:
        with speaking("vi"):
            said, status, again = await _took(request, desk, slots)
            if "application/json" in request.headers.get("Accept", ""):  # the page's own script
                return web.json_response({"said": said, "again": again}, status=status)
            return _page(said, status=status, form=again, limit=desk.limit)

    app.router.add_get(PATH, show)
    app.router.add_post(PATH, take)


async def _took(request: web.Request, desk: Desk, slots: asyncio.Semaphore) -> tuple[str, int, bool]:
    """What to tell, the status, and whether the page can be used again."""
    token = request.match_info["token"]
    if not await desk.is_open(token):
        return _over(), 410, False
    async with slots:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                name, data = await _file(request, desk.limit)
        except _TooBig:
            return _too_big(desk.limit), 413, True
        except TimeoutError:
            return _("Mạng quá chậm nên tệp chưa tới. Mời đồng chí thử lại."), 408, True
        except (ValueError, HttpProcessingError):  # no file, or parts that are none of a form
            return _("Chưa có tệp nào. Mời đồng chí chọn tệp rồi bấm Gửi."), 400, True
        said = await desk.take(token, name, data)
    return (_over(), 410, False) if said is None else (said, 200, False)


class _TooBig(Exception):
    """More than the limit was sent; nothing of it is kept."""


async def _file(request: web.Request, limit: int) -> tuple[str, bytes]:
    """Name and bytes of the form's file. Raises ValueError when there is none, _TooBig."""
    if request.content_type != "multipart/form-data":
        raise ValueError("not this page's form")
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name != "file":
            raise ValueError("not this page's form")
        name = PurePath(clean(part.filename or "").replace("\\", "/")).name[-_NAME_LENGTH:]
        data = bytearray()
        while piece := await part.read_chunk():
            data += piece
            if len(data) > limit:
                raise _TooBig
        if not name or not data:
            raise ValueError("no file")
        return name, bytes(data)
    raise ValueError("no file")


def _over() -> str:
    return _(
        "Trang này đã dùng rồi hoặc đã quá 10 phút. Mời đồng chí nhắn “gửi tệp” trong khung chat để có trang mới."
    )


def _too_big(limit: int) -> str:
    return _("Tệp lớn hơn {count} MB. Mời đồng chí giảm dung lượng rồi gửi lại.", count=number(limit >> 20))


def _page(said: str, *, status: int = 200, form: bool = False, limit: int = 0) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        "img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        # The address is the key to the page: it goes nowhere else.
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    body = _HTML.format(
        nonce=nonce,
        title=escape(_("Gửi tệp cho Sổ tay")),
        said=escape(said),
        form=_form(nonce, limit) if form else "",
    )
    return web.Response(text=body, content_type="text/html", status=status, headers=headers)


def _form(nonce: str, limit: int) -> str:
    return _FORM.format(
        nonce=nonce,
        limit=limit,
        too_big=escape(_too_big(limit)),
        pick=escape(_("Chọn tệp PDF hoặc DOCX, không quá {count} MB.", count=number(limit >> 20))),
        label=escape(_("Tệp của văn bản")),
        send=escape(_("Gửi")),
        sending=escape(_("Đang gửi…")),
        checking=escape(_("Đã tới nơi. Đang kiểm tra tệp, xin chờ một chút…")),
        failed=escape(_("Chưa gửi được, có thể do mạng. Mời đồng chí bấm Gửi lần nữa.")),
        elsewhere=escape(
            _(
                "Nếu không chọn được tệp, đồng chí bấm nút ba chấm ở góc màn hình rồi chọn mở bằng trình duyệt."
            )
        ),
    )


_HTML = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="data:,"><title>{title}</title>
<style nonce="{nonce}">
body {{ font: 1.375rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.25rem; max-width: 34rem;
  color: #1b1b1b; background: #fff; }}
h1 {{ font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; }}
label {{ display: block; font-weight: 700; }}
input, button {{ font: inherit; width: 100%; box-sizing: border-box; min-height: 3.5rem; margin: .5rem 0 1rem; }}
input {{ border: 2px dashed #8a1c12; border-radius: .5rem; padding: .75rem; }}
button {{ border: 0; border-radius: .5rem; background: #a3180d; color: #fff; font-weight: 700; }}
button:disabled {{ background: #6b6b6b; }}
:focus-visible {{ outline: 3px solid #0b57d0; outline-offset: 2px; }}
progress {{ width: 100%; height: 1.5rem; }}
[hidden] {{ display: none; }}
#said:not(:empty) {{ border-left: .4rem solid #a3180d; padding: .25rem 0 .25rem 1rem; }}
small {{ font-size: 1.125rem; color: #454545; }}
</style></head><body><main><h1>{title}</h1>
<p id="said" role="status" aria-live="polite">{said}</p>
{form}</main></body></html>
"""
_FORM = """<form id="form" method="post" enctype="multipart/form-data" data-limit="{limit}"
 data-too-big="{too_big}" data-sending="{sending}" data-checking="{checking}" data-failed="{failed}">
<p>{pick}</p><label for="file">{label}</label>
<input id="file" type="file" name="file" required accept=".pdf,.docx,application/pdf,\
application/vnd.openxmlformats-officedocument.wordprocessingml.document">
<button id="send">{send}</button>
<progress id="bar" max="100" value="0" hidden aria-label="{sending}"></progress></form>
<p><small>{elsewhere}</small></p>
<script nonce="{nonce}">
const form = document.getElementById("form"), said = document.getElementById("said");
const bar = document.getElementById("bar"), send = document.getElementById("send");
form.addEventListener("submit", (event) => {{
  event.preventDefault();
  const file = document.getElementById("file").files[0];
  if (!file) return;
  if (file.size > Number(form.dataset.limit)) {{ said.textContent = form.dataset.tooBig; return; }}
  const call = new XMLHttpRequest(), body = new FormData();
  body.append("file", file);
  send.disabled = true; bar.hidden = false; said.textContent = form.dataset.sending;
  call.upload.onprogress = (step) => {{ if (step.lengthComputable) bar.value = 100 * step.loaded / step.total; }};
  call.upload.onload = () => {{ bar.value = 100; said.textContent = form.dataset.checking; }};
  call.onload = () => {{
    let answer = {{ said: form.dataset.failed, again: true }};
    try {{ answer = JSON.parse(call.responseText); }} catch {{ /* a proxy's own page */ }}
    said.textContent = answer.said;
    bar.hidden = true; send.disabled = false; form.hidden = !answer.again;
  }};
  call.onerror = () => {{ said.textContent = form.dataset.failed; bar.hidden = true; send.disabled = false; }};
  call.open("POST", location.pathname);
  call.setRequestHeader("Accept", "application/json");
  call.send(body);
}});
</script>
"""
