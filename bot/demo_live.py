"""The demo to hold in one's hand: sandbox, bot and sample people, and two phones in the browser.

Sandbox and bot share this process, and so its one clock: turned on the page, it turns for both.
"""

import asyncio
import os
import signal
import sys
import tempfile
import threading
import webbrowser
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from rich.console import Console

from bot import testing
from bot.app import App
from bot.chat.replies import File
from bot.clock import CLOCK, VIETNAM, now
from bot.demo import ROSTER, SAMPLE, TOP, Actor, slips, spaced, verify
from bot.directives import service
from bot.directives.models import Draft, Urgency
from bot.i18n import _
from bot.meetings import service as meetings
from bot.meetings.models import Draft as Call
from bot.meetings.models import MeetingKind
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Roster, Standing
from bot.organisation.roster_file import read_roster
from bot.organisation.roster_import import import_roster
from bot.organisation.rules import display_name
from bot.policy.calculators import sample_rates
from bot.policy.reading import sample as sample_rules
from bot.policy.service import add_sample
from bot.sandbox.news import feed_list
from bot.sandbox.server import Sandbox, start
from bot.settings import Settings
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.vault import Keys
from bot.testing import Person

PORT = 8090
NUMBER = "51-TB/ĐU"
BEGINS = time(7, 45)
"""When the demo's day begins in Vietnam, whatever the hour here: the directive is sent at once …"""
LATER = timedelta(minutes=105)
"""… and so long ago when the visitor comes: menus of before have gone stale, "1" means the paper."""
CHANNELS = ("zalo_oa", "telegram")


