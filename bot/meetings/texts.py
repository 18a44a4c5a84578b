"""What people read about meetings: values in, `Say` out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.chat.choices import pack
from bot.chat.replies import Choice, Link, Say
from bot.i18n import N_, _, moment, number, percent
from bot.meetings.models import (
    AskLeave,
    AskPoll,
    Attend,
    Calendar,
    CallRoll,
    Change,
    ComeLate,
    Draft,
    Invitee,
    JudgeReason,
    MakeMinutes,
    Mark,
    Meeting,
    MeetingKind,
    Papers,
    Reason,
    Rsvp,
    ShowCode,
    ShowLine,
    ShowMeeting,
    State,
)
from bot.meetings.rules import Count, must_attend
from bot.organisation.models import Standing

KINDS = {
    MeetingKind.REGULAR: N_("Sinh hoạt thường kỳ"),
    MeetingKind.TOPICAL: N_("Sinh hoạt chuyên đề"),
    MeetingKind.COMMITTEE: N_("Họp chi ủy, cấp ủy"),
    MeetingKind.CONGRESS: N_("Đại hội"),
    MeetingKind.STUDY: N_("Học tập nghị quyết"),
}
REASONS = {
    Reason.DUTY: N_("Công tác"),
    Reason.ILL: N_("Ốm"),
    Reason.BIRTH: N_("Thai sản"),
    Reason.STUDY: N_("Học"),
    Reason.FAMILY: N_("Việc gia đình"),
    Reason.OTHER: N_("Lý do khác"),
}
ABOUT = "họp"
"""What the choices of an invitation are about: its openings begin so, then comes the meeting's id."""
CARD_MINUTES = 60 * 24 * 14
PAGE = 20
"""Names on one page."""
_STATES = {
    Rsvp.YES: N_("sẽ dự"),
    Rsvp.LATE: N_("đến muộn"),
    Rsvp.ABSENT: N_("xin vắng"),
}


def about(meeting_id: int) -> str:
    """How an invitation's open choices are known again."""
    return f"{ABOUT} {meeting_id}"


def about_meeting(text: str) -> int | None:
    """The meeting of an opening's `about`; None when it is about something else."""
    word, _space, key = text.partition(" ")
    return int(key) if word == ABOUT and key.isdigit() else None


def name(meeting: Meeting) -> str:
    """A meeting as people call it: kind, unit, moment."""
    return _(
        "{kind}, {unit}, {when}",
        kind=_(KINDS[meeting.kind]),
        unit=meeting.unit,
        when=moment(meeting.starts),
    )


def short(meeting: Meeting) -> str:
    """Unit and moment, for a choice."""
    return f"{meeting.unit}, {moment(meeting.starts)}"


def _facts(meeting: Meeting | Draft) -> str:
    is_link = meeting.place.startswith("https://")
    lines = [
        _("Thời gian: {when}", when=moment(meeting.starts)),
        _("Địa điểm: {place}", place=_("họp trực tuyến, bấm “Vào phòng họp”") if is_link else meeting.place),
        _("Nội dung: {agenda}", agenda=meeting.agenda),
        _("Chủ trì: {chair}", chair=meeting.chair),
    ]
    if meeting.file is not None:
        lines.append(_("Tài liệu: {name}", name=meeting.file.name))
    elif meeting.follows:
        lines.append(_("Tài liệu: gửi sau"))
    return "\n".join(lines)


def _links(meeting: Meeting) -> tuple[Link, ...]:
    return (Link(_("Vào phòng họp"), meeting.place),) if meeting.place.startswith("https://") else ()


