"""Terminal commands on directives: preview and send in a secretary's name; how one stands."""

from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.chat.errors import Refused
from bot.chat.replies import File
from bot.clock import VIETNAM, now
from bot.directives.models import Draft, Urgency
from bot.directives.numbers import parse
from bot.i18n import _, number

if TYPE_CHECKING:  # the database is loaded by the commands that need it: others answer at once
    from bot.store.tx import Tx

directive = typer.Typer(no_args_is_help=True, help="Văn bản chỉ đạo.")

END_OF_WORK = time(17)
"""A deadline given as a date ends at this hour, Vietnam's time."""


@directive.command("send")
def send(
    file: Annotated[Path, typer.Argument(help="Tệp .pdf hoặc .docx, không quá 5 MB.")],
    *,
    number_: Annotated[str, typer.Option("--number", help="Số, ký hiệu: 52-KH/ĐU.")],
    issued: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d", "%d/%m/%Y"], help="Ngày ban hành.")
    ],
    title: Annotated[str, typer.Option(help="Trích yếu.")],
    as_card: Annotated[str, typer.Option("--as", help="Số thẻ đảng viên của người gửi (bí thư, Văn phòng).")],
    to: Annotated[str, typer.Option(help="Mã hoặc tên đơn vị nhận (gồm mọi đơn vị bên dưới).")],
    summary: Annotated[str, typer.Option(help="Tóm tắt hai, ba dòng.")] = "",
    deadline: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"], help="Hạn xác nhận."
        ),
    ] = None,
    urgency: Annotated[Urgency, typer.Option(help="normal, urgent, express, flash.")] = Urgency.NORMAL,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
) -> None:
    """Xem trước rồi gửi một văn bản; bot đang chạy sẽ chuyển đi."""
    from bot.cli_errors import clear_errors
    from bot.directives import forecasting, queries, service
    from bot.settings import Settings
    from bot.store.files import FileBox
    from bot.store.installation import open_store
    from bot.store.writer import write

    screen = Console()
    parsed = parse(number_)
    if parsed is None:
        raise typer.BadParameter(_("Số văn bản phải như 52-KH/ĐU."))
    with clear_errors():
        data = file.read_bytes()
        media_type = _checked(file, data, title)
        settings = Settings()
        engine, vault = open_store(settings.database, settings.keys)
        box = FileBox(settings.files, vault)
        attached = File(box.put(data), file.name, media_type, len(data))
    make = partial(
        _draft,
        number_=str(parsed),
        issued=issued.date(),
        title=title.strip(),
        summary=summary.strip(),
        urgency=urgency,
        deadline=_deadline(deadline),
        to=to,
        as_card=as_card,
        file=attached,
    )
    try:
        if not yes:
            _preview(screen, write(engine, vault, lambda tx: forecasting.preview(tx, make(tx).unit_id)))
            typer.confirm(_("Gửi văn bản này?"), abort=True)
        directive_id = write(engine, vault, lambda tx: _create(tx, make(tx)))
        while write(engine, vault, partial(service.freeze_slice, directive_id=directive_id)):
            pass
        totals = write(engine, vault, partial(queries.totals, directive_id=directive_id))
    except Refused as refusal:
        raise typer.BadParameter(_refusal(refusal.code)) from None
    finally:
        engine.dispose()
    screen.print(
        _(
            "Đã chuyển {number} cho {count} đồng chí; {lost} đồng chí chưa có cách nhận.",
            number=str(parsed),
            count=number(totals.recipients),
            lost=number(totals.unreachable),
        )
    )


@directive.command("reminders", context_settings={"ignore_unknown_options": True})  # “-3 -1” is none
def reminders(
    unit: Annotated[str, typer.Argument(help="Mã hoặc tên đơn vị ban hành (gồm mọi đơn vị bên dưới).")],
    days: Annotated[
        str, typer.Argument(help="Số ngày so với hạn, ví dụ “-3 -1 0 1”; “usual”: như mặc định.")
    ],
    urgency: Annotated[Urgency, typer.Option(help="normal, urgent, express, flash.")] = Urgency.NORMAL,
) -> None:
    """Đặt những ngày nhắc văn bản của một đơn vị."""
    from bot.cli_people import in_store
    from bot.directives import chain, timers
    from bot.organisation import queries as people

    def plan(tx: "Tx") -> None:
        found = people.find_organisation(tx, unit)
        if found is None:
            raise typer.BadParameter(_("Không tìm thấy đơn vị {unit}.", unit=unit))
        timers.plan(tx, found.id, urgency, minutes)

    try:
        minutes = None if days == "usual" else [round(float(each) * chain.DAY) for each in days.split()]
        in_store(plan)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            _("Tối đa 8 mốc, mỗi mốc trong 60 ngày trước hoặc sau hạn, ví dụ “-3 -1 0 1”.")
        ) from None
    Console().print(_("Đã đặt. Văn bản gửi từ nay nhắc theo lịch này."))


