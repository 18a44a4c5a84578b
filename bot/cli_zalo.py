"""Terminal commands on the Zalo Official Account: connect it, prepare the console."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import parse_qs, urlsplit

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli_errors import clear_errors
from bot.cli_people import in_store
from bot.i18n import _, full_date

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.channels.zalo_oa.access import Access
    from bot.channels.zalo_oa.connect import Consent
    from bot.channels.zalo_oa.doctor import Line
    from bot.channels.zalo_oa.oauth import Grant, OAuth
    from bot.settings import Settings
    from bot.store.tx import Tx
    from bot.store.vault import Vault

T = TypeVar("T")

zalo = typer.Typer(no_args_is_help=True, help="Zalo Official Account: nối bot với OA.")
out = Console(soft_wrap=True, highlight=False, markup=False)

LOCAL_PORT = 8765
LOOK_EVERY_S = 1.0
WAIT_S = 600.0
"""As long as Zalo's code lives."""


@dataclass
class Writing:
    """Runs units on the installation's database from the terminal (`tokens.Writing`)."""

    engine: "Engine"
    vault: "Vault"

    async def run(self, unit: "Callable[[Tx], T]", *, urgent: bool = False) -> T:
        """The unit's result, after its commit."""
        from bot.store.writer import write

        return await asyncio.to_thread(write, self.engine, self.vault, unit)


@zalo.command("pkce")
def pkce() -> None:
    """Tạo một cặp mã PKCE, khi trang quản lý ứng dụng của Zalo có ô Code challenge."""
    from bot.channels.zalo_oa.oauth import pair

    verifier, challenge = pair()
    out.print(_("Điền vào ô Code challenge trên developers.zalo.me:"))
    out.print(f"  {challenge}")
    out.print(_("Thêm vào tệp .env (giữ kín), rồi chạy sotay zalo connect:"))
    out.print(f"  SOTAY_ZALO_OA_CODE_VERIFIER={verifier}")


@zalo.command("connect")
def connect(
    *,
    local: Annotated[
        bool, typer.Option("--local", help="Nhận trang quay về ngay trên máy này, không qua bot đang chạy.")
    ] = False,
    port: Annotated[int, typer.Option(help="Cổng của trang quay về khi dùng --local.")] = LOCAL_PORT,
    paste: Annotated[
        bool, typer.Option("--paste", help="Dán địa chỉ mà trình duyệt quay về, khi trang đó không mở được.")
    ] = False,
) -> None:
    """Nối bot với Zalo OA: quản trị viên của OA đồng ý trong trình duyệt, bot giữ quyền và tự gia hạn."""
    from bot.settings import Settings

    settings = Settings()
    missing = [
        name
        for name, value in (
            ("SOTAY_ZALO_OA_APP_ID", settings.zalo_oa_app_id),
            ("SOTAY_ZALO_OA_APP_SECRET", settings.zalo_oa_app_secret.get_secret_value()),
            ("SOTAY_PUBLIC_URL", settings.public_url or local),
        )
        if not value
    ]
    if missing:
        out.print(_("Còn thiếu thiết lập: {names}. Xem docs/zalo-setup.md.", names=", ".join(missing)))
        raise typer.Exit(2)
    with clear_errors():
        done = asyncio.run(_connect(settings, local=local, port=port, paste=paste))
    if not done:
        raise typer.Exit(1)