class DemoSettings(Settings):
    """Settings from nothing but what is given: the demo must not touch a real installation's data."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Neither environment nor .env."""
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody the visitor may be."""

    key: str
    label: str
    channel: str
    row: PersonRow | None
    verified: bool = False
    words: str = ""
    """What a visitor may try to say."""


def choose(rows: Sequence[PersonRow]) -> list[Part]:
    """The cast, Zalo first; the first two are on the page when it opens."""
    free = [row for row in rows if not row.posts and row.standing == Standing.ACTIVE and row.birth_date]

    def take(fits: list[PersonRow]) -> PersonRow:
        row = fits[0]
        free.remove(row)
        return row

    def post(words: str, skip: int = 0) -> PersonRow:
        return [row for row in rows if words in row.posts][skip]

    official = MembershipKind.OFFICIAL
    parts = []
    for place, channel in enumerate(CHANNELS):
        secretary = post("Bí thư chi bộ", place)
        own = [row for row in free if row.branch == secretary.branch and row.membership == official]
        probationary = [row for row in free if row.membership == MembershipKind.PROBATIONARY]
        retired = [row for row in free if row.birth_date and row.birth_date.year < 1950]
        parts += [
            Part("member", _("Đảng viên"), channel, take(own)),
            Part("clerk", _("Văn phòng Đảng ủy"), channel, post("Văn phòng Đảng ủy"), True, "gui van ban"),
            Part(
                "officer",
                _("Cán bộ Ban Tổ chức"),
                channel,
                post("Ban Tổ chức", place),
                True,
                "tinh hinh tb 51",
            ),
            Part("secretary", _("Bí thư chi bộ"), channel, secretary, True, "tình hình"),
            Part("waiting", _("Đảng viên đã xác thực"), channel, take(own[1:]), True, "1"),
            Part("elderly", _("Đảng viên cao tuổi, gõ không dấu"), channel, take(retired)),
            Part("probationary", _("Đảng viên dự bị"), channel, take(probationary)),
            Part("stranger", _("Người lạ"), channel, None),
        ]
    return parts


@asynccontextmanager
async def live(folder: Path, port: int = 0) -> AsyncIterator[Sandbox]:
    """Runs the whole demo with its data in `folder`; ends all of it on leaving. Raises OSError (port taken).

    `sandbox.base` is the page's address, `sandbox.phone.cast` who may be played.
    """
    before = datetime.now(UTC) - now()
    morning = datetime.combine(now().astimezone(VIETNAM), BEGINS, VIETNAM)
    CLOCK.turn(morning - now())
    sandbox = await start(port=port)
    try:
        app = await _bot(folder, sandbox)
        try:
            await _furnish(app, sandbox)
            yield sandbox
        finally:
            await app.stop()
    finally:
        await testing.close()
        await sandbox.stop()
        CLOCK.turn((datetime.now(UTC) - now()) - before)


async def _bot(folder: Path, sandbox: Sandbox) -> App:
    """The bot on both channels, as an administrator would set it up."""
    info = sandbox.info()
    # A static token; on the real platform it would be renewed when the clock is turned by days.
    await testing.control(sandbox.control_url, "switches", {"zalo_oa": {"tokens_end": False}})
    settings = DemoSettings(
        data_dir=folder,
        listen_port=0,
        quiet_hours="",  # the demo is shown at any hour
        telegram_token=SecretStr(info["telegram"]["token"]),
        telegram_mode="webhook",
        telegram_secret=SecretStr(os.urandom(16).hex()),
        telegram_api=info["telegram"]["base_url"],
        telegram_rate=0,
        zalo_oa_app_id=info["zalo_oa"]["app_id"],
        zalo_oa_id=info["zalo_oa"]["oa_id"],
        zalo_oa_secret_key=SecretStr(info["zalo_oa"]["oa_secret_key"]),
        zalo_oa_access_token=SecretStr(info["zalo_oa"]["access_token"]),
        zalo_oa_api=info["zalo_oa"]["base_url"],
        zalo_oa_rate=0,
        news_feeds=folder / "feeds.toml",
        news_trusted=sandbox.base,
    )
    (folder / "feeds.toml").write_text(feed_list(sandbox.base), encoding="utf-8")
    Keys.new().write(settings.keys)
    app = App(settings)
    await app.start()
    settings.public_url = f"http://127.0.0.1:{app.port}"  # links to files that a channel does not take
    hook = f"{settings.public_url}/webhook/zalo"
    await testing.control(sandbox.control_url, "zalo_oa/webhook", {"url": hook})
    return app


async def _furnish(app: App, sandbox: Sandbox) -> None:
    """Roster, people, slips, a linked group, this morning's directive, and the cast."""
    roster = await asyncio.to_thread(read_roster, ROSTER)
    parts = choose(roster.people)
    await app.writer.run(partial(_import, roster))
    rules, entries = await asyncio.to_thread(sample_rules)
    await app.writer.run(partial(add_sample, sources=rules, entries=entries, rates=sample_rates()))
    await app.rulebook.refresh(app.writer)
    persons = [
        await Person.create(
            sandbox.control_url,
            part.channel,
            name=display_name(part.row.full_name) if part.row else _("Người Lạ Mẫu"),
            phone=(part.row.phone if part.row else None) or "0000000000",
        )
        for part in parts
    ]
    actors: dict[int, Actor] = {}
    for place, part in enumerate(parts):
        if part.row is None:
            continue
        [actors[place]] = await app.writer.run(partial(slips, [part.row]))
        if part.verified:  # at once: a member's next slip, for the other channel, ends this one
            await verify(actors[place], persons[place])
    group = await _group(sandbox, parts, persons)
    await app.writer.run(partial(_meetings, parts))
    app.sender.ring()
    for part, person in zip(parts, persons, strict=True):
        if part.key == "waiting":  # before the paper: that stays the newest, so "1" means it
            await person.sees(_("Giấy mời: {kind}", kind=_("Sinh hoạt thường kỳ")), 30)
    await _news(app, parts, persons)
    await _directive(app)
    for part, person in zip(parts, persons, strict=True):
        if part.verified:
            await person.sees(NUMBER, 30)
    CLOCK.turn(LATER)
    cast = [
        _shown(part, person, actors.get(place))
        for place, (part, person) in enumerate(zip(parts, persons, strict=True))
    ]
    await testing.control(
        sandbox.control_url, "cast", {"cast": [*cast, group], "steps": steps(), "shared_clock": True}
    )


