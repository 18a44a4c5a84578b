"""What people read about directives: values in, `Say` out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.clock import VIETNAM
from bot.directives.models import (
    Acknowledge,
    AcknowledgeAll,
    Acknowledged,
    AskAuthor,
    Check,
    Directive,
    Draft,
    FullText,
    Judge,
    ShowPaper,
    State,
    Undo,
    Urgency,
)
from bot.i18n import N_, _, full_date, moment, number, plural

URGENCY = {
    Urgency.NORMAL: "",
    Urgency.URGENT: N_("KHẨN"),
    Urgency.EXPRESS: N_("THƯỢNG KHẨN"),
    Urgency.FLASH: N_("HỎA TỐC"),
}
CARD_MINUTES = 60 * 24 * 60
"""A card may be answered by number or words for sixty days."""
MAX_SUMMARY = 400
"""Characters of the summary shown on a card: it should fit a small phone."""
MAX_LISTED = 8
"""Papers in one message; with a title of MAX_TITLE characters each it stays within 2,000 (Zalo)."""
MAX_TITLE = 120


def name(directive: Directive) -> str:
    """The document as people cite it: number and date."""
    return _("{number} ngày {date}", number=directive.number, date=full_date(directive.issued_on))


def draft_card(draft: Draft) -> Say:
    """A draft as its recipients will see it; its choices lead nowhere yet."""
    real = real_card(draft)
    return replace(real, heading=_("(Thử) {heading}", heading=real.heading), choices=(), about="", card=False)


def real_card(draft: Draft) -> Say:
    """The card that this draft will become, to count what it takes."""
    shown = Directive(
        id=0,
        number=draft.number,
        issued_on=draft.issued_on,
        title=draft.title,
        summary=draft.summary,
        urgency=draft.urgency,
        deadline=draft.deadline,
        unit_id=draft.unit_id,
        author_id=draft.author_id,
        state=State.DRAFT,
        file=draft.file,
        checks=len(draft.checks),
    )
    return card(shown)


def approval_card(directive_id: int, draft: Draft) -> Say:
    """A draft for the second person who decides."""
    shown = draft_card(draft)
    return replace(
        shown,
        heading=_("Xin duyệt: {number}", number=draft.number),
        text="\n".join([shown.text, *check_lines(draft.checks)])
        + "\n"
        + _("Người soạn cam đoan tệp không thuộc bí mật nhà nước. Đồng chí mở tệp xem rồi quyết định."),
        choices=(
            Choice(_("Đã xem, duyệt gửi"), pack(Judge(directive_id, "yes"))),
            Choice(_("Không duyệt"), pack(Judge(directive_id, "no"))),
        ),
    )


def check_lines(checks: Sequence[Check]) -> list[str]:
    """The questions of a draft with their answers, for who writes or approves it."""
    lines = []
    for place, check in enumerate(checks, 1):
        lines.append(_("Câu hỏi {place}: {words}", place=number(place), words=check.words))
        for each, option in enumerate(check.options, 1):
            lines.append(("   ✓ " if each == check.correct else "   – ") + option)
    return lines


def reminder(directive: Directive, now: datetime, note: str = "") -> Say:
    """The card again, to who has not acknowledged, with the time that is left."""
    real = card(directive)
    left = time_left(directive.deadline, now)
    heading = (
        _("Nhắc ({left}): {heading}", left=left, heading=real.heading)
        if left
        else _("Nhắc: {heading}", heading=real.heading)
    )
    text = f"{real.text}\n{note}" if note else real.text
    return replace(real, heading=heading, text=text, file=None)


def reminder_of(count: int) -> str:
    """The heading of a reminder of several."""
    return plural(
        "Nhắc: đồng chí có {n} văn bản chưa xác nhận", "Nhắc: đồng chí có {n} văn bản chưa xác nhận", count
    )


def window_note(until: datetime) -> str:
    """Why a reminder comes now, and how the way stays open."""
    return _(
        "Sau {when} Zalo không cho sổ tay nhắn cho đồng chí nữa. Đồng chí bấm hoặc nhắn một lời bất kỳ "
        "để tiếp tục nhận được văn bản.",
        when=moment(until),
    )


def time_left(deadline: datetime | None, now: datetime) -> str:
    """How long until the deadline, in days of the calendar; "" without one."""
    if deadline is None:
        return ""
    if now >= deadline:
        return _("đã quá hạn")
    days = (deadline.astimezone(VIETNAM).date() - now.astimezone(VIETNAM).date()).days
    if days == 0:
        return _("hạn hôm nay")
    return _("hạn ngày mai") if days == 1 else plural("còn {n} ngày", "còn {n} ngày", days)


def recalled(directive: Directive) -> Say:
    """To who had received a directive that was taken back."""
    return Say(_("{document} đã được thu hồi. Đồng chí không cần làm gì thêm.", document=name(directive)))


def card(directive: Directive) -> Say:
    """The card of a directive: what it is, what it says in short, until when, and the choices."""
    mark = URGENCY[directive.urgency]
    heading = name(directive)
    if mark:
        heading = f"{_(mark)} · {heading}"
    lines = [directive.title]
    if directive.summary:
        lines.append(_("Tóm tắt: {summary}", summary=_short(directive.summary)))
    if directive.deadline is not None:
        lines.append(_("Hạn xác nhận: {when}", when=moment(directive.deadline)))
    if directive.checks:
        lines.append(
            plural(
                "Sau khi bấm “Đã đọc, tiếp thu” có {n} câu hỏi ngắn.",
                "Sau khi bấm “Đã đọc, tiếp thu” có {n} câu hỏi ngắn.",
                directive.checks,
            )
        )
    if directive.version > 1:
        lines.append(_("Bản đính chính lần {count}.", count=number(directive.version - 1)))
    choices = [Choice(_("Đã đọc, tiếp thu"), pack(Acknowledge(directive.id, directive.version)))]
    if directive.file is not None:
        choices.append(Choice(_("Xem toàn văn"), pack(FullText(directive.id))))
    choices.append(Choice(_("Hỏi lại"), pack(AskAuthor(directive.id))))
    return Say(
        "\n".join(lines),
        heading=heading,
        choices=tuple(choices),
        file=directive.file,
        about=directive.number,
        card=True,
        expires_minutes=CARD_MINUTES,
    )


def _short(summary: str) -> str:
    return _cut(summary, MAX_SUMMARY)


def _cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[:limit].rsplit(" ", 1)[0] + "…"


def open_papers(listed: Sequence[Directive], heading: str, at_ms: int, note: str = "") -> Say:
    """Several papers that wait, the oldest first, to open one by one or to acknowledge together.

    All that wait must be given: the choice for all means everything between the first and the last listed
    that had been sent at `at_ms`.
    """
    shown = listed[:MAX_LISTED]
    lines = [paper_line(each) for each in shown]
    if len(listed) > len(shown):
        lines.append(
            _("… và {count} văn bản nữa, sau các văn bản này.", count=number(len(listed) - len(shown)))
        )
    if note:
        lines.append(note)
    together = plural("Đã đọc, tiếp thu cả {n} văn bản", "Đã đọc, tiếp thu cả {n} văn bản", len(shown))
    choices = [Choice(_("Xem {number}", number=each.number), pack(ShowPaper(each.id))) for each in shown]
    choices.append(Choice(together, pack(AcknowledgeAll(shown[0].id, shown[-1].id, at_ms))))
    return Say("\n".join(lines), heading=heading, choices=tuple(choices), expires_minutes=CARD_MINUTES)


def paper_line(directive: Directive) -> str:
    """A paper in a list of several."""
    line = f"• {name(directive)}: {_cut(directive.title, MAX_TITLE)}"
    if directive.deadline is not None:
        line += " " + _("(hạn {when})", when=moment(directive.deadline))
    return line


def waiting_papers(count: int) -> str:
    """The heading of the list of what waits."""
    return plural("Đồng chí có {n} văn bản chưa xác nhận", "Đồng chí có {n} văn bản chưa xác nhận", count)


def acknowledged_together(done: Sequence[Acknowledged]) -> Say:
    """The confirmation of several at once, each by its number."""
    lines = [
        plural(
            "Đã ghi nhận: đồng chí đã đọc, tiếp thu {n} văn bản, lúc {when}:",
            "Đã ghi nhận: đồng chí đã đọc, tiếp thu {n} văn bản, lúc {when}:",
            len(done),
            when=moment(done[0].at),
        )
    ]
    for each in done:
        late = " " + _("(muộn)") if each.late and each.counted else ""
        lines.append(f"• {name(each.directive)}{late}")
    lines.append(_("Nếu nhầm, đồng chí nhắn “hoàn tác” kèm số văn bản trong 10 phút."))
    return Say("\n".join(lines))


def to_open_alone(left: Sequence[Directive]) -> Say:
    """What could not be acknowledged with the others: it was corrected since, or has questions."""
    return Say(
        plural(
            "Còn {n} văn bản cần mở riêng vì đã đính chính hoặc có câu hỏi.",
            "Còn {n} văn bản cần mở riêng vì đã đính chính hoặc có câu hỏi.",
            len(left),
        ),
        choices=tuple(
            Choice(_("Xem {number}", number=each.number), pack(ShowPaper(each.id)))
            for each in left[:MAX_LISTED]
        ),
        expires_minutes=CARD_MINUTES,
    )


def already(directive: Directive, at: datetime) -> Say:
    """It had been acknowledged before."""
    return Say(_("Đồng chí đã xác nhận {document} lúc {when}.", document=name(directive), when=moment(at)))


def acknowledged(result: Acknowledged) -> Say:
    """The confirmation of an acknowledgement, naming the document, with the way to take it back."""
    directive = result.directive
    if not result.first:
        return already(directive, result.at)
    lines = [
        _(
            "Đã ghi nhận: đồng chí đã đọc, tiếp thu {document}, lúc {when}.",
            document=name(directive),
            when=moment(result.at),
        )
    ]
    if result.late:
        lines.append(_("Xác nhận này sau hạn nên được tính là muộn."))
    if not result.counted:
        lines.append(_("Đồng chí được miễn sinh hoạt nên xác nhận này không tính vào tỷ lệ."))
    lines.append(_("Nếu bấm nhầm, đồng chí nhắn “hoàn tác” trong 10 phút."))
    return Say(
        "\n".join(lines),
        choices=(Choice(_("Bấm nhầm, hoàn tác"), pack(Undo(directive.id))),),
        buttons_only=True,
    )


def undone(directive: Directive) -> Say:
    """An acknowledgement was taken back; the card's choices again."""
    return Say(
        _("Đã hoàn tác. {document} trở lại là chưa xác nhận.", document=name(directive)),
        choices=card(directive).choices,
        about=directive.number,
        card=True,
        expires_minutes=CARD_MINUTES,
    )


