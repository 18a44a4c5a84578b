"""An editor changes a day's digest: leaves stories out, puts them first, adds a line, holds it."""

import re
from collections.abc import Callable
from datetime import date

from bot.chat.errors import Refused
from bot.chat.replies import Say
from bot.chat.talk import Retry, Script, Talk
from bot.chat.text import fold
from bot.dialogs.post_notice import notice_words
from bot.i18n import _, day
from bot.news import service, texts
from bot.news.editions import Editions
from bot.news.models import Habit
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("sửa điểm tin")


def script(habit: Habit) -> Script[Tx]:
    """The dialog, where no unit has its own habit."""
    return lambda talk: _edit(talk, habit)


def _edit(talk: Talk[Tx], habit: Habit) -> None:
    given = talk.given()
    unit, on = int(given["unit"]), date.fromisoformat(given["day"])
    told = ""
    while True:
        shown: dict[str, list[object]] = talk.note("shown", lambda: _shown(talk, unit, on, habit))
        if not shown:
            talk.say(texts.no_right())
            return
        ids = [int(str(each)) for each in shown["ids"]]
        text = "\n".join(part for part in (told, str(shown["text"][0])) if part)
        what = talk.ask(
            "what",
            Say(text or _("Chưa có tin nào."), heading=_("Sửa điểm tin {day}", day=day(on))),
            parse=_typed(len(ids)),
            options={
                "drop": _("Bỏ một tin"),
                "first": _("Xếp lên đầu"),
                "line": _("Thêm một dòng"),
                "hold": _("Không gửi"),
                "done": _("Xong"),
            },
        )
        if what == "done":
            break
        if what in ("drop", "first"):
            which = talk.ask(what, _which(what), parse=_typed(len(ids), what))
            what = str(which)
        if what == "line":
            what = "line " + str(
                talk.ask("line", Say(_("Dòng cần thêm vào cuối điểm tin?")), parse=notice_words)
            )
        try:
            talk.once("change", _change(talk, unit, on, ids, what))
        except Refused:
            talk.say(texts.no_right())
            return
        if what == "hold":
            talk.say(
                Say(_("Điểm tin {day} được giữ lại, không gửi. Đổi ý: nhắn “sửa điểm tin”.", day=day(on)))
            )
            return
        told = _("Đã sửa.")
    talk.say(Say(_("Đã xong phần sửa. Điểm tin {day} theo bản vừa rồi.", day=day(on))))


def _shown(talk: Talk[Tx], unit: int, on: date, habit: Habit) -> dict[str, list[object]]:
    """What there is to choose from; nothing for who may not (any more): units have notices of their own."""
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    if account is None or not people.may(talk.tx, account.member_id, Verb.EDIT_NEWS, unit):
        return {}
    editions = Editions(talk.tx, on, habit)
    edition = editions.edition(unit)
    found = texts.candidates(edition, editions.path(unit))
    return {"ids": [each.id for each in found], "text": [texts.listed(found, edition.lines)]}


def _which(what: str) -> Say:
    if what == "drop":
        return Say(_("Bỏ tin số mấy? Ví dụ: 3"))
    return Say(_("Xếp theo thứ tự nào? Ví dụ: 4 1 2"))


def _typed(count: int, what: str = "") -> Callable[[str], str]:
    """Reads "bỏ 3", "xếp 4 1 2", or after the question the numbers alone, as "drop 3", "first 4 1 2"."""

    def read(text: str) -> str:
        said = fold(text)
        verb = what
        for name, words in (
            ("drop", r"bo(?: tin)?(?: so)?"),
            ("first", r"(?:xep|ghim|dua)(?: tin)?(?: so)?"),
        ):
            if (match := re.match(rf"{words}\s+(?=\d)", said)) is not None:
                verb, said = name, said[match.end() :]
                break
        numbers = [int(each) for each in re.findall(r"\d+", said)]
        right = bool(verb) and bool(numbers) and all(1 <= each <= count for each in numbers)
        if not right or re.sub(r"[\d\s.,;]|len dau|va", "", said):
            raise Retry(_("Đồng chí chọn một mục, hoặc nhắn “bỏ 3”, “xếp 4 1 2”."))
        return " ".join([verb, *(str(each) for each in dict.fromkeys(numbers))])

    return read


def _change(talk: Talk[Tx], unit: int, on: date, ids: list[int], what: str) -> Callable[[], None]:
    def change() -> None:
        account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
        if account is None:
            raise Refused("no_right")
        by = account.member_id
        verb, _space, rest = what.partition(" ")
        if verb == "hold":
            service.decide(talk.tx, by, unit, on, send=False)
        elif verb == "line":
            service.add_line(talk.tx, by, unit, on, rest)
        else:
            chosen = [ids[int(each) - 1] for each in rest.split()]
            if verb == "drop":
                for story in chosen:
                    service.drop(talk.tx, by, unit, on, story)
            else:
                service.order(talk.tx, by, unit, on, chosen)

    return change