def _meetings(parts: Sequence[Part], tx: Tx) -> None:
    """The cast's branches are called to a meeting this week."""
    evening = datetime.combine(now().astimezone(VIETNAM) + timedelta(days=4), time(19, 30), VIETNAM)
    for row in (part.row for part in parts if part.key == "secretary"):
        secretary = people.member_by_card(tx, row.card_number or "") if row else None
        assert secretary is not None
        meetings.call(
            tx,
            Call(
                secretary.branch_id,
                MeetingKind.REGULAR,
                evening,
                _("Phòng họp 302 (mẫu)"),
                _("Kiểm điểm công tác tháng, kế hoạch tháng tới (mẫu)"),
                people.names(tx, [secretary.id])[secretary.id],
                secretary.id,
                follows=True,
            ),
        )


def _import(roster: Roster, tx: Tx) -> None:
    import_roster(tx, roster)


def _shown(part: Part, person: Person, actor: Actor | None) -> dict[str, str]:
    told = {"label": f"{part.label}: {person.name}", "platform": part.channel, "user_id": person.user_id}
    if actor is None or actor.row.birth_date is None:
        return told | {"hint": _("Không có phiếu: thử hỏi xem bot cho người lạ biết gì.")}
    born = f"{actor.row.birth_date.day}/{actor.row.birth_date.month}/{actor.row.birth_date.year}"
    if part.verified:
        return told | {
            "hint": _("Đã xác thực, {branch}. Thử nhắn “{words}”.", branch=actor.row.branch, words=part.words)
        }
    code = spaced(actor.code)
    hint = _("Phiếu {code}, sinh {born}, {branch}.", code=code, born=born, branch=actor.row.branch)
    return told | {"hint": hint, "slip": code, "birth": born}


async def _group(sandbox: Sandbox, parts: Sequence[Part], persons: Sequence[Person]) -> dict[str, str]:
    """A branch's Telegram group, linked by its secretary: its part of the cast."""
    found = {
        part.key: person for part, person in zip(parts, persons, strict=True) if part.channel == "telegram"
    }
    secretary = found["secretary"]
    row = next(part.row for part in parts if part.key == "secretary" and part.channel == "telegram")
    title = row.branch if row else ""
    members = [secretary.user_id, found["waiting"].user_id, found["member"].user_id]
    data = {"title": title, "kind": "supergroup", "members": members, "bot": True}
    chat_id: str = (await testing.control(sandbox.control_url, "groups", data))["chat_id"]
    await secretary.sees("không nêu tên ai", 30, chat_id=chat_id)
    await secretary.says("/lienketnhom", chat_id=chat_id)
    await secretary.sees("Đã liên kết nhóm", 30, chat_id=chat_id)
    return {
        "label": _("Nhóm của {branch}, nói với tư cách bí thư", branch=title),
        "hint": _("Nhóm đã liên kết: thẻ văn bản chỉ có con số, không nêu tên ai."),
        "platform": "telegram",
        "user_id": secretary.user_id,
        "chat_id": chat_id,
    }


async def _news(app: App, parts: Sequence[Part], persons: Sequence[Person]) -> None:
    """This morning's digest, of the sandbox's own news sites: once to each, who is on both channels on Zalo."""
    await app.newsroom.gather()
    await app.newsroom.send()
    told: list[PersonRow | None] = []
    for part, person in zip(parts, persons, strict=True):
        if part.verified and part.row not in told:
            told.append(part.row)
            await person.sees("Điểm tin sáng", 30)


