"""Meetings: the member's answers, the secretary's calls, the roll, the officers' figures."""

import re
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.chat.choices import Command, pack
from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event, JobDone
from bot.chat.replies import Choice, File, Say, Toast
from bot.chat.router import Out, Replies, Router
from bot.chat.text import fold
from bot.clock import VIETNAM
from bot.dialogs import absence, compose_meeting, roll_call
from bot.dialogs.compose_file import PageAddress
from bot.directives import queries as directives
from bot.directives.models import Acknowledge
from bot.handlers.answering import read_answer
from bot.handlers.gate import MEMBER, member_account, not_verified
from bot.i18n import _, moment, number, percent
from bot.meetings import queries, rules, service, texts
from bot.meetings.models import (
    AskLeave,
    Attend,
    Attended,
    Calendar,
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
from bot.store import audit, jobs
from bot.store.tx import Tx

FILE_JOB = "meeting_file"
"""The kind of job that makes a calendar file or the minutes."""
_CALL = re.compile(
    r"(?:tao|lap|to chuc|len lich|moi|dat|them|trieu tap|goi) ?(?:mot |cuoc |buoi |giay moi )*(?:hop|sinh hoat)"
)
_FIGURES = re.compile(r"thong ?ke|ty le|thang|bao cao")
_RECENT = timedelta(days=7)
"""How long after a meeting its roll is offered."""
_MONTHS = 6
"""Months in the officers' table."""
_ROWS = 25
"""Lines of it in chat; with more units only the months' totals are shown, the rest is in the workbook."""


def register(router: Router[Tx], page: PageAddress | None = None) -> None:
    """Makes the errand known to the router. `page` as in `compose_file.ask_file`."""
    begin = router.begin
    router.choice(Attend, attend, MEMBER)
    router.choice(ComeLate, lambda choice, event, tx: _ask(router, "meeting_late", choice, event, tx), MEMBER)
    router.choice(
        AskLeave, lambda choice, event, tx: _ask(router, "meeting_absence", choice, event, tx), MEMBER
    )
    router.choice(Calendar, calendar, MEMBER)
    router.choice(Papers, papers, MEMBER)
    router.choice(ShowMeeting, show, MEMBER)
    router.choice(JudgeReason, judge, Verb.HOLD_MEETING)
    router.choice(ShowCode, show_code, Verb.HOLD_MEETING)
    router.choice(ShowLine, show_line, Verb.HOLD_MEETING)
    router.choice(MakeMinutes, make_minutes, Verb.HOLD_MEETING)
    router.choice(MakeTable, make_table, Verb.SEE_STATUS)
    router.choice(
        CallRoll, lambda choice, event, tx: begin("roll_call", event, tx, choice.meeting), Verb.HOLD_MEETING
    )
    router.choice(
        Change,
        lambda choice, event, tx: begin("change_meeting", event, tx, [choice.meeting, choice.what]),
        Verb.HOLD_MEETING,
    )
    router.command("meeting", lambda event, tx: meeting(event, tx, router), MEMBER)
    router.command("call_meeting", lambda event, tx: begin("compose_meeting", event, tx), Verb.HOLD_MEETING)
    router.command("attendance", lambda event, tx: attendance(event, tx, router), MEMBER)
    router.command("meeting_answer", lambda event, tx: answer(event, tx, router), MEMBER)
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
        ("roll_call", roll_call.script, roll_call.VERSION_OF_DIALOG, roll_call.title, Verb.HOLD_MEETING),
    ):
        router.dialog(name, script, version=version, title=title, need=need)


# --- members


def attend(choice: Attend, event: Event, tx: Tx) -> Replies:
    """ "Sẽ dự"."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    return _answered(tx, account, choice.meeting, Rsvp.YES)


def _answered(tx: Tx, account: Account, meeting_id: int, said: Rsvp, **more: Any) -> Replies:
    try:
        told: list[Out] = [*absence.answer(tx, meeting_id, account.member_id, said, **more)]
    except Refused as refusal:
        return texts.refused(refusal.code)
    return [Toast(_("Đã ghi câu trả lời")), absence.confirmation(tx, meeting_id, account.member_id), *told]


def _ask(router: Router[Tx], dialog: str, choice: ComeLate | AskLeave, event: Event, tx: Tx) -> Replies:
    """Begins the question how late, or why, unless it is too late to answer."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        service.may_answer(tx, choice.meeting, account.member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    return router.begin(dialog, event, tx, choice.meeting)


