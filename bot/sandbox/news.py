"""News sites that behave as real ones do: good, slow, broken, with odd zones and markup, repeating, hostile.

All stories are made up. Each site tells new ones every day of the clock that can be turned.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from unicodedata import normalize

from aiohttp import web

from bot import clock

LABEL = "tin mẫu"
_SUBJECTS = (
    "chi bộ sinh viên",
    "chi bộ cán bộ",
    "đảng bộ bộ phận",
    "khối hành chính",
    "các khoa",
    "hai viện",
    "ký túc xá",
)
_PARTY = (
    "Trường Đại học Mẫu tập huấn kỹ năng công tác Đảng cho {subject} tháng {month}",
    "Đảng ủy Trường Mẫu kiểm tra việc thực hiện nghị quyết tại {subject}, đợt {day}",
    "Lễ kết nạp {day} đảng viên mới của {subject}",
)
_CITY = (
    "Thành phố Mẫu mở thêm {day} tuyến xe buýt điện phục vụ {subject}",
    "Thư viện số Thành phố Mẫu đón lượt đọc thứ {day} nghìn trong tháng {month}",
    "Trường Đại học Mẫu trao {day} suất học bổng cho sinh viên vượt khó",
    "Phố sách Mẫu khai trương gian trưng bày số {day} về lịch sử địa phương",
)
_REPEATED = "Trường Mẫu trao học bổng cho sinh viên vượt khó: {day} suất"
_WORLD = ("Nông dân huyện Mẫu thu hoạch {day} tấn vải sớm", "Khánh thành cầu Mẫu {day} nối hai xã ven sông")


@dataclass
class Site:
    """One site: how its feed is written, and how it behaves."""

    name: str
    titles: tuple[str, ...]
    write: Callable[["Site", str], bytes]
    delay: float = 0.0
    """Seconds before it answers."""
    mode: str = "well"
    """"well", "down" (500), "empty", "garbage", "huge", "bomb", "home" (redirect to this machine's inside), "away"."""
    asked: int = 0
    """How often the feed was asked for."""
    unchanged: int = 0
    """How often it answered that nothing changed."""


def _stories(site: Site, base: str) -> list[tuple[str, str, str, datetime]]:
    """Title, link, summary and moment of today's stories, up to now."""
    now = clock.now().astimezone(clock.VIETNAM)
    found = []
    for place, title in enumerate(site.titles):
        told = title.format(day=now.day, month=now.month, subject=_SUBJECTS[now.toordinal() % len(_SUBJECTS)])
        moment = now.replace(hour=5, minute=10 + place, second=0, microsecond=0)
        if moment > now:
            moment -= timedelta(days=1)
        slug = f"{now:%Y%m%d}-{place}"
        summary = f"{told} ({LABEL}). Câu thứ hai của bài không hiện ra."
        found.append((told, f"{base}/news/{site.name}/{slug}.html?utm_source=rss", summary, moment))
    return found


def _rss(items: list[str]) -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{LABEL}</title>'
    return "".join([head, *items, "</channel></rss>"]).encode()


def _item(title: str, link: str, summary: str, date: str) -> str:
    told = f"<title>{title}</title><link>{link}</link><description>{summary}</description>"
    return f"<item>{told}<pubDate>{date}</pubDate></item>"


def plain_rss(site: Site, base: str) -> bytes:
    """Well-formed RSS with +0700."""
    return _rss(
        [_item(escape(t), escape(u), escape(s), format_datetime(at)) for t, u, s, at in _stories(site, base)]
    )


def zones_rss(site: Site, base: str) -> bytes:
    """A zone that changes from entry to entry: none, GMT+7, Vietnam's time called GMT, ICT."""
    ways = (
        "%d/%m/%Y %H:%M",
        "%a, %d %b %Y %H:%M:%S GMT+7",
        "%a, %d %b %Y %H:%M:%S GMT",
        "%Y-%m-%dT%H:%M:%S ICT",
    )
    return _rss(
        [
            _item(escape(t), escape(u), escape(s), at.strftime(ways[place % len(ways)]))
            for place, (t, u, s, at) in enumerate(_stories(site, base))
        ]
    )


def nfd_atom(site: Site, base: str) -> bytes:
    """Atom in NFD, titles and summaries as CDATA with markup and &nbsp;."""
    entries = "".join(
        f"<entry><title type='html'><![CDATA[<b>{normalize('NFD', escape(t).replace(' ', '&nbsp;', 1))}</b>]]></title>"
        f"<link href='{escape(u)}'/><id>{escape(u)}</id><updated>{at.isoformat()}</updated>"
        f"<summary type='html'><![CDATA[<p>{normalize('NFD', escape(s))}</p><script>alert(1)</script>]]></summary>"
        "</entry>"
        for t, u, s, at in _stories(site, base)
    )
    return f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{LABEL}</title>{entries}</feed>'.encode()


def hostile_rss(site: Site, base: str) -> bytes:
    """Entries nobody should show: javascript: links, other hosts, script in a title; and one that is fine."""
    [(title, link, summary, at), *_rest] = _stories(site, base)
    date = format_datetime(at)
    return _rss(
        [
            _item("Bấm vào đây", "javascript:alert(document.cookie)", "x", date),
            _item("Trúng thưởng lớn", "https://trung-thuong.example/", "x", date),
            _item("Người nhà", "https://nhandan.vn@trung-thuong.example/", "x", date),
            _item(
                f"&lt;script&gt;alert(1)&lt;/script&gt;{escape(title)}", escape(link), escape(summary), date
            ),
        ]
    )


_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><rss version='2.0'><channel><item><title>&j;</title></item></channel></rss>"
)
HUGE = 200 * 1024 * 1024


