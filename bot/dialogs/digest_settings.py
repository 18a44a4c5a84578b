"""An editor sets how a unit's digest is made: its hour, the preview's, what silence means, feeds of its own."""

from collections.abc import Callable
from functools import partial

from bot.chat.errors import Refused
from bot.chat.replies import Say
from bot.chat.talk import Retry, Script, Talk
from bot.clock import VIETNAM
from bot.dialogs.post_notice import edited_units
from bot.i18n import _
from bot.news import queries, service, texts
from bot.news.editions import Editions
from bot.news.models import Desk
from bot.news.rules import MINUTES, plain, show_minute
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1
PREVIEWS = tuple(range(14 * 60, 20 * 60 + 1, 60))
"""Hours of the day before at which editors may be shown the digest."""


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("cài đặt điểm tin của đơn vị")


def script(desk: Desk) -> Script[Tx]:
    """The dialog, with what editors go by."""
    return lambda talk: _set(talk, desk)


def _set(talk: Talk[Tx], desk: Desk) -> None:
    talk.given()
    units: list[list[object]] = talk.note("units", lambda: edited_units(talk))
    if not units:
        talk.say(texts.no_right())
        return
    place = "0"
    if len(units) > 1:
        named = {str(place): str(name) for place, (_id, name) in enumerate(units)}
        place = talk.ask("unit", Say(_("Cài đặt điểm tin cho đơn vị nào?")), options=named)
    unit, name = int(str(units[int(place)][0])), str(units[int(place)][1])
    while True:
        shown, own = talk.note("now", partial(_now, talk, unit, desk))
        what = talk.ask(
            "what",
            Say(shown, heading=_("Điểm tin của {unit}", unit=name)),
            options={
                "minute": _("Đổi giờ gửi"),
                "preview": _("Đổi giờ xem trước"),
                "silence": _("Khi im lặng"),
                "add": _("Thêm nguồn tin"),
                **({"drop": _("Bỏ nguồn tin")} if own else {}),
                "done": _("Xong"),
            },
        )
        if what == "done":
            talk.say(Say(_("Đã xong. Cài đặt có hiệu lực từ điểm tin kế tiếp.")))
            return
        try:
            talk.once("set", _asked(talk, unit, what, own, desk))
        except Refused as refusal:
            if refusal.code != "known":
                talk.say(texts.no_right())
                return
            talk.say(Say(_("Nguồn này đã có.")))


def _asked(talk: Talk[Tx], unit: int, what: str, own: list[list[object]], desk: Desk) -> Callable[[], None]:
    """The question that belongs to a choice; what is to be done with its answer."""
    if what in ("minute", "preview"):
        hours = {str(each): show_minute(each) for each in (MINUTES if what == "minute" else PREVIEWS)}
        question = (
            _("Gửi lúc mấy giờ sáng?") if what == "minute" else _("Cho xem trước lúc mấy giờ hôm trước?")
        )
        at = int(talk.ask(what, Say(question), options=hours))
        return partial(_habit, talk, unit, **{"minute" if what == "minute" else "preview_minute": at})
    if what == "silence":
        options = {"send": _("Vẫn gửi"), "hold": _("Không gửi")}
        question = _("Người biên tập không nói gì thì điểm tin thế nào?")
        return partial(_habit, talk, unit, silence=talk.ask("silence", Say(question), options=options))
    if what == "drop":
        options = {str(key): str(name) for key, name in own}
        feed = int(talk.ask("drop", Say(_("Bỏ nguồn nào?")), options=options))
        return lambda: service.drop_feed(talk.tx, _me(talk), unit, feed)
    url = talk.ask(
        "url", Say(_("Địa chỉ RSS hoặc Atom của nguồn (bắt đầu bằng https://)?")), parse=partial(_url, desk)
    )
    name = talk.ask("name", Say(_("Tên nguồn, hiện bên cạnh mỗi tin?")), parse=_name)
    return lambda: service.add_feed(talk.tx, _me(talk), unit, url, name)


def _habit(talk: Talk[Tx], unit: int, **values: int | str) -> None:
    service.set_habit(talk.tx, _me(talk), unit, **values)  # type: ignore[arg-type] # one of three, of its type


def _me(talk: Talk[Tx]) -> int:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    if account is None:
        raise Refused("no_right")
    return account.member_id


def _now(talk: Talk[Tx], unit: int, desk: Desk) -> tuple[str, list[list[object]]]:
    """What holds now, in words, and the unit's own feeds as (id, name)."""
    if not people.may(talk.tx, _me(talk), Verb.EDIT_NEWS, unit):
        return texts.no_right().text, []
    habit = Editions(talk.tx, talk.tx.now.astimezone(VIETNAM).date(), desk.habit).habit(unit)
    own = [each for each in queries.all_feeds(talk.tx, [unit]) if each.unit_id == unit]
    silence = _("vẫn gửi") if habit.silence == "send" else _("không gửi")
    lines = [
        _("Gửi lúc {hour}; đồng chí nào chọn giờ riêng thì theo giờ đó.", hour=show_minute(habit.minute)),
        _("Xem trước lúc {hour} hôm trước.", hour=show_minute(habit.preview_minute)),
        _("Người biên tập im lặng: {silence}.", silence=silence),
        _("Nguồn riêng: {feeds}", feeds=", ".join(each.name for each in own) or _("chưa có")),
    ]
    return "\n".join(lines), [[each.id, each.name] for each in own]


def _url(desk: Desk, text: str) -> str:
    url = text.strip()
    if not desk.may_fetch(url):
        raise Retry(
            _(
                "Chỉ nhận nguồn tin ở trang đã được cho phép. Đồng chí nhờ cán bộ kỹ thuật cho phép thêm trang "
                "này, hoặc nhắn “hủy” để dừng."
            )
        )
    return url


def _name(text: str) -> str:
    name = plain(text)
    if not 2 <= len(name) <= 80:
        raise Retry(_("Tên nguồn từ 2 đến 80 chữ cái."))
    return name