async def _directive(app: App) -> None:
    """The Office sends a paper to the whole committee."""
    name = "51-TB-DU.pdf"
    data = (SAMPLE / name).read_bytes()
    box = FileBox(app.settings.files, app.vault)
    file = File(await asyncio.to_thread(box.put, data), name, "application/pdf", len(data))

    def create(tx: Tx) -> int:
        unit = people.find_organisation(tx, TOP)
        clerk = next(row for row in read_roster(ROSTER).people if "Văn phòng Đảng ủy" in row.posts)
        author = people.member_by_card(tx, clerk.card_number or "")
        assert unit is not None and author is not None
        draft = Draft(
            NUMBER,
            now().astimezone(VIETNAM).date(),
            _("Thông báo lịch sinh hoạt chuyên đề (văn bản mẫu)"),
            _("Các chi bộ sinh hoạt chuyên đề trong tuần tới, báo cáo kết quả sau ba ngày."),
            Urgency.NORMAL,
            now() + timedelta(days=3),
            unit.id,
            author.id,
            file,
        )
        directive_id = service.create(tx, draft)
        service.open_for_sending(tx, directive_id, author.id)
        return directive_id

    directive_id = await app.writer.run(create)
    while await app.writer.run(partial(service.freeze_slice, directive_id=directive_id)):
        pass
    app.sender.ring()


def run() -> None:
    """Runs the demo until Ctrl-C; the temporary folder goes with it."""
    asyncio.run(_until_stopped())


async def _until_stopped() -> None:
    screen = Console(stderr=True, highlight=False)
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    screen.print(_("Đang chuẩn bị dữ liệu mẫu, chừng nửa phút …"), markup=False)
    with tempfile.TemporaryDirectory(prefix="sotay-demo-") as folder:
        async with live(Path(folder), _port()) as sandbox:
            _welcome(screen, sandbox.base)
            await stopping.wait()
            screen.print(_("Đang dọn dẹp …"), markup=False)
    screen.print(_("Đã kết thúc, không để lại gì."), markup=False)


def steps() -> list[str]:
    """Things to try, in the terminal and on the page; the first takes seconds."""
    paper = SAMPLE / "52-KH-DU.pdf"
    return [
        _("Máy thứ hai đang có văn bản chờ xác nhận: bấm “Đã đọc, tiếp thu” hoặc nhắn “1”."),
        _(
            "Cũng máy ấy, phía trên, có giấy mời họp: bấm “Sẽ dự”, “Đến muộn”, “Xin vắng”, hoặc nhắn "
            "“toi den muon 15p”. Rồi đổi thành bí thư chi bộ, nhắn “lich hop”."
        ),
        _(
            "Máy thứ nhất: bấm “Quan tâm OA”, “Xác thực”, “Tôi đồng ý”, rồi gõ số phiếu và ngày sinh "
            "ghi phía trên máy."
        ),
        _(
            "Máy thứ hai: nhắn “gui van ban” và làm theo, gửi tệp {file}. Máy thứ nhất nhận ngay. Rồi đổi "
            "máy thứ hai thành cán bộ Ban Tổ chức, nhắn “tinh hinh kh 52”.",
            file=os.path.relpath(paper) if paper.is_relative_to(Path.cwd()) else paper,
        ),
    ]


def _welcome(screen: Console, base: str) -> None:
    screen.print(_("Mở trình duyệt tại {address}", address=f"{base}/"), style="bold cyan", markup=False)
    for place, thing in enumerate(steps(), 1):
        screen.print(f"  {place}. {thing}", markup=False, soft_wrap=True)
    screen.print(_("Ctrl-C để kết thúc."), markup=False, style="dim")
    if sys.platform in ("darwin", "win32") or any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY")):
        # In a thread of its own: some browsers keep the call until they are closed.
        threading.Thread(target=_open, args=(base,), daemon=True).start()


def _open(base: str) -> None:
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(base)


def _port() -> int:
    """The usual port, or any when somebody has it."""
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return 0
    return PORT
