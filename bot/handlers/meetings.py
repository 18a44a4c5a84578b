"""Meetings: the member's answers, the secretary's calls, the roll, the officers' figures."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.chat.choices import Command, pack
from bot.chat.events import Commanded, Event, JobDone
from bot.chat.replies import Choice, File, Say, Toast
from bot.chat.router import Out, Replies, Router
from bot.chat.text import fold
from bot.clock import VIETNAM
from bot.dialogs import absence, compose_meeting, roll_call
from bot.dialogs.compose_file import PageAddress
from bot.dialogs.stored import StoredDialogs
from bot.directives import queries as directives
from bot.directives.models import Acknowledge
from bot.handlers.gate import MEMBER, by_member, member_account, not_verified
from bot.i18n import _, moment, number, percent
from bot.meetings import polls, queries, rules, service, texts, texts_polls
from bot.meetings.answering import read_answer
from bot.meetings.models import (
    AskLeave,
    Attend,
    Attended,
    Calendar,
    CallAgain,
    CallRoll,
    Change,
    ComeLate,
    JudgeReason,
    MakeMinutes,
    MakeTable,
    Meeting,
    Papers,
    Rsvp,
    ShowCode,
    ShowLine,
    ShowMeeting,
    State,
)
from bot.organisation import queries as people
from bot.organisation.models import Account, Verb
from bot.privacy.travel import Travel, instead_of_names
from bot.store import audit, jobs
from bot.store.tx import Tx

ScreenAddress = Callable[[Tx, Meeting], str]
"""The address of a meeting's page for the screen in the room."""
FILE_JOB = "meeting_file"
"""The kind of job that makes a calendar file or the minutes."""
_QUESTIONS = ("meeting_late", "meeting_absence")
_CHANGE = re.compile(r"\b(?:doi|sua|hoan|lui|huy)\b")
_CALL = re.compile(
    r"(?:tao|lap|to chuc|len lich|moi|dat|them|trieu tap|goi) ?(?:mot |cuoc |buoi |giay moi )*(?:hop|sinh hoat)"
)
_FIGURES = re.compile(r"thong ?ke|ty le|thang|bao cao")
_RECENT = timedelta(days=7)
"""How long after a meeting its roll is offered."""
_MONTHS, TABLE_MONTHS = 6, 12
"""Months of the officers' figures: in chat, in the workbook."""
_ROWS = 25
"""Lines of it in chat; with more units only the months' totals are shown, the rest is in the workbook."""


def register(
    router: Router[Tx],
    page: PageAddress | None,
    screen: ScreenAddress | None,
    may: Travel,
) -> None:
    """Makes the errand known to the router.

    `page` as in `compose_file.ask_file`; `screen`: for the room; `may`: what may travel where.
    """
    begin = router.begin
    router.choice(Attend, attend, MEMBER)
    router.choice(ComeLate, partial(_ask, router, "meeting_late"), MEMBER)
    router.choice(AskLeave, partial(_ask, router, "meeting_absence"), MEMBER)
    router.choice(Calendar, calendar, MEMBER)
    router.choice(Papers, papers, MEMBER)
    router.choice(ShowMeeting, partial(show, may), MEMBER)
    router.choice(JudgeReason, judge, Verb.HOLD_MEETING)
    router.choice(ShowCode, partial(show_code, screen), Verb.HOLD_MEETING)
    router.choice(ShowLine, partial(show_line, may), Verb.HOLD_MEETING)
    router.choice(MakeMinutes, partial(make_minutes, may), Verb.HOLD_MEETING)
    router.choice(MakeTable, make_table, Verb.SEE_STATUS)
    router.choice(
        CallAgain,
        lambda choice, event, tx: begin("compose_meeting", event, tx, choice.unit),
        Verb.HOLD_MEETING,
    )
    router.choice(
        CallRoll, lambda choice, event, tx: begin("roll_call", event, tx, choice.meeting), Verb.HOLD_MEETING
    )
    router.choice(
        Change,
        lambda choice, event, tx: begin("change_meeting", event, tx, [choice.meeting, choice.what]),
        Verb.HOLD_MEETING,
    )
    router.command("meeting", partial(meeting, router), MEMBER)
    router.command("call_meeting", lambda event, tx: begin("compose_meeting", event, tx), Verb.HOLD_MEETING)
    router.command("attendance", partial(attendance, screen, router), MEMBER)
    router.command("meeting_answer", partial(answer, router), MEMBER)
    router.command("check_in", check_in, MEMBER)
    router.job(FILE_JOB, file_made)
    page_too = partial(compose_meeting.script, page=page)
    for name, script, version, title, need in (
        (
            "compose_meeting",
            page_too,
            compose_meeting.VERSION_OF_DIALOG,
            compose_meeting.title,
            Verb.HOLD_MEETING,
        ),
        (
            "change_meeting",
            partial(compose_meeting.change, page=page),
            compose_meeting.VERSION_OF_DIALOG,
            compose_meeting.title,
            Verb.HOLD_MEETING,
        ),
        ("meeting_late", absence.late, absence.VERSION_OF_DIALOG, absence.title, MEMBER),
        ("meeting_absence", absence.absence, absence.VERSION_OF_DIALOG, absence.title, MEMBER),
        (
            "roll_call",
            partial(roll_call.script, may=may),
            roll_call.VERSION_OF_DIALOG,
            roll_call.title,
            Verb.HOLD_MEETING,
        ),
    ):
        router.dialog(name, script, version=version, title=title, need=need)