def card(meeting: Meeting) -> Say:
    """The invitation, with the three answers."""
    choices = [
        Choice(_("Sẽ dự"), pack(Attend(meeting.id))),
        Choice(_("Đến muộn"), pack(ComeLate(meeting.id))),
        Choice(_("Xin vắng"), pack(AskLeave(meeting.id))),
        Choice(_("Thêm vào lịch"), pack(Calendar(meeting.id))),
    ]
    if meeting.file is not None:
        choices.append(Choice(_("Xem tài liệu"), pack(Papers(meeting.id))))
    return Say(
        f"{meeting.unit}\n{_facts(meeting)}",
        heading=_("Giấy mời: {kind}", kind=_(KINDS[meeting.kind])),
        choices=tuple(choices),
        links=_links(meeting),
        about=about(meeting.id),
        expires_minutes=CARD_MINUTES,
    )


def preview(draft: Draft, unit: str, called: int, counted: int, unreached: int) -> Say:
    """The invitation before it goes out, and whom it would reach."""
    lines = [
        unit,
        _facts(draft),
        "",
        _(
            "Mời {called} đồng chí, trong đó {counted} đồng chí phải dự; {unreached} đồng chí chưa có cách nhận.",
            called=number(called),
            counted=number(counted),
            unreached=number(unreached),
        ),
    ]
    return Say("\n".join(lines), heading=_("Xem trước giấy mời: {kind}", kind=_(KINDS[draft.kind])))


def reminder(meeting: Meeting) -> Say:
    """To who has not answered, with the documents."""
    real = card(meeting)
    return replace(real, heading=_("Nhắc trả lời: {heading}", heading=real.heading), file=meeting.file)


def last_reminder(meeting: Meeting) -> Say:
    """Two hours before, to all but those who asked to be absent."""
    real = card(meeting)
    return replace(real, heading=_("Sắp họp: {kind}", kind=_(KINDS[meeting.kind])))


def changed(meeting: Meeting) -> Say:
    """Another time or place."""
    real = card(meeting)
    return replace(
        real,
        heading=_("Thay đổi giấy mời: {kind}", kind=_(KINDS[meeting.kind])),
        text=real.text + "\n" + _("Mời đồng chí trả lời lại nếu cần, và thêm lại vào lịch."),
    )


def cancelled(meeting: Meeting) -> Say:
    """The meeting is off."""
    return Say(
        _("{meeting} không họp nữa. Đồng chí không cần làm gì thêm.", meeting=name(meeting)),
        heading=_("Hủy cuộc họp"),
        choices=(Choice(_("Cập nhật lịch"), pack(Calendar(meeting.id))),),
        about=about(meeting.id),
    )


def documents(meeting: Meeting) -> Say:
    """The documents, to everybody."""
    return Say(name(meeting), heading=_("Tài liệu cuộc họp"), file=meeting.file)


def documents_missing(meeting: Meeting) -> Say:
    """To the caller, one day before: the documents are due."""
    return Say(
        _(
            "{meeting}: tài liệu chưa gửi. Đồng chí gửi trước khi họp ít nhất một ngày.",
            meeting=name(meeting),
        ),
        heading=_("Nhắc gửi tài liệu"),
        choices=(Choice(_("Gửi tài liệu"), pack(Change(meeting.id, "papers"))),),
    )


def answered(meeting: Meeting, mine: Invitee) -> Say:
    """The confirmation of an answer, naming the meeting, with the way to change it."""
    said = ""
    if mine.answer == Rsvp.YES:
        said = _("Đã ghi: đồng chí sẽ dự {meeting}.", meeting=name(meeting))
    elif mine.answer == Rsvp.LATE and mine.minutes_late:
        said = _(
            "Đã ghi: đồng chí đến muộn khoảng {minutes} phút, {meeting}.",
            minutes=number(mine.minutes_late),
            meeting=name(meeting),
        )
    elif mine.answer == Rsvp.LATE:
        said = _("Đã ghi: đồng chí đến muộn, {meeting}.", meeting=name(meeting))
    elif mine.answer == Rsvp.ABSENT:
        said = _(
            "Đã chuyển tới bí thư: đồng chí xin vắng ({reason}), {meeting}.",
            reason=reason_of(mine),
            meeting=name(meeting),
        )
    lines = [said]
    if not must_attend(mine):
        lines.append(_("Đồng chí được mời nhưng không tính vào tỷ lệ ở đây."))
    lines.append(_("Đồng chí đổi lại được cho tới giờ họp."))
    return Say(
        "\n".join(lines),
        choices=card(meeting).choices[:4],
        about=about(meeting.id),
        expires_minutes=CARD_MINUTES,
    )