async def _connect(settings: "Settings", *, local: bool, port: int, paste: bool) -> bool:
    from bot.channels.zalo_oa import connect as way
    from bot.channels.zalo_oa.oauth import OAuth, pair
    from bot.store.installation import open_store

    engine, vault = open_store(settings.database, settings.keys)
    writing = Writing(engine, vault)
    oauth = OAuth(
        settings.zalo_oa_app_id, settings.zalo_oa_app_secret.get_secret_value(), settings.zalo_oa_oauth
    )
    fixed = settings.zalo_oa_code_verifier.get_secret_value()
    verifier, challenge = pair(fixed)
    base = f"http://127.0.0.1:{port}" if local else settings.public_url.rstrip("/")
    back = base + way.PATH
    try:
        state = await writing.run(way.begin)
        out.print(_("1. Callback URL của ứng dụng trên developers.zalo.me phải đúng là:"))
        out.print(f"   {back}")
        out.print(
            _("2. Mở địa chỉ sau trong trình duyệt, đăng nhập Zalo của quản trị viên OA, chọn đúng OA:")
        )
        out.print(f"   {oauth.consent(back, challenge, state)}")
        if paste:
            consent = await _pasted(state)
        else:
            consent = await _waited(writing, state, port if local else None)
        if consent is None:
            return False
        if settings.zalo_oa_id and consent.oa_id and consent.oa_id != settings.zalo_oa_id:
            out.print(
                _(
                    "Đồng chí đã chọn OA {chosen}, còn SOTAY_ZALO_OA_ID là {wanted}. Chưa nối gì; hãy chọn lại.",
                    chosen=consent.oa_id,
                    wanted=settings.zalo_oa_id,
                )
            )
            return False
        grant = await _exchanged(oauth, consent.code, verifier)
        if grant is None:
            return False
        await writing.run(partial(_keep, settings=settings, consent=consent, grant=grant, fixed=bool(fixed)))
        return True
    finally:
        engine.dispose()


def _keep(tx: "Tx", settings: "Settings", consent: "Consent", grant: "Grant", *, fixed: bool) -> None:
    from collections import Counter

    from bot.channels.zalo_oa import findings, tokens
    from bot.store import audit

    tokens.connect(tx, settings.zalo_oa_app_id, consent.oa_id, grant)
    findings.add(tx, Counter({("pkce", "console" if fixed else "request"): 1}))
    audit.record(tx, "zalo_connected", "zalo_oa", actor="terminal")
    until = tokens.read(tx, settings.zalo_oa_app_id)
    assert until is not None
    out.print(
        _(
            "Đã nối. Bot tự gia hạn; nếu bot ngừng chạy đến {date} thì phải nối lại.",
            date=full_date(until.refresh_until),
        )
    )
    if not settings.zalo_oa_id:
        out.print(_("Hãy thêm vào .env: SOTAY_ZALO_OA_ID={oa_id}", oa_id=consent.oa_id))
    out.print(_("Kiểm tra: sotay doctor zalo"))


async def _exchanged(oauth: "OAuth", code: str, verifier: str) -> "Grant | None":
    from bot.channels.zalo_oa import texts
    from bot.channels.zalo_oa.oauth import OAuthRefused, OAuthUnclear

    try:
        return await oauth.exchange(code, verifier)
    except OAuthRefused as no:
        out.print(texts.problem("code_wrong" if no.problem == "spent" else no.problem))
        out.print(_("Zalo trả lời mã {code}.", code=no.code))
    except OAuthUnclear:
        out.print(_("Không nhận được câu trả lời đọc được từ Zalo. Hãy chạy lại sotay zalo connect."))
    return None


async def _pasted(state: str) -> "Consent | None":
    from bot.channels.zalo_oa.connect import Consent

    question = _("3. Sau khi đồng ý, dán toàn bộ địa chỉ trên thanh địa chỉ vào đây")
    address: str = await asyncio.to_thread(typer.prompt, question)
    given = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    if not given.get("code") or given.get("state", state) != state:
        out.print(_("Địa chỉ này không có mã của lần nối này. Hãy chạy lại sotay zalo connect --paste."))
        return None
    return Consent(given["code"], given.get("oa_id", ""))


async def _waited(writing: Writing, state: str, port: int | None) -> "Consent | None":
    from aiohttp import web

    from bot.channels.zalo_oa import connect as way

    runner = None
    if port is not None:
        app = web.Application()
        app.router.add_get(way.PATH, way.page(writing))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
    out.print(_("3. Đang chờ Zalo quay về (10 phút; Ctrl-C để dừng) …"))
    try:
        async with asyncio.timeout(WAIT_S):
            # Another process takes the code in; the database is where both look.
            while (consent := await writing.run(partial(way.collect, state=state))) is None:  # noqa: ASYNC110 - see above
                await asyncio.sleep(LOOK_EVERY_S)
        return consent
    except TimeoutError:
        out.print(
            _(
                "Chưa thấy trang quay về. Bot có đang chạy và mở được từ Internet không? Có thể dùng"
                " sotay zalo connect --paste."
            )
        )
        return None
    finally:
        if runner is not None:
            await runner.cleanup()