# --- members


@by_member(texts.refused)
def attend(choice: Attend, event: Event, tx: Tx, account: Account) -> Replies:
    """ "Sẽ dự"."""
    return _answered(event, tx, account, choice.meeting, Rsvp.YES)


def _answered(event: Event, tx: Tx, account: Account, meeting_id: int, said: Rsvp, **more: Any) -> Replies:
    asked = StoredDialogs().load(tx, event.address)
    if asked is not None and asked.name in _QUESTIONS and asked.given == meeting_id:
        StoredDialogs().end(tx, event.address)  # how late, or why, is answered by this
    told: list[Out] = [*absence.answer(tx, meeting_id, account.member_id, said, **more)]
    return [Toast(_("Đã ghi câu trả lời")), absence.confirmation(tx, meeting_id, account.member_id), *told]


@by_member(texts.refused)
def _ask(
    router: Router[Tx], dialog: str, choice: ComeLate | AskLeave, event: Event, tx: Tx, account: Account
) -> Replies:
    """Begins the question how late, or why, unless it is too late to answer."""
    service.may_answer(tx, choice.meeting, account.member_id)
    return router.begin(dialog, event, tx, choice.meeting)


@by_member(texts.refused)
def answer(router: Router[Tx], event: Commanded, tx: Tx, account: Account) -> Replies:
    """An answer in words to the invitation that is open (`document` is the meeting's id)."""
    meeting_id = int(event.document or 0)
    read = read_answer(event.rest)
    if read.means == "late" and read.minutes_late is None:
        return _ask(router, "meeting_late", ComeLate(meeting_id), event, tx)
    if read.means == "absent" and read.reason is None:
        return _ask(router, "meeting_absence", AskLeave(meeting_id), event, tx)
    if read.means == "late":
        return _answered(event, tx, account, meeting_id, Rsvp.LATE, minutes_late=read.minutes_late)
    if read.means == "absent":
        return _answered(event, tx, account, meeting_id, Rsvp.ABSENT, reason=read.reason, words=event.rest)
    if read.means == "yes":
        return _answered(event, tx, account, meeting_id, Rsvp.YES)
    found = service.for_invited(tx, meeting_id, account.member_id)
    card = texts.card(found)
    if not event.rest:  # "ok" while a paper waits as well: it says neither
        papers_too = [each.directive for each in directives.awaiting(tx, account.member_id)]
        return Say(
            _("Tôi chưa ghi nhận gì. Đồng chí muốn nói về việc nào?"),
            choices=(
                *(
                    Choice(_("Đã đọc {number}", number=each.number), pack(Acknowledge(each.id, each.version)))
                    for each in papers_too[:2]
                ),
                *card.choices[:3],
            ),
        )
    words = (
        _("Khi nào chắc, đồng chí bấm một trong các nút này nhé; tôi chưa ghi câu trả lời nào.")
        if read.means == "undecided"
        else _("Tôi chưa ghi câu trả lời nào. Đồng chí muốn trả lời thế nào?")
    )
    return Say(
        texts.name(found) + "\n" + words,
        choices=card.choices[:3],
        about=card.about,
        expires_minutes=card.expires_minutes,
    )


