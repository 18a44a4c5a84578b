"""A secretary or clerk writes a directive and sends it, from the phone. Reads top to bottom."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from bot.chat.dates import parse_deadline, parse_past_day
from bot.chat.errors import Refused
from bot.chat.replies import Say, To
from bot.chat.talk import Retry, Talk
from bot.chat.text import fold
from bot.clock import VIETNAM
from bot.delivery import templates, window
from bot.delivery.window import Tariff
from bot.dialogs.compose_checks import ask_checks
from bot.dialogs.compose_file import PageAddress, ask_file
from bot.directives import forecasting, knocking, numbers, queries, rules, service, texts
from bot.directives.gate.check import check_text
from bot.directives.gate.models import Why
from bot.directives.gate.texts import explain
from bot.directives.models import Audience, Check, Draft, Urgency
from bot.i18n import N_, _, full_date, moment, number
from bot.organisation import queries as people
from bot.organisation.models import Organisation, Verb
from bot.reports import costs
from bot.store import jobs
from bot.store.tx import Tx

VERSION_OF_DIALOG = 2
MAX_UNITS = 12
"""Units offered as an audience; a larger choice is made from the terminal."""
WAYS = {"telegram": "Telegram", "zalo_oa": "Zalo"}
OBSTACLES = {
    "no_account": N_("chưa xác thực"),
    "withdrawn": N_("chưa đồng ý hoặc đã rút đồng ý"),
    "blocked": N_("đã chặn hoặc bỏ theo dõi"),
}
URGENCIES = {
    Urgency.NORMAL: N_("Thường"),
    Urgency.URGENT: N_("Khẩn"),
    Urgency.EXPRESS: N_("Thượng khẩn"),
    Urgency.FLASH: N_("Hỏa tốc"),
}


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("bản nháp văn bản")


def script(
    talk: Talk[Tx],
    tariff: Tariff,
    approve_above: int = 500,
    page: PageAddress | None = None,
    rule: Collection[Why] = (),
) -> None:
    """Number, date, title, summary, file, deadline, urgency, audience; preview; test; send.

    `page` makes the address of a one-time upload page; `rule` holds the marks that the channels may carry.
    Above so many recipients, or with a file no machine can read, a second person decides.
    """
    talk.given()
    author: int = talk.note("author", partial(_author, talk))
    named, issued = _numbered(talk)
    about: str = talk.ask(
        "title", ask_title(), parse=partial(checked_words, longest=rules.MAX_TITLE, rule=rule)
    )
    summary: str = talk.ask(
        "summary",
        ask_summary(),
        partial(checked_words, longest=rules.MAX_SUMMARY, rule=rule),
        {"-": _("Bỏ qua")},
    )
    attached, declared = ask_file(talk, author, page)
    until: str = talk.ask("deadline", ask_deadline(), deadline(talk), {"-": _("Không đặt hạn")})
    pace: str = talk.ask(
        "urgency", Say(_("Độ khẩn của văn bản?")), options=_named(URGENCIES) | {"later": _("Hẹn giờ gửi")}
    )
    send_at: str = "" if pace != "later" else talk.ask("send_at", _ask_when(), parse=deadline(talk))
    units = talk.note("units", partial(_units, talk.tx, author))
    while True:
        ask_unit = Say(_("Gửi tới đơn vị nào (gồm cả các đơn vị bên dưới)?"))
        unit = int(talk.ask("unit", ask_unit, options=dict(units)))
        audience = _audience(talk, unit)
        reached: int = talk.note("reached", partial(_count, talk.tx, unit, audience))
        if reached:
            break
        talk.say(Say(_("Không có đồng chí nào trong phạm vi này. Mời đồng chí chọn lại.")))
    declared = declared or reached > approve_above
    asked: tuple[Check, ...] = ()
    while True:
        draft = Draft(
            number=named,
            issued_on=issued,
            title=about,
            summary="" if summary == "-" else summary,
            urgency=Urgency.NORMAL if pace == "later" else Urgency(pace),
            deadline=None if until == "-" else datetime.fromisoformat(until),
            unit_id=unit,
            author_id=author,
            file=attached,
            audience=audience,
            send_at=datetime.fromisoformat(send_at) if send_at else None,
            checks=asked,
        )
        preview = partial(_preview, talk.tx, tariff, draft, dict(units)[str(unit)])
        choice = talk.ask("confirm", preview, options=_confirm(declared))
        if choice == "check":
            asked = ask_checks(talk, rule)
        elif choice == "test":
            talk.once("test", partial(_test, talk, draft), may_repeat=True)
        elif choice == "drop":
            talk.say(Say(_("Đã bỏ bản nháp. Chưa gửi gì.")))
            return
        else:
            try:
                directive_id: int = talk.once("send", partial(_send, talk.tx, draft, declared=declared))
                break
            except Refused as refusal:
                # What somebody else did meanwhile, or the time that passed: that step again, the rest is kept.
                if refusal.code == "number_taken":
                    talk.say(_taken())
                    named, issued = _numbered(talk)
                elif refusal.code == "deadline_past":
                    talk.say(Say(_("Hạn xác nhận đã qua, hoặc trước giờ gửi. Mời đồng chí đặt hạn mới.")))
                    until = talk.ask("deadline", ask_deadline(), deadline(talk), {"-": _("Không đặt hạn")})
                else:
                    talk.say(texts.refused(refusal.code, named))
                    return
    if declared:
        card = texts.approval_card(directive_id, draft)
        talk.once("approval", partial(ask_second, talk, directive_id, unit, author, card))
        return
    done = talk.job("freeze", partial(freeze, talk, directive_id), Say(_("Đang lập danh sách người nhận…")))
    talk.say(
        sent(talk.tx, directive_id) if "error" not in done else Say(_("Đang gửi; nhắn “tình hình” để xem."))
    )


def _author(talk: Talk[Tx]) -> int:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    assert account is not None  # the router lets only those in who may send
    return account.member_id


def _numbered(talk: Talk[Tx]) -> tuple[str, date]:
    """A number and date under which there is no directive yet."""
    while True:
        named: str = talk.ask("number", _ask_number(), parse=_number)
        issued = date.fromisoformat(talk.ask("issued", _ask_issued(named), _issued(talk), _today(talk)))
        if not talk.note("taken", partial(service.is_taken, talk.tx, named, issued)):
            return named, issued
        talk.say(_taken())


def _taken() -> Say:
    return Say(_("Đã có văn bản cùng số, cùng ngày. Mời đồng chí kiểm tra lại số hoặc ngày."))


def _named(labels: Mapping[Any, str]) -> dict[str, str]:
    return {str(value): _(label) for value, label in labels.items()}


def _ask_number() -> Say:
    return Say(
        _("Số, ký hiệu văn bản? Ví dụ 52-KH/ĐU. Nhắn “quay lại” để sửa bước trước, “hủy” để dừng."),
        heading=_("Gửi văn bản"),
    )


def _number(text: str) -> str:
    found = numbers.parse(text)
    if found is None:
        raise Retry(_("Tôi chưa đọc được số này. Cần đủ số, loại và cơ quan."))
    return str(found)


def _ask_issued(named: str) -> Say:
    return Say(_("Số văn bản: {number}. Ngày ban hành?", number=named))


def _today(talk: Talk[Tx]) -> dict[str, str]:
    today = date.fromisoformat(talk.note("today", lambda: talk.now.astimezone(VIETNAM).date().isoformat()))
    return {today.isoformat(): _("Hôm nay {date}", date=full_date(today))}


def _issued(talk: Talk[Tx]) -> Any:
    today = talk.now.astimezone(VIETNAM).date()

    def parse(text: str) -> str:
        found = parse_past_day(text, today)
        if found is None:
            raise Retry(_("Tôi chưa hiểu ngày này, hoặc ngày chưa tới. Ví dụ 17/11/2026."))
        return found.isoformat()

    return parse


def ask_title() -> Say:
    """What the paper is about."""
    return Say(_("Trích yếu của văn bản?"))


def ask_summary() -> Say:
    """What it says in short."""
    return Say(_("Tóm tắt hai, ba dòng để đồng chí nào cũng hiểu ngay?"))


def checked_words(text: str, *, longest: int, rule: Collection[Why], least: int = 5) -> str:
    """Words for all to read: of a fair length, and past the secrecy gate. Raises Retry."""
    words = " ".join(text.split())
    if len(words) < least:
        raise Retry(_("Đồng chí viết ít nhất vài chữ nhé."))
    if len(words) > longest:
        raise Retry(_("Dài quá {count} chữ cái. Mời đồng chí rút gọn.", count=number(longest)))
    verdict = check_text(words, rule)
    if verdict.verdict == "refuse":
        raise Retry(explain(verdict.why))
    return words


def ask_deadline() -> Say:
    """Until when it is to be acknowledged."""
    return Say(_("Hạn xác nhận? Ví dụ: thứ 6 tuần này, 30/11, trước 17h mai."))


def deadline(talk: Talk[Tx]) -> Any:
    """Reads a moment ahead, as ISO UTC."""

    def parse(text: str) -> str:
        found = parse_deadline(text, talk.now)
        if found is None:
            raise Retry(_("Tôi chưa hiểu, hoặc hạn này đã qua."))
        return found.astimezone(UTC).isoformat()

    return parse


def _count(tx: Tx, unit: int, audience: Audience) -> int:
    return sum(count for _branch, _way, count in forecasting.preview(tx, unit, audience))


def _ask_when() -> Say:
    return Say(_("Gửi lúc nào? Ví dụ: 7h sáng mai, 8h thứ 2."))


def _audience(talk: Talk[Tx], unit: int) -> Audience:
    """The whole unit, some units below it, one kind of members, or all but one person."""
    below: list[tuple[int, str]] = talk.note("below", partial(_below, talk.tx, unit))
    options = {"all": _("Tất cả")}
    if below:
        options["units"] = _("Chọn đơn vị bên dưới")
    options |= {
        "official": _("Chỉ đảng viên chính thức"),
        "probationary": _("Chỉ đảng viên dự bị"),
        "except": _("Trừ một đồng chí"),
    }
    who: str = talk.ask("who", Say(_("Gửi tới ai trong đơn vị?")), options=options)
    if who == "units":
        listed = "\n".join(f"{place}. {name}" for place, (_id, name) in enumerate(below, 1))
        ask = Say(_("Nhắn số của các đơn vị, cách nhau bằng dấu phẩy, ví dụ 1, 3:") + "\n" + listed)
        chosen: list[int] = talk.ask("some", ask, parse=partial(_some, below))
        return Audience(units=tuple(chosen))
    if who == "except":
        left_out: int = talk.ask(
            "but", Say(_("Trừ đồng chí nào? Nhắn họ và tên.")), parse=partial(_person, talk.tx, unit)
        )
        return Audience(without=(left_out,))
    return Audience(kind="" if who == "all" else who)


def _below(tx: Tx, unit: int) -> list[tuple[int, str]]:
    return [(each.id, each.name) for each in people.organisation_tree(tx) if each.parent_id == unit]


def _some(below: list[tuple[int, str]], text: str) -> list[int]:
    places = [int(part) for part in re.findall(r"\d+", text)]
    if not places or any(not 1 <= place <= len(below) for place in places):
        raise Retry(_("Đồng chí nhắn các số có trong danh sách, ví dụ 1, 3."))
    return [below[place - 1][0] for place in dict.fromkeys(places)]


def _person(tx: Tx, unit: int, text: str) -> int:
    """The one member of the unit with this name; nobody is guessed."""
    wanted = fold(text)
    members = people.members_of(tx, people.subtree_ids(tx, unit))
    names = people.names(tx, [member.id for member in members])
    found = [member_id for member_id, name in names.items() if wanted and fold(name) == wanted]
    if len(found) != 1:
        raise Retry(
            _(
                "Tôi chưa tìm thấy, hoặc có nhiều đồng chí trùng tên này. Mời đồng chí nhắn đủ họ, đệm và tên "
                "như trong danh sách."
            )
        )
    return found[0]


def _units(tx: Tx, author: int) -> list[tuple[str, str]]:
    """Units the author may send to, the highest first. A list of pairs keeps its order in JSON."""
    scope = people.scope(tx, author, Verb.SEND_DIRECTIVE)
    tree: list[Organisation] = [each for each in people.organisation_tree(tx) if each.id in scope]
    return [(str(each.id), each.name) for each in tree[:MAX_UNITS]]


def _preview(tx: Tx, tariff: Tariff, draft: Draft, unit: str) -> Say:
    card = texts.draft_card(draft)
    expected = forecasting.forecast(tx, draft.unit_id, draft.audience, draft.send_at)
    ways: dict[str, int] = {}
    for _branch, way, count in expected.ways:
        ways[way] = ways.get(way, 0) + count
    lines = [card.heading, card.text, "", _("Gửi tới: {unit}", unit=unit)]
    for way, count in sorted(ways.items()):
        if way in WAYS:
            lines.append(_("• qua {channel}: {count} đồng chí", channel=WAYS[way], count=number(count)))
            if (price := tariff.price(way)) is not None:
                messages = tariff.messages(way, texts.real_card(draft))
                taken = window.bill(expected.windows[way], messages, expected.at_ms)
                lines.append("   " + costs.line(taken, price, window.left(tx, way)))
        elif way == window.CLOSED:
            closed = _("• không gửi được qua Zalo (quá 7 ngày): {count} đồng chí", count=number(count))
            lines.append(closed)
            if knocking.may_travel(draft.number, draft.title):
                found = templates.usable(tx, queries.NOTICE)
                lines += ["   " + costs.by_template(count, each.price) for each in found]
        else:
            lines.append(_("• chưa gửi được: {count} ({why})", count=number(count), why=_(OBSTACLES[way])))
    if draft.send_at is not None:
        lines.append(_("Gửi lúc: {when}", when=moment(draft.send_at)))
    lines += texts.check_lines(draft.checks)
    return Say("\n".join(lines), heading=_("Xem trước"))


def _confirm(declared: bool) -> dict[str, str]:
    send = _("Cam đoan không mật, xin duyệt") if declared else _("Cam đoan không mật và gửi")
    return {
        "test": _("Gửi thử cho tôi"),
        "send": send,
        "drop": _("Bỏ bản nháp"),
        "check": _("Kèm câu hỏi kiểm tra"),
    }


def _test(talk: Talk[Tx], draft: Draft) -> None:
    talk.say_to([To(talk.address.channel, talk.address.chat_id, texts.draft_card(draft))])


def _send(tx: Tx, draft: Draft, *, declared: bool) -> int:
    directive_id = service.create(tx, draft)
    if not declared:
        service.open_for_sending(tx, directive_id, draft.author_id)
    return directive_id


def freeze(talk: Talk[Tx], directive_id: int) -> int:
    """Asks for the audience to be frozen, in the name of this address."""
    address = talk.address
    return jobs.request(talk.tx, "freeze", (address.channel, address.chat_id, address.user_id), directive_id)


def sent(tx: Tx, directive_id: int) -> Say:
    """What the author hears when the audience is frozen."""
    directive = queries.get(tx, directive_id)
    assert directive is not None
    totals = queries.totals(tx, directive_id)
    return Say(
        _(
            "{document} đang tới {count} đồng chí; {lost} đồng chí chưa có cách nhận. "
            "Nhắn “tình hình {number}” để xem.",
            document=texts.name(directive),
            count=number(totals.recipients),
            lost=number(totals.unreachable),
            number=directive.number,
        )
    )


def ask_second(talk: Talk[Tx], directive_id: int, unit_id: int, author: int, card: Say) -> None:
    """Asks the nearest other person of the author's level who may decide to look at `card`."""
    others = [
        each
        for each in people.who_may(talk.tx, Verb.SEND_DIRECTIVE, unit_id)
        if each != author and service.may_decide(talk.tx, directive_id, each)
    ]
    for member_id in others:
        reachable = [
            each for each in people.reach(talk.tx, [member_id]).get(member_id, []) if not each.blocked
        ]
        if reachable:
            talk.say_to([To(each.channel, each.chat_id, card) for each in reachable])
            talk.say_to(
                [_here(talk, Say(_("Đã chuyển đồng chí thứ hai xem lại; tôi sẽ báo khi có quyết định.")))]
            )
            return
    talk.say_to(
        [
            _here(
                talk,
                Say(
                    _(
                        "Chưa có ai khác có quyền duyệt. Bản nháp được giữ; đồng chí liên hệ Văn phòng cấp trên."
                    )
                ),
            )
        ]
    )


def _here(talk: Talk[Tx], say: Say) -> To:
    return To(talk.address.channel, talk.address.chat_id, say)
