"""Terminal commands on news: how the feeds are, reading them now, a unit's own feed and habit."""

from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Column, Table

from bot.chat.errors import Refused
from bot.cli_people import in_store
from bot.i18n import _, number

news = typer.Typer(no_args_is_help=True, help="Tin và điểm tin sáng.")


@news.command("sources")
def sources() -> None:
    """Tình trạng từng nguồn tin: lấy được bao nhiêu, lần cuối khi nào, lỗi gì."""
    from bot.news import feeds, queries, texts
    from bot.settings import Settings

    tried = {each.url: each.tried for each in feeds.sources(Settings().news_feeds or feeds.SHIPPED)}
    address = Column(_("Địa chỉ"), overflow="fold")
    table = Table(_("Nguồn"), address, _("Đã thử"), _("Số tin"), _("Lần cuối tốt"), _("Lỗi"))
    for feed in in_store(queries.all_feeds):
        error = "" if feed.error is None else _(texts.ERRORS.get(feed.error, texts.ERRORS["broken"]))
        known = {True: _("có"), False: _("chưa"), None: "–"}[tried.get(feed.url)]
        table.add_row(feed.name, feed.url, known, number(feed.items), texts.last_fetch(feed.ok_at), error)
    Console().print(table)


@news.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Địa chỉ nguồn RSS hoặc Atom.")],
    *,
    name: Annotated[str, typer.Option(help="Tên hiện ra bên cạnh tin.")],
    unit: Annotated[str, typer.Option(help="Mã hoặc tên đơn vị đọc nguồn này.")],
) -> None:
    """Thêm nguồn tin riêng của một đơn vị; tên miền phải nằm trong SOTAY_NEWS_DOMAINS."""
    from bot.news import service
    from bot.newsroom import desk
    from bot.organisation import queries as people
    from bot.settings import Settings
    from bot.store.tx import Tx

    settings = Settings()
    if not desk(settings).may_fetch(url):
        raise typer.BadParameter(_("Tên miền này không nằm trong SOTAY_NEWS_DOMAINS."))

    def unit_of(tx: Tx) -> None:
        found = people.find_organisation(tx, unit)
        if found is None:
            raise typer.BadParameter(_("Không tìm thấy đơn vị {name}.", name=unit))
        service.add_feed(tx, None, found.id, url, name)

    try:
        in_store(unit_of)
    except Refused:
        raise typer.BadParameter(_("Nguồn này đã có.")) from None
    Console().print(_("Đã thêm; bot đang chạy sẽ lấy tin trong vòng một phút."))


@news.command("set")
def set_(
    unit: Annotated[str, typer.Argument(help="Mã hoặc tên đơn vị.")],
    *,
    hour: Annotated[str | None, typer.Option(help="Giờ gửi điểm tin, 06:00 đến 09:00, mỗi nửa giờ.")] = None,
    preview: Annotated[str | None, typer.Option(help="Giờ cho người biên tập xem trước, hôm trước.")] = None,
    silence: Annotated[
        Literal["send", "hold"] | None,
        typer.Option(help="Người biên tập im lặng: send là vẫn gửi, hold là không gửi."),
    ] = None,
) -> None:
    """Đặt cách gửi điểm tin của một đơn vị; không đặt thì theo cấp trên."""
    from bot.news import rules, service
    from bot.organisation import queries as people
    from bot.store.tx import Tx

    if hour is None and preview is None and silence is None:
        raise typer.BadParameter(_("Hãy cho --hour, --preview hoặc --silence."))
    try:
        minutes = [None if each is None else rules.read_minute(each) for each in (hour, preview)]
    except ValueError:
        raise typer.BadParameter(_("Giờ phải như 06:30.")) from None

    def change(tx: Tx) -> None:
        found = people.find_organisation(tx, unit)
        if found is None:
            raise typer.BadParameter(_("Không tìm thấy đơn vị {name}.", name=unit))
        service.set_habit(tx, None, found.id, minute=minutes[0], preview_minute=minutes[1], silence=silence)

    try:
        in_store(change)
    except Refused:
        raise typer.BadParameter(_("Giờ gửi từ 06:00 đến 09:00, mỗi nửa giờ.")) from None
    Console().print(_("Đã đặt."))