def answer(event: Commanded, tx: Tx, router: Router[Tx]) -> Replies:
    """An answer in words to the invitation that is open (`document` is the meeting's id)."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    meeting_id = int(event.document or 0)
    read = read_answer(event.rest)
    if read.means == "late" and read.minutes_late is None:
        return _ask(router, "meeting_late", ComeLate(meeting_id), event, tx)
    if read.means == "absent" and read.reason is None:
        return _ask(router, "meeting_absence", AskLeave(meeting_id), event, tx)
    if read.means == "late":
        return _answered(tx, account, meeting_id, Rsvp.LATE, minutes_late=read.minutes_late)
    if read.means == "absent":
        return _answered(tx, account, meeting_id, Rsvp.ABSENT, reason=read.reason, words=event.rest)
    if read.means == "yes":
        return _answered(tx, account, meeting_id, Rsvp.YES)
    try:
        found = service.for_invited(tx, meeting_id, account.member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    card = texts.card(found)
    if not event.rest:  # "ok" while a paper waits as well: it says neither
        papers_too = [each for each, at in directives.of_member(tx, account.member_id) if at is None]
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


def calendar(choice: Calendar, event: Event, tx: Tx) -> Replies:
    """Has the calendar file made."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        service.for_invited(tx, choice.meeting, account.member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    return _make(event, tx, "ics", choice.meeting, account.language)


def _make(event: Event, tx: Tx, what: str, meeting_id: int, language: str) -> Replies:
    address = event.address
    place = (address.channel, address.chat_id, address.user_id)
    jobs.request(tx, FILE_JOB, place, {"what": what, "meeting": meeting_id, "language": language})
    return Toast(_("Đang chuẩn bị tệp…"))


def file_made(event: JobDone, tx: Tx) -> Replies:
    """The file is there."""
    what = event.result["what"]
    words = {
        "ics": _("Mở tệp để thêm cuộc họp vào lịch của máy. Nếu giờ họp đổi, đồng chí bấm lại nút này."),
        "xlsx": _("Bảng dự họp theo đơn vị và tháng. Mẫu số và tử số ở từng dòng."),
        "docx": _("Bản nháp biên bản: đồng chí bổ sung phần thảo luận, kết luận trước khi ký."),
    }
    return Say(words[what], file=File(*event.result["file"]))


def papers(choice: Papers, event: Event, tx: Tx) -> Replies:
    """The documents of a meeting."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        found = service.for_invited(tx, choice.meeting, account.member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    if found.file is None:
        return Say(_("Cuộc họp này chưa có tài liệu. Khi có, tôi sẽ gửi tới đồng chí."))
    return texts.documents(found)


def meeting(event: Commanded, tx: Tx, router: Router[Tx]) -> Replies:
    """`lịch họp`: a member's next meetings; for a secretary also the unit's, and calling one."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.HOLD_MEETING)
    if _CALL.search(fold(event.rest).strip(" /")):
        if not scope:
            return Say(
                _("Mời họp là việc của bí thư, phó bí thư. Nhắn “lịch họp” để xem các cuộc họp của đồng chí.")
            )
        return router.begin("compose_meeting", event, tx)
    own = queries.of_member(tx, account.member_id)
    led = queries.in_units(tx, scope, tx.now - _RECENT, limit=5) if scope else []
    choices = [
        Choice(_("Ai dự: {meeting}", meeting=_short(each)), pack(ShowMeeting(each.id))) for each in led[:3]
    ]
    if len(own) == 1 and not led:
        found, _row = own[0]
        card = texts.card(found)
        said = texts.mine(own)
        return Say(said, heading=_("Lịch họp của đồng chí"), choices=card.choices, about=card.about)
    if not led:
        choices += [Choice(_short(found), pack(ShowMeeting(found.id))) for found, _row in own[:4]]
    if scope:
        choices.append(Choice(_("Mời họp"), pack(Command("call_meeting"))))
    lines = texts.mine(own) if own else _("Chưa có cuộc họp nào sắp tới mời đồng chí.")
    return Say(lines, heading=_("Lịch họp của đồng chí"), choices=tuple(choices))


def _short(found: Meeting) -> str:
    return f"{found.unit}, {moment(found.starts)}"


