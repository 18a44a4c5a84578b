"""A secretary calls a meeting from the phone. Reads top to bottom."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from bot.chat.dates import read_meeting_time
from bot.chat.errors import Refused
from bot.chat.replies import Say
from bot.chat.talk import Retry, Talk
from bot.dialogs.compose_file import (
    FOR_INVITATION,
    PageAddress,
    ask_file,
    asks_for_page,
    handle,
    page_words,
)
from bot.directives.gate.check import check_text
from bot.directives.gate.texts import explain
from bot.i18n import _, full_date, moment, number
from bot.meetings import queries, rules, service, texts, texts_calling
from bot.meetings.models import Draft, MeetingKind
from bot.organisation import queries as people
from bot.organisation.models import Purpose, Verb
from bot.organisation.rules import is_counted
from bot.organisation.ways import ways_to
from bot.store import jobs, upload_pages
from bot.store.tx import Tx

VERSION_OF_DIALOG = 2
MAX_UNITS = 12
"""Units offered; a member of a large committee names another by typing."""


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("giấy mời họp")


def script(talk: Talk[Tx], page: PageAddress | None = None) -> None:
    """Unit, kind (or a file that says all), time, place, agenda, chair, documents; preview; call."""
    again: int | None = talk.given()
    author: int = talk.note("author", partial(member_of, talk))
    unit, unit_name = _ask_unit(talk, author, again)
    read: dict[str, Any] = {}
    if again is not None:
        kind = MeetingKind.REGULAR
    else:
        said, read = _ask_kind(talk, unit_name, page)
        kind = MeetingKind(said)
    earlier: list[str] = talk.note("earlier", partial(_earlier, talk.tx, unit, kind))
    same = bool(earlier) and (
        again is not None or (not read and kind == MeetingKind.REGULAR and _as_last_month(talk, earlier))
    )
    if "starts" in read:
        starts = _sure_time(talk, datetime.fromisoformat(read["starts"]), unsure=read["unsure"])
    else:
        starts = ask_time(
            talk, talk.note("suggested", partial(_suggested, earlier, talk.now)) if same else []
        )
    place: str = (
        read.get("place")
        or (earlier[0] if same else None)
        or talk.ask(
            "place",
            Say(_("Họp ở đâu? Nhắn tên phòng; họp trực tuyến thì dán địa chỉ phòng họp (https://…).")),
            parse=partial(words, longest=rules.MAX_PLACE),
            options=_as_before(earlier, 0),
        )
    )
    agenda: str = read.get("agenda") or talk.ask(
        "agenda",
        Say(_("Nội dung họp?")),
        parse=partial(words, longest=rules.MAX_AGENDA),
        options=_as_before(earlier, 1),
    )
    chairs: list[str] = talk.note("chairs", partial(_chairs, talk.tx, unit, author))
    chair: str = (
        read.get("chair")
        or (earlier[2] if same else None)
        or talk.ask(
            "chair",
            Say(_("Ai chủ trì? Chọn, hoặc nhắn họ và tên.")),
            parse=partial(words, longest=rules.MAX_CHAIR),
            options={f"c{place}": name for place, name in enumerate(chairs)},
        )
    )
    documents = talk.ask(
        "documents",
        Say(_("Tài liệu họp?")),
        options={"now": _("Gửi kèm ngay"), "later": _("Gửi sau"), "none": _("Không có")},
    )
    file = ask_file(talk, author, page, second=False)[0] if documents == "now" else None
    draft = Draft(
        unit_id=unit,
        kind=kind,
        starts=starts,
        place=earlier[0] if place == "-" else place,
        agenda=earlier[1] if agenda == "-" else agenda,
        chair={f"c{place}": name for place, name in enumerate(chairs)}.get(chair, chair),
        author_id=author,
        file=file,
        follows=documents == "later",
    )
    counts: list[int] = talk.note("counts", partial(_counts, talk.tx, unit, kind))
    while True:
        choice = talk.ask(
            "confirm",
            texts.preview(draft, unit_name, *counts),
            options={"send": _("Gửi giấy mời"), "drop": _("Bỏ, không mời")},
        )
        if choice == "drop":
            talk.say(Say(_("Đã bỏ giấy mời. Chưa gửi gì.")))
            return
        try:
            meeting_id: int = talk.once("call", partial(service.call, talk.tx, draft))
            break
        except Refused as refusal:
            talk.say(texts.refused(refusal.code))
            if refusal.code not in ("past", "too_far"):
                return
            draft = replace(draft, starts=ask_time(talk))  # the hour alone is asked anew, the rest is kept
    meeting = queries.get(talk.tx, meeting_id)
    assert meeting is not None
    talk.say(
        Say(
            _(
                "Đã mời {count} đồng chí: {meeting}. Nhắn “lịch họp” để xem ai dự, đổi giờ hoặc hủy.",
                count=number(counts[0]),
                meeting=texts.name(meeting),
            )
        )
    )


def _ask_unit(talk: Talk[Tx], author: int, again: int | None) -> tuple[int, str]:
    units: list[tuple[str, str]] = talk.note("units", partial(_units, talk.tx, author, again))
    if len(units) == 1:
        return int(units[0][0]), units[0][1]
    ask = Say(_("Mời họp đơn vị nào? Chọn, hoặc nhắn tên đơn vị."), heading=_("Mời họp"))
    given: Any = talk.ask(
        "unit", ask, parse=partial(_unit_named, talk.tx, author), options=dict(units[:MAX_UNITS])
    )
    if isinstance(given, str):
        return int(given), dict(units)[given]
    return int(given[0]), str(given[1])


def _ask_kind(talk: Talk[Tx], unit: str, page: PageAddress | None) -> tuple[str, dict[str, Any]]:
    """The kind, and what else a file said of the meeting, as far as the person agrees with it."""
    read: dict[str, Any] = {}
    while True:
        hint = _("Hoặc gửi tệp giấy mời (Word, PDF, TXT, Excel, CSV) để tôi đọc giúp.")
        if page is not None:
            hint += " " + _("Nếu ở đây không gửi được, đồng chí nhắn “gửi tệp”.")
        text = _("{unit} họp gì?", unit=unit)
        given: Any = talk.ask(
            "kind",
            Say(text if read else f"{text} {hint}", heading=_("Mời họp")),
            parse=partial(_page_or_kind, page is not None),
            options={str(each): _(label) for each, label in texts.KINDS.items()},
            file=partial(handle, talk.address.channel),
            done=lambda event: event.result,
        )
        if given == "page" and page is not None:
            talk.say(
                page_words(
                    page(talk.tx, talk.once("kind.request", partial(_open_page, talk), may_repeat=True))
                )
            )
            continue
        if isinstance(given, str):
            return given, read
        if "handle" in given:
            waiting = Say(_("Đang đọc tệp, xin đồng chí chờ một chút…"))
            given = talk.job("read", partial(_request, talk, given), waiting)
        if "why" in given or "error" in given:
            talk.say(Say(explain(given.get("why", "unreadable"))))
            continue
        if given["fields"].get("many"):
            talk.say(
                Say(_("Bảng có nhiều cuộc họp; mỗi lần tôi đọc một. Mời đồng chí tách ra, hoặc soạn tay."))
            )
            continue
        read = given["fields"]
        if not read:
            talk.say(Say(_("Tôi không đọc được mục nào trong tệp này. Mời đồng chí soạn từng bước.")))
            continue
        options = {"yes": _("Đúng, dùng các mục này"), "no": _("Không dùng, soạn từng bước")}
        if talk.ask("use", texts_calling.read_from_file(read), options=options) == "no":
            read = {}
        elif "kind" in read:
            return read["kind"], read


def _page_or_kind(by_page: bool, text: str) -> str:
    if by_page and asks_for_page(text):
        return "page"
    raise Retry(_("Đồng chí chọn một loại cuộc họp, hoặc gửi tệp giấy mời."))


def _open_page(talk: Talk[Tx]) -> int:
    here = talk.address
    return upload_pages.open_page(
        talk.tx, (here.channel, here.chat_id, here.user_id), {"for": FOR_INVITATION}
    )


def _request(talk: Talk[Tx], given: dict[str, str]) -> int:
    here = talk.address
    return jobs.request(talk.tx, "read_invitation", (here.channel, here.chat_id, here.user_id), given)


def _as_last_month(talk: Talk[Tx], earlier: list[str]) -> bool:
    options = {"same": _("Như tháng trước"), "new": _("Soạn mới")}
    return bool(talk.ask("as_before", texts_calling.as_last_month(*earlier[:3]), options=options) == "same")


def _suggested(earlier: list[str], now: datetime) -> list[str]:
    return [each.isoformat() for each in rules.next_month(datetime.fromisoformat(earlier[3]), now)]


def change(talk: Talk[Tx], page: PageAddress | None = None) -> None:
    """Another time or place, the documents, or calling the meeting off."""
    meeting_id, what = talk.given()
    author: int = talk.note("author", partial(member_of, talk))
    meeting = queries.get(talk.tx, meeting_id)
    if meeting is None or not service.leads(talk.tx, meeting, author):
        talk.say(texts.refused("no_right"))
        return
    effect: Any
    if what == "time":
        effect = partial(_change, talk.tx, meeting_id, author, starts=ask_time(talk))
    elif what == "place":
        place: str = talk.ask("place", Say(_("Họp ở đâu?")), parse=partial(words, longest=rules.MAX_PLACE))
        effect = partial(_change, talk.tx, meeting_id, author, place=place)
    elif what == "papers":
        file = ask_file(talk, author, page, second=False)[0]
        if file is None:
            talk.say(Say(_("Chưa gửi tài liệu nào.")))
            return
        effect = partial(_attach, talk.tx, meeting_id, author, file)
    else:
        sure = talk.ask(
            "sure",
            Say(_("Hủy {meeting}? Mọi đồng chí được mời sẽ được báo.", meeting=texts.name(meeting))),
            options={"yes": _("Hủy cuộc họp"), "no": _("Giữ nguyên")},
        )
        if sure == "no":
            talk.say(Say(_("Cuộc họp giữ nguyên.")))
            return
        effect = partial(_cancel, talk.tx, meeting_id, author)
    try:
        reached: int = talk.once("effect", effect)
    except Refused as refusal:
        talk.say(texts.refused(refusal.code))
        return
    told = _("Đã báo {count} đồng chí.", count=number(reached))
    done = {
        "time": _("Đã đổi giờ họp."),
        "place": _("Đã đổi nơi họp."),
        "papers": _("Đã gửi tài liệu."),
        "cancel": _("Đã hủy cuộc họp."),
    }
    talk.say(Say(f"{done.get(what, done['cancel'])} {told}"))


def _change(tx: Tx, meeting_id: int, author: int, **values: Any) -> int:
    return service.change(tx, meeting_id, author, **values).reached


def _attach(tx: Tx, meeting_id: int, author: int, file: Any) -> int:
    return service.attach(tx, meeting_id, author, file).reached


def _cancel(tx: Tx, meeting_id: int, author: int) -> int:
    return service.cancel(tx, meeting_id, author).reached


def member_of(talk: Talk[Tx]) -> int:
    """The member who talks; the router lets only members in."""
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    assert account is not None
    return account.member_id


def ask_time(talk: Talk[Tx], suggested: Sequence[str] = ()) -> datetime:
    """When the meeting starts; asked back where what was typed may mean another moment. `suggested`: ISO moments."""
    day: date | None = None
    while True:
        ask = Say(_("Họp lúc nào? Ví dụ: 19h30 thứ 5, mùng 3 lúc 8h, 14h ngày 28/11."))
        options = {f"t{place}": moment(datetime.fromisoformat(each)) for place, each in enumerate(suggested)}
        given: Any = talk.ask("starts", ask, parse=partial(_time, talk, day), options=options)
        if isinstance(given, str):
            return datetime.fromisoformat(suggested[int(given[1:])])
        moment_said, unsure = datetime.fromisoformat(given[0]), given[1]
        if not unsure:
            return moment_said
        if moment_said.hour == 0:
            day = moment_said.date()
            talk.say(Say(_("Ngày {day}. Đồng chí cho thêm giờ họp, ví dụ: 19h30.", day=full_date(day))))
            continue
        if _is_sure(talk, moment_said):
            return moment_said


def _is_sure(talk: Talk[Tx], starts: datetime) -> bool:
    question = Say(_("Họp lúc {when}, đúng không?", when=moment(starts)))
    options = {"yes": _("Đúng"), "no": _("Không, nhắn lại giờ khác")}
    return bool(talk.ask("sure_time", question, options=options) == "yes")


def _sure_time(talk: Talk[Tx], starts: datetime, *, unsure: bool) -> datetime:
    """The moment that a file named, once the person is sure of it."""
    return starts if not unsure or _is_sure(talk, starts) else ask_time(talk)


def _time(talk: Talk[Tx], day: date | None, text: str) -> list[Any]:
    if day is not None:  # was said before; here comes the hour, unless it is another day
        hour = f"{text}h" if text.strip().isdigit() else text
        found, unsure = read_meeting_time(f"{hour} {day:%d/%m/%Y}", talk.now)
        if found is not None and found.hour and not unsure:
            return [found.isoformat(), False]
    found, unsure = read_meeting_time(text, talk.now)
    if found is None:
        raise Retry(_("Tôi chưa hiểu, hoặc giờ này đã qua: cần cả ngày và giờ."))
    return [found.isoformat(), unsure]  # in Vietnam's time: hour 0 says that no hour was said


def words(text: str, *, longest: int) -> str:
    """Words for an invitation, checked by the gate. Raises Retry."""
    said = " ".join(text.split())
    if len(said) < 2:
        raise Retry(_("Đồng chí viết ít nhất vài chữ nhé."))
    if len(said) > longest:
        raise Retry(_("Dài quá {count} chữ cái. Mời đồng chí rút gọn.", count=number(longest)))
    verdict = check_text(said)
    if verdict.verdict == "refuse":
        raise Retry(explain(verdict.why))
    return said


def _units(tx: Tx, author: int, again: int | None) -> list[tuple[str, str]]:
    """Units the author may call, their own first, then the highest; or the one that is called again."""
    scope = people.scope(tx, author, Verb.HOLD_MEETING)
    tree = [(str(each.id), each.name) for each in people.organisation_tree(tx) if each.id in scope]
    return [each for each in tree if each[0] == str(again)] or tree[: MAX_UNITS + 1]


def _unit_named(tx: Tx, author: int, text: str) -> list[Any]:
    scope = people.scope(tx, author, Verb.HOLD_MEETING)
    found = [each for each in people.find_organisations(tx, text) if each.id in scope]
    if len(found) != 1:
        raise Retry(
            _("Tôi chưa tìm thấy đơn vị này trong phần đồng chí phụ trách. Mời đồng chí nhắn đúng tên.")
        )
    return [found[0].id, found[0].name]


def _earlier(tx: Tx, unit: int, kind: MeetingKind) -> list[str]:
    found = queries.newest_of(tx, unit, kind)
    return [] if found is None else [found.place, found.agenda, found.chair, found.starts.isoformat()]


def _as_before(earlier: list[str], which: int) -> dict[str, str] | None:
    if not earlier:
        return None
    shown = earlier[which] if len(earlier[which]) <= 40 else earlier[which][:39] + "…"
    return {"-": _("Như lần trước: {words}", words=shown)}


def _chairs(tx: Tx, unit: int, author: int) -> list[str]:
    ids = list(dict.fromkeys([each for each in (people.secretary_of(tx, unit), author) if each is not None]))
    known = people.names(tx, ids)
    return [known[each] for each in ids]


def _counts(tx: Tx, unit: int, kind: MeetingKind) -> list[int]:
    called = service.whom(tx, unit, kind)
    found = ways_to(tx, [member.id for member in called], tx.now_ms, Purpose.DIRECTIVES)
    return [
        len(called),
        sum(is_counted(member.standing) for member in called),
        sum(account is None for account, _obstacle, _window in found.values()),
    ]