def reason_of(mine: Invitee, *, with_words: bool = False) -> str:
    """A reason in words: its class, and what the member wrote where the reader may see that."""
    kind = _(REASONS[mine.reason]).lower() if mine.reason else _("chưa nêu lý do")
    return f"{kind}: {mine.words}" if with_words and mine.words else kind


def leave_asked(meeting: Meeting, mine: Invitee, who: str) -> Say:
    """To the secretary, privately: somebody asks to be absent."""
    return Say(
        _(
            "Đồng chí {name} xin vắng {meeting}. Lý do: {reason}.",
            name=who,
            meeting=name(meeting),
            reason=reason_of(mine, with_words=True),
        ),
        heading=_("Xin vắng họp"),
        choices=(
            Choice(_("Đồng ý lý do"), pack(JudgeReason(meeting.id, mine.member_id, "yes"))),
            Choice(_("Không đồng ý"), pack(JudgeReason(meeting.id, mine.member_id, "no"))),
            Choice(_("Ai dự họp"), pack(ShowMeeting(meeting.id))),
        ),
    )


def judged(meeting: Meeting, accept: bool) -> Say:
    """To the member: what the secretary said of the reason."""
    if accept:
        return Say(_("Bí thư đã đồng ý để đồng chí vắng: {meeting}.", meeting=name(meeting)))
    return Say(
        _(
            "Bí thư chưa đồng ý lý do vắng của đồng chí: {meeting}. Đồng chí thu xếp dự, hoặc gặp bí thư.",
            meeting=name(meeting),
        ),
        choices=card(meeting).choices[:3],
        about=about(meeting.id),
    )


def who_comes(
    meeting: Meeting,
    listed: Sequence[Invitee],
    names: Mapping[int, str],
    words: bool,
    page: int = 0,
    begun: bool = False,
) -> Say:
    """Who comes, as answered until now: figures, then names in the order given by `names`."""
    must = [each for each in listed if must_attend(each)]
    figures = [
        _("Phải dự: {count}", count=number(len(must))),
        *(
            f"{_(label)}: {number(sum(each.answer == said for each in must))}"
            for said, label in _STATES.items()
        ),
        _("chưa trả lời: {count}", count=number(sum(each.answer is None for each in must))),
    ]
    rows = {each.member_id: each for each in listed}
    lines = [f"• {who}: {state(rows[key], words)}" for key, who in names.items()]  # a number is a choice
    shown = lines[page * PAGE : (page + 1) * PAGE]
    choices = []
    if meeting.state == State.OPEN:
        choices.append(Choice(_("Điểm danh"), pack(CallRoll(meeting.id))))
        if begun:
            choices.append(Choice(_("Thăm dò ý kiến"), pack(AskPoll(meeting.id))))
        choices.append(Choice(_("Gửi tài liệu"), pack(Change(meeting.id, "papers"))))
        if not begun:
            choices += [
                Choice(_("Đổi giờ"), pack(Change(meeting.id, "time"))),
                Choice(_("Đổi địa điểm"), pack(Change(meeting.id, "place"))),
            ]
        choices.append(Choice(_("Hủy cuộc họp"), pack(Change(meeting.id, "cancel"))))
    if meeting.state == State.CLOSED:
        choices += line_choices(meeting)
    if len(lines) > (page + 1) * PAGE:
        choices.insert(0, Choice(_("Xem tiếp"), pack(ShowMeeting(meeting.id, page + 1))))
    return Say(
        name(meeting) + "\n" + "; ".join(figures) + ".\n" + "\n".join(shown),
        heading=_("Ai dự họp"),
        choices=tuple(choices),
    )