def check_in(event: Commanded, tx: Tx) -> Replies:
    """Six digits typed while a meeting is on."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        found = service.check_in(tx, account.member_id, event.rest)
    except Refused as refusal:
        return texts.refused(refusal.code)
    return Say(_("Đã điểm danh: đồng chí có mặt, {meeting}.", meeting=texts.name(found)))


# --- the secretary


def show(choice: ShowMeeting, event: Event, tx: Tx) -> Replies:
    """Who comes, for who holds the meeting; the invitation for everybody else who was called."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    found = queries.get(tx, choice.meeting)
    if found is not None and service.leads(tx, found, account.member_id):
        audit.record(tx, "meeting.who", f"meeting:{found.id}", member_id=account.member_id)
        listed = queries.invited(tx, found.id)
        names = dict(people.sorted_by_name(tx, [each.member_id for each in listed]))
        words = service.may_read_reasons(tx, found, account.member_id)
        return texts.who_comes(found, listed, names, words, choice.page)
    try:
        return texts.card(service.for_invited(tx, choice.meeting, account.member_id))
    except Refused as refusal:
        return texts.refused(refusal.code)


def judge(choice: JudgeReason, event: Event, tx: Tx) -> Replies:
    """Accepts or refuses a reason; the member hears of it."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    accept = choice.answer == "yes"
    try:
        found = service.judge_reason(tx, choice.meeting, choice.member, account.member_id, accept=accept)
    except Refused as refusal:
        return texts.refused(refusal.code)
    mine = _("Đã ghi: đồng ý lý do.") if accept else _("Đã ghi: không đồng ý lý do; đồng chí ấy được báo.")
    return [Say(mine), *absence.to_member(tx, choice.member, texts.judged(found, accept))]


def attendance(event: Commanded, tx: Tx, router: Router[Tx]) -> Replies:
    """`điểm danh`: opens the roll of the meeting that is on; a member learns how to check in."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.HOLD_MEETING)
    looks = people.scope(tx, account.member_id, Verb.SEE_STATUS)
    if looks and (not scope or _FIGURES.search(fold(event.rest))):
        return figures(event, tx)
    if not scope:
        return Say(_("Khi họp, đồng chí nhắn cho tôi mã 6 số đang hiện trong phòng họp."))
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
        return [*_code_hint(tx, near[0]), *router.begin("roll_call", event, tx, near[0].id)]
    choices = tuple(Choice(_short(each), pack(CallRoll(each.id))) for each in near[:5])
    return Say(_("Điểm danh cuộc họp nào?"), choices=choices)


def _code_hint(tx: Tx, found: Meeting) -> list[Out]:
    if found.state != State.OPEN:
        return []
    return [texts.code(found, service.code_of(tx, found))]


def show_code(choice: ShowCode, event: Event, tx: Tx) -> Replies:
    """The code of this minute."""
    found = _held(choice.meeting, event, tx)
    return found if isinstance(found, Say) else texts.code(found, service.code_of(tx, found))


def show_line(choice: ShowLine, event: Event, tx: Tx) -> Replies:
    """The line for the minutes."""
    found = _held(choice.meeting, event, tx)
    return found if isinstance(found, Say) else roll_call.line(tx, found.id)


def make_minutes(choice: MakeMinutes, event: Event, tx: Tx) -> Replies:
    """Has the draft of the minutes made."""
    found = _held(choice.meeting, event, tx)
    account = member_account(tx, event)
    if isinstance(found, Say) or account is None:
        return found if isinstance(found, Say) else not_verified()
    return _make(event, tx, "docx", found.id, account.language)


def _held(meeting_id: int, event: Event, tx: Tx) -> Meeting | Say:
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        return service.for_leader(tx, meeting_id, account.member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)


# --- officers


def figures(event: Commanded, tx: Tx) -> Replies:
    """Attendance by unit and month, over the asker's part of the tree; without a name."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
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
        "\n".join([*lines, "", _(texts.RULE)]),
        heading=_("Dự họp theo đơn vị và tháng"),
        choices=(Choice(_("Bảng tính (.xlsx)"), pack(MakeTable(_MONTHS))),),
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
    sums: dict[tuple[str, str], list[int]] = {}
    for each in found:
        if each.closed:
            for unit in ("", each.unit):
                row = sums.setdefault((f"{each.starts.astimezone(VIETNAM):%Y-%m}", unit), [0, 0, 0])
                row[0] += 1
                row[1] += each.present
                row[2] += each.must
    newest = sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] == ""), reverse=True)
    return [(f"{key[0][5:]}/{key[0][:4]}", key[1], row[0], row[1], row[2]) for key, row in newest]


def make_table(choice: MakeTable, event: Event, tx: Tx) -> Replies:
    """Has the workbook made, of the asker's part of the tree at the moment of making."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    return _make(event, tx, "xlsx", account.member_id, account.language)
