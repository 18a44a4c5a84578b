"""The secretary taps through the list, or types several numbers at once; then closes the roll."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

from bot.chat.errors import Refused
from bot.chat.replies import Say
from bot.chat.talk import Retry, Talk
from bot.chat.text import fold
from bot.dialogs.absence import to_member
from bot.dialogs.compose_meeting import member_of, words
from bot.i18n import _, number
from bot.meetings import polls, queries, rules, service, texts
from bot.meetings.models import Mark, Rsvp
from bot.organisation import queries as people
from bot.privacy.travel import Travel, instead_of_names
from bot.store.tx import Tx

VERSION_OF_DIALOG = 2
PAGE = 8
"""Names on one page of the list."""


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("điểm danh")


def script(talk: Talk[Tx], may: Travel) -> None:
    """Who is here, page by page; then the reasons of the others; then the line for the minutes.

    Where names do not travel (`may`), people check themselves in and the others are marked all at once.
    """
    try:
        _calling(talk, may)
    except Refused as refusal:  # cancelled, closed or no longer theirs, at any step
        talk.say(texts.refused(refusal.code))


def _calling(talk: Talk[Tx], may: Travel) -> None:
    named = may.names(talk.address.channel)
    meeting_id: int = talk.given()
    author: int = talk.note("author", partial(member_of, talk))
    talk.once("open", partial(_open, talk.tx, meeting_id, author), may_repeat=True)
    page, last = 0, list[int]()
    while True:
        here, total, left, page, shown = talk.note(
            "listed", partial(_listed, talk.tx, meeting_id, page, named=named)
        )
        options = {str(member): _shown(name, answer) for member, name, answer in shown}
        if left:
            options["all"] = _("Tất cả còn lại có mặt (trừ người xin vắng)")
        if named and left > PAGE:
            options["next"] = _("Trang sau")
        if last:
            options["undo"] = _("Bỏ lần ghi vừa rồi")
        options |= {"guests": _("Ghi khách mời"), "done": _("Xong, ghi người vắng")}
        asked = (
            _("Có mặt {here}/{total}. Ai có mặt? Bấm tên, hoặc nhắn nhiều số một lần, ví dụ: 1 3 4.")
            if named
            else _(
                "Có mặt {here}/{total}. Tên không hiện trên kênh này: ai dự họp thì nhắn mã 6 chữ số để tự điểm "
                "danh, hoặc đồng chí điểm danh theo tên trên Zalo."
            )
        )
        ask = Say(asked.format(here=number(here), total=number(total)), heading=_("Điểm danh"))
        chosen: Any = talk.ask(
            "who", ask, parse=partial(_several, [row[0] for row in shown]), options=options
        )
        if chosen == "done":
            break
        if chosen == "next":
            page += 1
            continue
        if chosen == "guests":
            _guests(talk, meeting_id, author)
            continue
        if chosen == "undo":
            talk.once("unmark", partial(service.mark, talk.tx, meeting_id, last, author, None))
            last = []
            continue
        if chosen == "all":
            last = talk.once("all", partial(_all_here, talk.tx, meeting_id, author))
            continue
        last = [int(chosen)] if isinstance(chosen, str) else chosen
        talk.once("mark", partial(_here, talk.tx, meeting_id, last, author))
    _absent(talk, meeting_id, author, named=named)


def _guests(talk: Talk[Tx], meeting_id: int, author: int) -> None:
    noted: str = talk.note("noted", partial(_noted, talk.tx, meeting_id))
    ask = (
        Say(_("Khách mời đã ghi: {guests}. Còn ai nữa? Nhắn họ tên, chức vụ.", guests=noted))
        if noted
        else Say(_("Khách mời là ai? Nhắn họ tên, chức vụ."))
    )
    options = {"keep": _("Không còn ai"), "clear": _("Xóa, ghi lại từ đầu")} if noted else None
    said: str = talk.ask("guests", ask, parse=partial(words, longest=500), options=options)
    if said != "keep":
        guests = "" if said == "clear" else said
        talk.once("welcome", partial(service.welcome, talk.tx, meeting_id, author, guests))


def _noted(tx: Tx, meeting_id: int) -> str:
    meeting = queries.get(tx, meeting_id)
    return meeting.guests if meeting is not None else ""


def _absent(talk: Talk[Tx], meeting_id: int, author: int, *, named: bool) -> None:
    """One by one, who is not here and has no reason yet: only the secretary says "không lý do"."""
    while named:
        waiting: list[list[Any]] = talk.note("unknown", partial(_unknown, talk.tx, meeting_id))
        if not waiting:
            break
        member, name = waiting[0]
        answer = talk.ask(
            "why",
            Say(_("Đồng chí {name} vắng. Ghi thế nào?", name=name)),
            options={
                Mark.EXCUSED: _("Vắng có lý do"),
                Mark.UNEXCUSED: _("Vắng không lý do"),
                Mark.PRESENT: _("Có mặt"),
                "later": _("Để sau, chốt luôn"),
            },
        )
        if answer == "later":
            break
        talk.once("judge", partial(service.mark, talk.tx, meeting_id, [member], author, Mark(answer)))
    try:
        talk.once("close", partial(_close, talk, meeting_id, author))
    except Refused as refusal:
        if refusal.code != "closed":
            raise
    talk.say(line(talk.tx, meeting_id, named=named))


def line(tx: Tx, meeting_id: int, *, named: bool) -> Say:
    """The line for the minutes of a meeting; `named`: with the names of those who were absent."""
    meeting = queries.get(tx, meeting_id)
    assert meeting is not None
    said = texts.minutes_line(meeting, lines(tx, meeting_id, named=named))
    return said if named else replace(said, text=f"{said.text}\n{instead_of_names()}")


def lines(tx: Tx, meeting_id: int, *, named: bool) -> list[str]:
    """The lines for the minutes; `named`: with the names of those who were absent."""
    meeting = queries.get(tx, meeting_id)
    assert meeting is not None
    listed = queries.invited(tx, meeting_id)
    found = rules.count(meeting.kind, listed)
    absent = [*found.excused, *found.unexcused, *found.open] if named else []
    return texts.line(found, dict(people.sorted_by_name(tx, absent)), meeting.guests)


def _open(tx: Tx, meeting_id: int, author: int) -> None:
    meeting = service.for_leader(tx, meeting_id, author)
    service.mark(tx, meeting_id, [], author, None)  # refuses what cannot be marked now
    service.refresh(tx, meeting)


def _listed(tx: Tx, meeting_id: int, page: int, *, named: bool) -> list[Any]:
    """Who must attend and is here, of how many; how many are left, the page, its rows (id, name, answer)."""
    listed = queries.invited(tx, meeting_id)
    must = [each for each in listed if rules.must_attend(each)]
    left = {each.member_id: each for each in listed if each.mark != Mark.PRESENT}
    # Who must attend first; those who are not counted may be marked as well, at the end of the list.
    names = people.sorted_by_name(tx, left) if named else []
    ordered = sorted(names, key=lambda pair: not rules.must_attend(left[pair[0]]))
    page = page if page * PAGE < len(ordered) else 0
    rows = [[key, name, left[key].answer or ""] for key, name in ordered[page * PAGE : (page + 1) * PAGE]]
    return [sum(each.mark == Mark.PRESENT for each in must), len(must), len(left), page, rows]


def _all_here(tx: Tx, meeting_id: int, author: int) -> list[int]:
    """Everybody who must attend, is not marked and has no reason to be elsewhere: who was marked now."""
    ids = [
        each.member_id
        for each in queries.invited(tx, meeting_id)
        if rules.must_attend(each)
        and rules.category(each) == rules.Category.OPEN
        and each.answer != Rsvp.ABSENT
    ]
    _here(tx, meeting_id, ids, author)
    return ids


def _here(tx: Tx, meeting_id: int, ids: list[int], author: int) -> int:
    """Marks them present; a poll that is open asks them too."""
    marked = service.mark(tx, meeting_id, ids, author, Mark.PRESENT)
    polls.admit(tx, meeting_id, ids)
    return marked


def _shown(name: str, answer: str) -> str:
    if answer == Rsvp.ABSENT:
        return _("{name} (xin vắng)", name=name)
    return _("{name} (đến muộn)", name=name) if answer == Rsvp.LATE else name


def _several(shown: list[int], text: str) -> list[int] | str:
    if fold(text).strip(" .!").removesuffix(" roi") in ("xong", "het", "du"):
        return "done"
    if not shown:
        raise Retry(_("Mời đồng chí chọn một việc ở dưới."))
    places = [int(part) for part in re.findall(r"\d+", text)]
    if not places or any(not 1 <= place <= len(shown) for place in places):
        raise Retry(
            _("Đồng chí bấm tên, hoặc nhắn các số trước tên, ví dụ: 1 3 4. Ghi hết rồi thì nhắn “xong”.")
        )
    return [shown[place - 1] for place in dict.fromkeys(places)]


def _unknown(tx: Tx, meeting_id: int) -> list[list[Any]]:
    listed = queries.invited(tx, meeting_id)
    ids = [
        each.member_id
        for each in listed
        if rules.must_attend(each) and rules.category(each) == rules.Category.OPEN
    ]
    return [[member, name] for member, name in people.sorted_by_name(tx, ids)]


def _close(talk: Talk[Tx], meeting_id: int, author: int) -> None:
    tx = talk.tx
    often = service.close(tx, meeting_id, author)
    polls.end_with(tx, meeting_id)
    meeting = queries.get(tx, meeting_id)
    assert meeting is not None
    secretary = people.secretary_of(tx, meeting.unit_id) or author
    if others := [each for each in often if each != secretary]:
        named = [name for _id, name in people.sorted_by_name(tx, others)]
        talk.say_to(to_member(tx, secretary, texts.often_absent(meeting.unit, named)))