def state(mine: Invitee, words: bool) -> str:
    """How a meeting stands for one member; with the reason's words where the reader may see them."""
    said = _(_STATES[mine.answer]) if mine.answer else _("chưa trả lời")
    if mine.answer == Rsvp.LATE and mine.minutes_late:
        said += " " + _("{minutes} phút", minutes=number(mine.minutes_late))
    if mine.answer == Rsvp.ABSENT:
        if words:
            said += f" ({reason_of(mine, with_words=True)})"
        if mine.accepted is not None:
            said += ", " + (_("đã đồng ý") if mine.accepted else _("không đồng ý"))
    if mine.answer is None and mine.obstacle:
        said = _("chưa nhận được giấy mời, cần gọi")
    if mine.mark == Mark.PRESENT:
        said += ", " + _("có mặt")
    if mine.standing == Standing.EXEMPT:
        said += " · " + _("miễn sinh hoạt, không tính")
    elif mine.standing == Standing.VISITING:
        said += " · " + _("tạm thời đến, không tính ở đây")
    elif mine.standing == Standing.AWAY:
        said += " · " + _("đang sinh hoạt tạm thời nơi khác, tính ở đây")
    return said


def line_choices(meeting: Meeting) -> list[Choice]:
    """What the line for the minutes offers."""
    return [
        Choice(_("Dòng ghi biên bản"), pack(ShowLine(meeting.id))),
        Choice(_("Biên bản (bản nháp .docx)"), pack(MakeMinutes(meeting.id))),
        Choice(_("Sửa điểm danh"), pack(CallRoll(meeting.id))),
    ]


def line(found: Count, names: Mapping[int, str], guests: str = "") -> list[str]:
    """The lines for the minutes. `names` of the absent members, or of none; never a reason, which is private."""

    def listed(ids: Sequence[int]) -> str:
        wanted = set(ids)
        ordered = [each for each in names if each in wanted]
        return "" if not ordered else " (" + "; ".join(names[each] for each in ordered) + ")"

    lines = [
        _("Tổng số đảng viên: {count}", count=number(found.total)),
        _("Miễn sinh hoạt: {count}", count=number(found.exempt)),
        _("Sinh hoạt tạm thời nơi khác (vẫn tính ở đây): {count}", count=number(found.away)),
        _("Phải dự: {count}", count=number(found.must)),
        _("Có mặt: {count}", count=number(len(found.present))),
        _("Vắng có lý do: {count}", count=number(len(found.excused))) + listed(found.excused),
        _("Vắng không lý do: {count}", count=number(len(found.unexcused))) + listed(found.unexcused),
    ]
    if found.open:
        lines.append(_("Vắng, chưa rõ lý do: {count}", count=number(len(found.open))) + listed(found.open))
    lines.append(
        _(
            "Tỷ lệ: {share} ({present}/{must})",
            share=percent(len(found.present), found.must),
            present=number(len(found.present)),
            must=number(found.must),
        )
    )
    if found.others_present:
        lines.append(
            _("Dự mà không tính (miễn, tạm thời đến): {count}", count=number(len(found.others_present)))
        )
    if guests:
        lines.append(_("Khách mời: {names}", names=guests))
    if found.needed is not None:
        words = (
            _("Đảng viên chính thức có mặt {present}/{base}, cần ít nhất {needed} (hai phần ba): đủ.")
            if found.quorum
            else _(
                "Đảng viên chính thức có mặt {present}/{base}, cần ít nhất {needed} (hai phần ba): chưa đủ."
            )
        )
        lines.append(
            words.format(
                present=number(found.official_present),
                base=number(found.official_base),
                needed=number(found.needed),
            )
        )
    return lines


RULE = N_(
    "Mẫu số: đảng viên phải dự; không tính miễn sinh hoạt và tạm thời đến; tạm thời nơi khác tính ở "
    "đây. Túc số: không tính miễn sinh hoạt và tạm thời nơi khác mà không dự."
)
"""The rule that stands under the figures."""