def sites() -> dict[str, Site]:
    """All sites by name; the first three make the demo's news."""
    made = (
        Site("nhan-dan-mau", _PARTY, plain_rss),
        Site("thanh-pho-mau", _CITY, zones_rss),
        Site("bao-mau", (_REPEATED, *_WORLD), nfd_atom),
        Site("cham", ("Bản tin chậm số {day}",), plain_rss, delay=60.0),
        Site("hong", ("Không ai thấy",), plain_rss, mode="down"),
        Site("xau", ("Bài lành giữa những bài xấu ngày {day}",), hostile_rss),
    )
    return {site.name: site for site in made}


class News:
    """Serves the sites below /news."""

    def __init__(self, base: Callable[[], str]) -> None:
        self.sites = sites()
        self._base = base

    def routes(self) -> list[web.RouteDef]:
        """The addresses: /news/SITE/feed, and a page for each story."""
        return [
            web.get("/news/{site}/feed", self.feed),
            web.get("/news/{site}/{page}", self.page),
        ]

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """A site's feed, as the site behaves."""
        site = self.sites.get(request.match_info["site"])
        if site is None:
            raise web.HTTPNotFound
        site.asked += 1
        await asyncio.sleep(site.delay)
        if site.mode == "down":
            raise web.HTTPInternalServerError
        if site.mode == "home":
            raise web.HTTPFound("http://127.0.0.1:1/control/info")
        if site.mode == "away":
            raise web.HTTPFound("https://trung-thuong.example/rss")
        if site.mode == "huge":
            return await self._huge(request)
        body = {"empty": _rss([]), "garbage": b"<html><p>404", "bomb": _BOMB}.get(site.mode) or site.write(
            site, self._base()
        )
        etag = f'"{hash(body):x}"'
        if request.headers.get("If-None-Match") == etag:
            site.unchanged += 1
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="application/xml", headers={"ETag": etag})

    async def _huge(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        async for piece in _pieces():
            await answer.write(piece)
        return answer

    async def page(self, request: web.Request) -> web.Response:
        """A story's page."""
        name = escape(request.match_info["page"])
        return web.Response(
            text=f"<!doctype html><html lang=vi><title>{LABEL}</title><p>{name} ({LABEL})",
            content_type="text/html",
        )


async def _pieces() -> AsyncIterator[bytes]:
    piece = b"<item><title>x</title></item>" * 2_000
    for _start in range(0, HUGE, len(piece)):
        yield piece


def feed_list(base: str) -> str:
    """The configuration that reads the well-behaved sites."""
    listed = (
        ("Nhân Dân Mẫu", "nhan-dan-mau", "party", "false"),
        ("Thành phố Mẫu", "thanh-pho-mau", "city", "true"),
        ("Báo Mẫu", "bao-mau", "society", "false"),
    )
    return "".join(
        f'[[feed]]\nname = "{name}"\nurl = "{base}/news/{site}/feed"\n'
        f'topic = "{topic}"\npublic = {public}\ntried = true\n\n'
        for name, site, topic, public in listed
    )
