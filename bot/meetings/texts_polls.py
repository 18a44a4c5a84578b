"""What people read about straw polls: always labelled as such, never as a vote."""

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.i18n import _, moment, number, percent
from bot.meetings import rules
from bot.meetings.models import Choose, EndPoll, Meeting, Poll

CARD_MINUTES = 4 * 60


def _no_vote(poll: Poll) -> str:
    if poll.voting:
        return _("Đây là thăm dò trước khi biểu quyết, không thay biểu quyết của chi bộ theo Điều lệ Đảng.")
    return _("Đây là thăm dò, không có giá trị biểu quyết.")


def card(poll: Poll, meeting: Meeting) -> Say:
    """The question, to everybody in the room."""
    anonymous = _(
        "Ẩn danh: tôi chỉ cộng số, không giữ ai chọn gì; vì thế trả lời rồi thì không xem lại, không đổi được."
    )
    return Say(
        "\n".join([poll.question, "", anonymous, _no_vote(poll)]),
        heading=_("Thăm dò ý kiến, {unit}", unit=meeting.unit),
        choices=tuple(Choice(label, pack(Choose(poll.id, place))) for place, label in enumerate(poll.labels)),
        about=f"thăm dò {poll.id}",
        expires_minutes=CARD_MINUTES,
    )


def answered() -> Say:
    """The same for every answer, so that no message in the store tells which it was."""
    return Say(
        _("Đã cộng câu trả lời của đồng chí vào kết quả thăm dò. Kết quả được báo khi thăm dò kết thúc.")
    )


def progress(poll: Poll) -> Say:
    """To the secretary while it runs: how many have answered, and nothing of what."""
    return Say(
        "\n".join([poll.question, _counted(poll)]),
        heading=_("Đang thăm dò ý kiến"),
        choices=(Choice(_("Kết thúc thăm dò"), pack(EndPoll(poll.id))),),
        expires_minutes=CARD_MINUTES,
    )


def preview(question: str, labels: list[str], asked: int, barred: int, voting: bool) -> Say:
    """The question before it goes out, and whom it would reach."""
    lines = [question, *(f"• {label}" for label in labels), ""]
    lines.append(_("Hỏi {count} đồng chí.", count=number(asked)))
    if voting:
        lines.append(_not_asked(barred))
    return Say("\n".join(lines), heading=_("Xem trước thăm dò ý kiến"))


def result(poll: Poll, meeting: Meeting) -> Say:
    """The result with its base, rule and moment."""
    lines = [poll.question]
    if poll.answered >= rules.FEWEST_ANSWERS:
        lines += [
            f"{place}. {label}: {number(chosen)}/{number(poll.answered)} ({percent(chosen, poll.answered)})"
            for place, (label, chosen) in enumerate(poll.options, 1)
        ]
    else:
        lines.append(
            _(
                "Có {count} câu trả lời; dưới {fewest} câu thì không công bố từng phương án, để giữ ẩn danh.",
                count=number(poll.answered),
                fewest=number(rules.FEWEST_ANSWERS),
            )
        )
    lines += ["", _counted(poll)]
    if poll.voting:
        lines.append(_not_asked(poll.barred))
    lines.append(
        _("Mẫu số của từng phương án: số câu trả lời. Mẫu số chung: số đồng chí được hỏi trong cuộc họp.")
    )
    if poll.closed is not None:
        lines.append(_("Chốt lúc {when}.", when=moment(poll.closed)))
    lines.append(_no_vote(poll))
    return Say("\n".join(lines), heading=_("Kết quả thăm dò ý kiến, {unit}", unit=meeting.unit))


def _counted(poll: Poll) -> str:
    return _(
        "Đã trả lời: {answered}/{asked} đồng chí được hỏi ({share}).",
        answered=number(poll.answered),
        asked=number(poll.asked),
        share=percent(poll.answered, poll.asked),
    )


def _not_asked(barred: int) -> str:
    return _(
        "Không hỏi đảng viên dự bị và đảng viên sinh hoạt tạm thời đến: {count}.",
        count=number(barred),
    )


def refused(code: str) -> Say | None:
    """Why a verb of polls said no; None for a word that the meeting's own texts know."""
    sentences = {
        "not_begun": _("Chưa tới giờ họp. Thăm dò ý kiến mở được từ giờ họp."),
        "nobody_here": _("Chưa có đồng chí nào để hỏi. Đồng chí điểm danh trước, rồi thăm dò."),
        "not_polled": _(
            "Thăm dò này không hỏi đồng chí. Nếu cần, đồng chí nêu ý kiến trực tiếp trong cuộc họp."
        ),
        "poll_closed": _("Thăm dò này đã kết thúc. Kết quả đã báo cho các đồng chí được hỏi."),
        "poll_answered": _(
            "Đồng chí đã trả lời rồi. Vì thăm dò ẩn danh nên không xem lại, không đổi được câu trả lời."
        ),
    }
    return Say(sentences[code]) if code in sentences else None