def minutes_line(meeting: Meeting, lines: Sequence[str]) -> Say:
    """The line for the minutes as text, with what follows."""
    return Say(
        "\n".join([*lines, "", _(RULE)]),
        heading=_("Ghi biên bản: {meeting}", meeting=name(meeting)),
        choices=tuple(line_choices(meeting)[1:]),
    )


def code(meeting: Meeting, digits: str, screen: str = "") -> Say:
    """The check-in code, for the secretary to show in the room; `screen`: the address of the page for it."""
    words = _(
        "Mã điểm danh lúc này: {code}\nMỗi phút một mã khác. Ai được mời họp thì nhắn mã này cho tôi khi "
        "đang họp.",
        code=digits,
    )
    if screen:
        words += "\n" + _("Trang để chiếu lên màn hình phòng họp, mã tự đổi: {address}", address=screen)
    return Say(
        words,
        heading=name(meeting),
        choices=(
            Choice(_("Mã mới"), pack(ShowCode(meeting.id))),
            Choice(_("Điểm danh theo danh sách"), pack(CallRoll(meeting.id))),
        ),
    )


def often_absent(unit: str, who: Sequence[str]) -> Say:
    """To the secretary, privately: a fact and no judgement."""
    return Say(
        _(
            "{unit}: vắng từ ba cuộc liền: {names}. Đây là số liệu điểm danh để đồng chí biết, "
            "không phải nhận xét; chỉ đồng chí nhận tin này.",
            unit=unit,
            names="; ".join(who),
        )
    )


def mine(found: Sequence[tuple[Meeting, Invitee]]) -> str:
    """A member's next meetings, with their own answer."""
    return "\n".join(
        f"• {name(meeting)}\n   {meeting.place} · "
        + (_(_STATES[row.answer]) if row.answer else _("chưa trả lời"))
        + (" · " + _("có tài liệu") if meeting.file else "")
        for meeting, row in found
    )


def refused(code: str) -> Say:
    """Why a verb said no, and what to do next."""
    sentences = {
        "no_right": _(
            "Đồng chí không (hoặc không còn) phụ trách cuộc họp của đơn vị này. Không có gì thay đổi. Nhắn "
            "“lịch họp” để xem các cuộc họp của đồng chí."
        ),
        "past": _("Giờ họp đã qua. Mời đồng chí chọn giờ khác."),
        "too_far": _("Giờ họp cách đây hơn một năm. Mời đồng chí kiểm tra lại."),
        "nobody": _("Không có đồng chí nào để mời trong đơn vị này. Đồng chí chọn đơn vị khác."),
        "too_many": _(
            "Đơn vị này đông hơn 2.000 đồng chí. Đồng chí mời theo từng chi bộ, hoặc gửi thông báo bằng văn bản."
        ),
        "not_invited": _("Giấy mời này không gửi tới đồng chí. Nếu cần, đồng chí hỏi bí thư chi bộ."),
        "cancelled": _("Cuộc họp này đã hủy. Đồng chí không cần làm gì thêm."),
        "closed": _("Cuộc họp này đã chốt điểm danh. Nếu có sai sót, đồng chí báo bí thư chi bộ."),
        "started": _(
            "Đã tới giờ họp nên không đổi câu trả lời được nữa. Đồng chí báo trực tiếp bí thư chi bộ."
        ),
        "no_reason": _("Đồng chí ấy không còn xin vắng cuộc họp này. Đồng chí nhắn “lịch họp” để xem."),
        "too_early": _("Chưa tới giờ. Điểm danh mở trước giờ họp một tiếng, chốt được từ giờ họp."),
        "no_meeting_now": _("Lúc này không có cuộc họp nào mời đồng chí. Nhắn “lịch họp” để xem giờ."),
        "too_many_tries": _("Sai mã quá nhiều lần. Đồng chí nhờ bí thư điểm danh giúp."),
        "wrong_code": _("Mã không đúng hoặc đã hết một phút. Đồng chí nhìn mã mới rồi nhắn lại."),
    }
    return Say(sentences[code])