def examine(*, test_account: str, as_json: bool) -> None:
    """`sotay doctor zalo`: prints every line; exit code 1 when something does not work."""
    from bot.channels.zalo_oa.doctor import BAD, SUBJECTS
    from bot.settings import Settings

    settings = Settings()
    if not settings.zalo_oa_app_id:
        out.print(_("Còn thiếu thiết lập: {names}. Xem docs/zalo-setup.md.", names="SOTAY_ZALO_OA_APP_ID"))
        raise typer.Exit(2)
    with clear_errors():
        lines = asyncio.run(_examine(settings, test_account))
    if as_json:
        sys.stdout.write(json.dumps([line._asdict() for line in lines], ensure_ascii=False) + "\n")
    else:
        marks = {"ok": "✓", "look": "!", "bad": "✗", "unknown": "?"}
        table = Table("", _("Mục"), _("Kết quả"))
        for line in lines:
            table.add_row(marks[line.state], _(SUBJECTS[line.subject]), Text(line.words))
        Console().print(table)
    if any(line.state == BAD for line in lines):
        raise typer.Exit(1)


def say_problem() -> None:
    """One sentence under `sotay doctor` when the account's permission needs a person."""
    from bot.channels.zalo_oa import texts, tokens
    from bot.settings import Settings

    if app_id := Settings().zalo_oa_app_id:
        pair = in_store(partial(tokens.read, app_id=app_id))
        if pair is not None and pair.problem:
            out.print(texts.problem(pair.problem))


async def _examine(settings: "Settings", test_account: str) -> "list[Line]":
    from collections import Counter

    from bot.channels.zalo_oa import doctor, findings, tokens
    from bot.delivery import templates
    from bot.store.installation import open_store

    engine, vault = open_store(settings.database, settings.keys)
    writing = Writing(engine, vault)
    app_id = settings.zalo_oa_app_id
    try:
        access = await access_to(settings, writing)
        if test_account:
            if not await writing.run(partial(may_test, user_id=test_account)):
                raise typer.BadParameter(
                    _(
                        "Đây là tài khoản của một đảng viên; doctor chỉ gửi tin thử cho quản trị hoặc người"
                        " ngoài danh sách."
                    )
                )
            tried = await doctor.try_shapes(settings, access, test_account)
            known = Counter({pair: 1 for pair in tried.items() if not pair[1].startswith("unclear")})
            await writing.run(partial(findings.add, counts=known))
        account = await doctor.account_lines(settings, access)
        pair = await writing.run(partial(tokens.read, app_id=app_id))
        seen = await writing.run(findings.found)
        approved = await writing.run(templates.known)
        return doctor.lines(settings, account, pair, seen, approved)
    finally:
        engine.dispose()


async def access_to(settings: "Settings", writing: Writing) -> "Access":
    """The account's pair, renewed where it has ended; the fixed token of a trial before it is connected."""
    from bot.channels.zalo_oa import tokens
    from bot.channels.zalo_oa.access import FixedToken
    from bot.channels.zalo_oa.oauth import OAuth

    app_id = settings.zalo_oa_app_id
    fixed = settings.zalo_oa_access_token.get_secret_value()
    if fixed and await writing.run(partial(tokens.read, app_id=app_id)) is None:
        return FixedToken(fixed)
    oauth = OAuth(app_id, settings.zalo_oa_app_secret.get_secret_value(), settings.zalo_oa_oauth)
    return tokens.Tokens(writing, oauth, name="terminal")


def may_test(tx: "Tx", user_id: str) -> bool:
    """Whether an account is nobody's on the roster, or an administrator's."""
    from bot.organisation import queries
    from bot.organisation.models import Verb

    account = queries.account_of(tx, "zalo_oa", user_id)
    return account is None or bool(queries.scope(tx, account.member_id, Verb.ADMINISTER))