@by_member(texts.refused)
def calendar(choice: Calendar, event: Event, tx: Tx, account: Account) -> Replies:
    """Has the calendar file made."""
    service.for_invited(tx, choice.meeting, account.member_id)
    return _make(event, tx, "ics", choice.meeting, account.language)


def _make(event: Event, tx: Tx, what: str, meeting_id: int, language: str, *, named: bool = False) -> Replies:
    address = event.address
    place = (address.channel, address.chat_id, address.user_id)
    jobs.request(
        tx, FILE_JOB, place, {"what": what, "meeting": meeting_id, "language": language, "named": named}
    )
    return Toast(_("Đang chuẩn bị tệp…"))


def file_made(event: JobDone, tx: Tx) -> Replies:
    """The file is there; an account that was closed since gets it no more."""
    if member_account(tx, event) is None:
        return not_verified()
    what = event.result["what"]
    words = {
        "ics": _("Mở tệp để thêm cuộc họp vào lịch của máy. Nếu giờ họp đổi, đồng chí bấm lại nút này."),
        "xlsx": _("Bảng dự họp theo đơn vị và tháng. Mẫu số và tử số ở từng dòng."),
        "docx": _("Bản nháp biên bản: đồng chí bổ sung phần thảo luận, kết luận trước khi ký."),
    }
    return Say(words[what], file=File(*event.result["file"]))


@by_member(texts.refused)
def papers(choice: Papers, event: Event, tx: Tx, account: Account) -> Replies:
    """The documents of a meeting."""
    found = service.for_invited(tx, choice.meeting, account.member_id)
    if found.file is None:
        return Say(_("Cuộc họp này chưa có tài liệu. Khi có, tôi sẽ gửi tới đồng chí."))
    return texts.documents(found)


@by_member(texts.refused)
def meeting(router: Router[Tx], event: Commanded, tx: Tx, account: Account) -> Replies:
    """`lịch họp`: a member's next meetings; for a secretary also the unit's, and calling one."""
    scope = people.scope(tx, account.member_id, Verb.HOLD_MEETING)
    if _CALL.search(fold(event.rest).strip(" /")):
        if not scope:
            return Say(
                _("Mời họp là việc của bí thư, phó bí thư. Nhắn “lịch họp” để xem các cuộc họp của đồng chí.")
            )
        return router.begin("compose_meeting", event, tx)
    own = queries.of_member(tx, account.member_id)
    led = queries.in_units(tx, scope, tx.now - _RECENT, limit=5) if scope else []
    ahead = [each for each in led if each.starts > tx.now]
    if ahead and _CHANGE.search(fold(event.rest)):
        return Say(
            _("Đồng chí muốn đổi hoặc hủy cuộc họp nào? Chọn cuộc họp, rồi chọn việc."),
            choices=tuple(Choice(texts.short(each), pack(ShowMeeting(each.id))) for each in ahead),
        )
    choices = [
        Choice(_("Ai dự: {meeting}", meeting=texts.short(each)), pack(ShowMeeting(each.id)))
        for each in led[:3]
    ]
    if len(own) == 1 and not led:
        found, _row = own[0]
        card = texts.card(found)
        said = texts.mine(own)
        return Say(said, heading=_("Lịch họp của đồng chí"), choices=card.choices, about=card.about)
    if not led:
        choices += [Choice(texts.short(found), pack(ShowMeeting(found.id))) for found, _row in own[:4]]
    if scope:
        choices.append(Choice(_("Mời họp"), pack(Command("call_meeting"))))
    lines = texts.mine(own) if own else _("Chưa có cuộc họp nào sắp tới mời đồng chí.")
    return Say(lines, heading=_("Lịch họp của đồng chí"), choices=tuple(choices))