def refused(code: str, document: str = "") -> Say:
    """Why a verb said no, and what to do next."""
    sentences = {
        "not_recipient": _("Văn bản này không gửi tới đồng chí. Nếu cần, đồng chí hỏi bí thư chi bộ."),
        "nobody_told": _(
            "Chưa gửi được: không ai phụ trách văn bản này đang dùng sổ tay. Đồng chí hỏi trực tiếp bí thư chi bộ."
        ),
        "not_recorded": _("Không có ghi nhận tay nào về đồng chí với văn bản này."),
        "date_wrong": _("Ngày phải từ ngày gửi văn bản đến hôm nay. Đồng chí chọn lại nhé."),
        "nobody_open": _(
            "Không còn ai cần ghi nhận: mọi đồng chí đã xác nhận, đã được ghi nhận, hoặc đã báo ghi nhận tay "
            "không đúng."
        ),
        "not_acknowledged": _("Đồng chí chưa xác nhận văn bản này nên không có gì để hoàn tác."),
        "undo_too_late": _(
            "Đã quá 10 phút nên không hoàn tác được nữa. Đồng chí báo bí thư chi bộ nếu bấm nhầm."
        ),
        "no_file": _("Văn bản này không có tệp kèm. Đồng chí hỏi bí thư chi bộ để xem bản đầy đủ."),
        "recalled": _("Văn bản này đã được thu hồi. Đồng chí không cần làm gì thêm."),
        "corrected": _(
            "Tôi chưa ghi nhận: văn bản đã được đính chính sau tin đồng chí vừa bấm, và cần xác nhận lại. "
            "Mời đồng chí đọc bản mới dưới đây."
        ),
        "answered": _("Câu hỏi này đồng chí đã trả lời."),
        "not_open": _("Văn bản đang được chuẩn bị gửi. Đồng chí đính chính sau ít phút nhé."),
        "nothing_changed": _("Chưa có gì khác bản đã gửi nên không cần đính chính."),
        "correction_decided": _("Đính chính này đã được quyết định trước đó, hoặc đã có bản mới hơn."),
        "no_right": _(
            "Đồng chí không (hoặc không còn) có quyền làm việc này với đơn vị đó. Không có gì thay đổi. Nếu "
            "cần, đồng chí hỏi cấp ủy phụ trách."
        ),
        "number_taken": _(
            "Đã có văn bản cùng số, cùng ngày. Nhắn “gửi văn bản” để làm lại với số hoặc ngày khác."
        ),
        "deadline_past": _("Hạn xác nhận đã qua trong lúc soạn. Nhắn “gửi văn bản” để làm lại với hạn mới."),
        "deadline_gone": _(
            "Hạn xác nhận đã qua nên không gửi được. Đồng chí chọn “Không duyệt”; người soạn làm lại với hạn mới."
        ),
        "not_draft": _("Văn bản này đã được quyết định trước đó."),
        "release_decided": _("Yêu cầu này đã được quyết định trước đó, hoặc đã quá 24 giờ."),
        "too_soon": _("Vừa nhắc trong vòng 4 giờ. Đồng chí nhắc lại sau nhé."),
        "nobody_silent": _("Không còn ai đã nhận mà chưa xác nhận, nên không cần nhắc."),
        "unknown": _(
            "Chưa tìm thấy văn bản {document}. Đồng chí kiểm tra lại số, ví dụ: 52-KH/ĐU.", document=document
        ),
        "nothing_open": _("Hiện không có văn bản nào chờ đồng chí xác nhận."),
    }
    return Say(sentences[code])


def taken_back(directive: Directive) -> Say:
    """To who asks about a directive that was recalled."""
    return Say(_("{document} đã được thu hồi, nên không còn nhắc, đếm hay sửa.", document=name(directive)))