AsCard = Annotated[str, typer.Option("--as", help="Số thẻ đảng viên của người soạn (bí thư, Văn phòng).")]


@directive.command("drafts")
def drafts(as_card: AsCard) -> None:
    """Các bản nháp của một đồng chí: đang soạn trong khung chat, và đang chờ người thứ hai duyệt."""
    from bot import cli_compose
    from bot.cli_people import in_store
    from bot.clock import to_ms
    from bot.i18n import moment

    running, waiting = in_store(lambda tx: cli_compose.drafts_of(tx, _member(tx, as_card)))
    if not running and not waiting:
        Console().print(_("Không có bản nháp nào. Bắt đầu bằng: sotay directive compose --as SỐ_THẺ"))
        return
    table = Table(_("Văn bản"), _("Ở đâu"), _("Lúc"))
    for channel, state in running:
        answers = cli_compose.answers_of(state)
        named = " ".join(str(answers[key]) for key in ("number", "title") if key in answers)
        at = moment(state.asked_at) if to_ms(state.asked_at) > to_ms(cli_compose.LONG_AGO) else "–"
        table.add_row(named or "–", _("đang soạn, {channel}", channel=channel), at)
    for each in waiting:
        table.add_row(f"{each.number} {each.title}", _("chờ người thứ hai duyệt"), "–")
    Console().print(table)


@directive.command("compose")
def compose(
    as_card: AsCard,
    channel: Annotated[str, typer.Option(help="telegram hoặc zalo_oa: khung chat nào giữ bản nháp.")] = "",
) -> None:
    """Soạn và gửi bằng đúng hộp thoại của khung chat; bản nháp bắt đầu ở chat thì làm tiếp ở đây, và ngược lại."""
    _converse(as_card, channel, "/guivanban", "compose_directive")


@directive.command("correct")
def correct(
    document: Annotated[str, typer.Argument(help="Số văn bản đã gửi: 52, 52-KH/ĐU.")],
    as_card: AsCard,
    channel: Annotated[
        str, typer.Option(help="telegram hoặc zalo_oa: khung chat nào giữ bản đang soạn.")
    ] = "",
) -> None:
    """Đính chính một văn bản đã gửi, bằng đúng hộp thoại “đính chính 52” của khung chat."""
    _converse(as_card, channel, f"/dinhchinh {document}", "correct_directive")


@directive.command("versions")
def versions(document: Annotated[str, typer.Argument(help="Số văn bản: 52, 52-KH/ĐU.")]) -> None:
    """Các bản của một văn bản đã đính chính: từ lúc nào, ai đính chính, xác nhận giữ hay hỏi lại."""
    from bot.cli_broadcast import find
    from bot.cli_people import in_store
    from bot.directives import correcting
    from bot.i18n import moment
    from bot.organisation import queries as people

    def read(tx: "Tx") -> tuple[list[correcting.Version], dict[int, str]]:
        listed = correcting.versions(tx, find(tx, document).id)
        return listed, people.names(tx, {each.by_id for each in listed})

    listed, names = in_store(read)
    if not listed:
        Console().print(_("Văn bản này chưa đính chính lần nào."))
        return
    table = Table(
        _("Bản"), _("Từ lúc"), _("Người soạn"), _("Trích yếu"), _("Hạn xác nhận"), _("Xác nhận trước")
    )
    for each in listed:
        until = moment(each.deadline) if each.deadline else "–"
        kept = "–" if each.version == 1 else _("hỏi lại") if each.anew else _("giữ")
        table.add_row(number(each.version), moment(each.since), names[each.by_id], each.title, until, kept)
    Console().print(table)


def _converse(as_card: str, channel: str, begins: str, dialog: str) -> None:
    """Holds the chat's dialog in the terminal."""
    from bot import cli_compose
    from bot.chat.events import Address
    from bot.cli_errors import clear_errors
    from bot.organisation import queries as people
    from bot.settings import Settings
    from bot.store.installation import open_store
    from bot.store.writer import write

    screen = Console()
    with clear_errors():
        settings = Settings()
        engine, vault = open_store(settings.database, settings.keys)
    try:
        member_id = write(engine, vault, lambda tx: _member(tx, as_card))
        accounts = write(engine, vault, lambda tx: people.reach(tx, [member_id])).get(member_id, [])
        held = write(engine, vault, lambda tx: cli_compose.running(tx, member_id))
        begun = [each for each, state in held if state.name == dialog]
        known = [each for each in accounts if not channel or each.channel == channel]
        if not known:
            raise typer.BadParameter(
                _("Đồng chí này chưa xác thực tài khoản nào ở kênh đó. Hãy dùng: sotay directive send")
            )
        # The chat that holds a draft, then Zalo.
        account = min(known, key=lambda each: (each.channel not in begun, each.channel != "zalo_oa"))
        if account.channel not in begun and any(channel == account.channel for channel, _state in held):
            raise typer.BadParameter(
                _(
                    "Khung chat {channel} đang làm dở việc khác. Hãy làm xong, hoặc nhắn “hủy” trong khung chat đó,"
                    " rồi chạy lại.",
                    channel=account.channel,
                )
            )
        address = Address(account.channel, account.chat_id, account.user_id)
        desk = cli_compose.Desk(settings, engine, vault, member_id, address, begins, dialog)
        screen.print(
            _("Trả lời từng câu. Tệp: nhập đường dẫn tới tệp. Nhập “thoát” để dừng và giữ bản nháp.")
        )
        cli_compose.talk(desk, screen, _typed)
    finally:
        engine.dispose()