@by_member(texts.refused)
def check_in(event: Commanded, tx: Tx, account: Account) -> Replies:
    """Six digits typed while a meeting is on."""
    found = service.check_in(tx, account.member_id, event.rest)
    done = Say(_("Đã điểm danh: đồng chí có mặt, {meeting}.", meeting=texts.name(found)))
    poll = polls.let_in(tx, found, account.member_id)
    return [done] if poll is None else [done, texts_polls.card(poll, found)]


# --- the secretary


@by_member(texts.refused)
def show(may: Travel, choice: ShowMeeting, event: Event, tx: Tx, account: Account) -> Replies:
    """Who comes, for who holds the meeting; the invitation for everybody else who was called."""
    found = queries.get(tx, choice.meeting)
    if found is not None and service.leads(tx, found, account.member_id):
        listed = queries.invited(tx, found.id)
        if not may.names(account.channel):
            said = texts.who_comes(found, listed, {}, False, 0, tx.now >= found.starts)
            return replace(said, text=f"{said.text}\n{instead_of_names()}")
        audit.record(tx, "meeting.who", f"meeting:{found.id}", member_id=account.member_id)
        names = dict(people.sorted_by_name(tx, [each.member_id for each in listed]))
        words = service.may_read_reasons(tx, found, account.member_id)
        return texts.who_comes(found, listed, names, words, choice.page, tx.now >= found.starts)
    return texts.card(service.for_invited(tx, choice.meeting, account.member_id))


@by_member(texts.refused)
def judge(choice: JudgeReason, event: Event, tx: Tx, account: Account) -> Replies:
    """Accepts or refuses a reason; the member hears of it."""
    accept = choice.answer == "yes"
    found = service.judge_reason(tx, choice.meeting, choice.member, account.member_id, accept=accept)
    mine = _("Đã ghi: đồng ý lý do.") if accept else _("Đã ghi: không đồng ý lý do; đồng chí ấy được báo.")
    return [Say(mine), *absence.to_member(tx, choice.member, texts.judged(found, accept))]


@by_member(texts.refused)
def attendance(
    screen: ScreenAddress | None, router: Router[Tx], event: Commanded, tx: Tx, account: Account
) -> Replies:
    """`điểm danh`: opens the roll of the meeting that is on; a member learns how to check in."""
    scope = people.scope(tx, account.member_id, Verb.HOLD_MEETING)
    looks = people.scope(tx, account.member_id, Verb.SEE_STATUS)
    if looks and (not scope or _FIGURES.search(fold(event.rest))):
        return figures(event, tx)
    if not scope:
        return Say(_("Khi họp, đồng chí nhắn cho tôi mã 6 chữ số đang hiện trong phòng họp."))
    near = queries.in_units(tx, scope, tx.now - _RECENT, tx.now + rules.EARLIEST_ROLL)
    near.sort(key=lambda each: (each.state == State.CLOSED, abs(each.starts - tx.now)))
    if not near:
        return Say(
            _(
                "Chưa có cuộc họp nào để điểm danh. Điểm danh mở trước giờ họp một tiếng. "
                "Nhắn “/diemdanh thống kê” để xem số liệu các tháng."
            )
        )
    if len(near) == 1 or near[0].state == State.OPEN != near[1].state:
        return [*_code_hint(tx, near[0], screen), *router.begin("roll_call", event, tx, near[0].id)]
    choices = tuple(Choice(texts.short(each), pack(CallRoll(each.id))) for each in near[:5])
    return Say(_("Điểm danh cuộc họp nào?"), choices=choices)


def _code_hint(tx: Tx, found: Meeting, screen: ScreenAddress | None) -> list[Out]:
    return [_code(tx, found, screen)] if found.state == State.OPEN else []