def _typed() -> str | None:
    try:
        return input("> ")
    except EOFError:
        return None


def _member(tx: "Tx", as_card: str) -> int:
    from bot.organisation import queries as people

    member = people.member_by_card(tx, as_card)
    if member is None:
        raise typer.BadParameter(_("Không có đảng viên với số thẻ này."))
    return member.id


def _checked(file: Path, data: bytes, title: str) -> str:
    from bot.directives import rules
    from bot.directives.gate.check import check
    from bot.directives.gate.texts import explain

    media_type = rules.looks_like(file.name, data)
    if media_type is None:
        raise typer.BadParameter(
            _("{name} không phải PDF hay DOCX. Hãy xuất văn bản ra PDF rồi gửi lại.", name=file.name)
        )
    if len(data) > rules.MAX_FILE:
        raise typer.BadParameter(_("Tệp lớn hơn 5 MB nên Zalo không nhận. Hãy giảm dung lượng rồi gửi lại."))
    if not title.strip() or len(title) > rules.MAX_TITLE:
        raise typer.BadParameter(_("Trích yếu cần có, và không quá 300 chữ cái."))
    from bot.directives.gate.models import LIMITS
    from bot.directives.gate.rule import allowed
    from bot.settings import Settings

    verdict = check(file.name, data, LIMITS, allowed(Settings().gate_rules))
    if verdict.verdict == "refuse":
        raise typer.BadParameter(explain(verdict.why))
    if verdict.verdict != "pass":
        raise typer.BadParameter(
            _("Tệp có ảnh hoặc trang quét nên cần người thứ hai xem: hãy dùng sotay directive compose.")
        )
    return media_type


def _deadline(given: datetime | None) -> datetime | None:
    if given is None:
        return None
    if given.time() == time(0):
        given = datetime.combine(given.date(), END_OF_WORK)
    moment = given.replace(tzinfo=VIETNAM).astimezone(UTC)
    if moment <= now():
        raise typer.BadParameter(_("Hạn xác nhận đã qua, hoặc trước giờ gửi. Hãy chọn thời điểm muộn hơn."))
    return moment


def _draft(
    tx: "Tx",
    *,
    number_: str,
    issued: date,
    title: str,
    summary: str,
    urgency: Urgency,
    deadline: datetime | None,
    to: str,
    as_card: str,
    file: File,
) -> Draft:
    from bot.organisation import queries as people

    unit = people.find_organisation(tx, to)
    if unit is None:
        raise typer.BadParameter(_("Không tìm thấy đơn vị {name}.", name=to))
    author_id = _member(tx, as_card)
    return Draft(number_, issued, title, summary, urgency, deadline, unit.id, author_id, file)


def _create(tx: "Tx", draft: Draft) -> int:
    from bot.directives import service

    directive_id = service.create(tx, draft)
    service.open_for_sending(tx, directive_id, draft.author_id)
    return directive_id


def _preview(screen: Console, counts: list[tuple[int, str, int]]) -> None:
    from bot.reports.counting import reason_words

    channels = {"telegram": "Telegram", "zalo_oa": "Zalo"}
    table = Table(_("Cách nhận"), _("Số đồng chí"))
    ways: dict[str, int] = {}
    for _branch, way, count in counts:
        ways[way] = ways.get(way, 0) + count
    for way, count in sorted(ways.items()):
        shown = channels.get(way) or _("không gửi được: {why}", why=reason_words(way))
        table.add_row(shown, number(count))
    screen.print(table)


def _refusal(code: str) -> str:
    sentences = {
        "no_right": _("Người gửi không có quyền gửi tới đơn vị này."),
        "number_taken": _("Đã có văn bản cùng số và cùng ngày. Hãy kiểm tra lại số hoặc ngày."),
        "deadline_past": _("Hạn xác nhận đã qua, hoặc trước giờ gửi. Hãy chọn thời điểm muộn hơn."),
        "not_draft": _("Văn bản này đã được gửi."),
    }
    return sentences.get(code, code)