def _code(tx: Tx, found: Meeting, screen: ScreenAddress | None) -> Say:
    return texts.code(found, service.code_of(tx, found), screen(tx, found) if screen else "")


@by_member(texts.refused)
def show_code(
    screen: ScreenAddress | None, choice: ShowCode, event: Event, tx: Tx, account: Account
) -> Replies:
    """The code of this minute."""
    return _code(tx, service.for_leader(tx, choice.meeting, account.member_id), screen)


@by_member(texts.refused)
def show_line(may: Travel, choice: ShowLine, event: Event, tx: Tx, account: Account) -> Replies:
    """The line for the minutes."""
    found = service.for_leader(tx, choice.meeting, account.member_id)
    return roll_call.line(tx, found.id, named=may.names(account.channel))


@by_member(texts.refused)
def make_minutes(may: Travel, choice: MakeMinutes, event: Event, tx: Tx, account: Account) -> Replies:
    """Has the draft of the minutes made."""
    found = service.for_leader(tx, choice.meeting, account.member_id)
    return _make(event, tx, "docx", found.id, account.language, named=may.names(account.channel))


# --- officers


@by_member(texts.refused)
def figures(event: Commanded, tx: Tx, account: Account) -> Replies:
    """Attendance by unit and month, over the asker's part of the tree; without a name."""
    found = attended_of(tx, account.member_id, _MONTHS)
    if not any(each.closed for each in found):
        return Say(_("Sáu tháng gần đây chưa có cuộc họp nào chốt điểm danh trong phần đồng chí phụ trách."))
    rows = monthly(found)
    shown = [row for row in rows if len(rows) <= _ROWS or not row[1]][:_ROWS]
    lines = [
        _(
            "{month} · {unit}: {share} ({present}/{must}, {meetings} cuộc)",
            month=month,
            unit=unit or _("tất cả"),
            share=percent(present, must),
            present=number(present),
            must=number(must),
            meetings=number(meetings),
        )
        for month, unit, meetings, present, must in shown
    ]
    late = sum(each.documents_late for each in found)
    lines.append(_("Cuộc họp không có tài liệu trước một ngày: {count}", count=number(late)))
    return Say(
        "\n".join([*lines, "", _(texts.RULE), _("Tính đến {when}.", when=moment(tx.now))]),
        heading=_("Dự họp theo đơn vị và tháng"),
        choices=(Choice(_("Bảng tính 12 tháng (.xlsx)"), pack(MakeTable(TABLE_MONTHS))),),
    )


def attended_of(tx: Tx, member_id: int, months: int) -> list[Attended]:
    """Meetings of the last months in somebody's part of the tree; looked at, so audited."""
    scope = people.scope(tx, member_id, Verb.SEE_STATUS)
    audit.record(tx, "meeting.figures", f"member:{member_id}", member_id=member_id)
    local = tx.now.astimezone(VIETNAM)
    month = local.year * 12 + local.month - months
    since = datetime(month // 12, month % 12 + 1, 1, tzinfo=VIETNAM)
    return queries.attended(tx, scope, since, tx.now)


def monthly(found: list[Attended]) -> list[tuple[str, str, int, int, int]]:
    """(month, unit or "" for all, meetings, present, must) of closed rolls, the newest month first."""
    sums: dict[tuple[str, str, int], list[int]] = {}
    for each in found:
        if each.closed:
            for unit in (("", 0), (each.unit, each.unit_id)):  # units may share a name
                row = sums.setdefault((f"{each.starts.astimezone(VIETNAM):%Y-%m}", *unit), [0, 0, 0])
                row[0] += 1
                row[1] += each.present
                row[2] += each.must
    newest = sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] == ""), reverse=True)
    return [(f"{key[0][5:]}/{key[0][:4]}", key[1], row[0], row[1], row[2]) for key, row in newest]


@by_member(texts.refused)
def make_table(choice: MakeTable, event: Event, tx: Tx, account: Account) -> Replies:
    """Has the workbook made, of the asker's part of the tree at the moment of making."""
    return _make(event, tx, "xlsx", account.member_id, account.language)
