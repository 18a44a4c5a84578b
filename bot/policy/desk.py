"""What officers read when they approve imported rules and entries, or withdraw a rule."""

from collections.abc import Sequence

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.i18n import _, full_date, number
from bot.policy.models import (
    ApprovedDocuments,
    Entry,
    JudgeDocument,
    JudgeEntry,
    ReviewDocument,
    ReviewEntries,
    WithdrawDocument,
)
from bot.policy.queries import Heading, Listed
from bot.policy.texts import cut

_PAGE = 500
_SHOWN = 8
_LABEL = 38


def waiting(documents: Sequence[Listed], entries: int) -> Say:
    """Documents and entries that wait, to choose from."""
    heading = _("Quy định chờ duyệt")
    if not documents and not entries:
        return Say(
            _("Không có văn bản hay mục hỏi đáp nào chờ duyệt. Nhập thêm ở máy chủ: sotay policy import."),
            heading=heading,
        )
    lines = [
        _("Chưa duyệt thì tôi chưa trả lời bằng văn bản đó. Đồng chí chọn để xem danh mục các điều trước."),
        *(f"• {each.document.number}: {cut(each.document.title, 90)}" for each in documents[:_SHOWN]),
    ]
    if len(documents) > _SHOWN:
        lines.append(_("và {count} văn bản khác", count=number(len(documents) - _SHOWN)))
    choices = [
        Choice(cut(each.document.number, _LABEL), pack(ReviewDocument(each.id, 0)))
        for each in documents[:_SHOWN]
    ]
    if entries:
        choices.append(Choice(_("Mục hỏi đáp ({count})", count=number(entries)), pack(ReviewEntries())))
    return Say("\n".join(lines), heading=heading, choices=tuple(choices))


def tree(found: Listed, headings: Sequence[Heading], page: int) -> Say:
    """A page of what the import found, with the document's own data on the first."""
    document = found.document
    pages = _pages(headings)
    page = min(page, len(pages) - 1)
    lines = []
    if page == 0:
        lines += [
            document.title,
            _("Ban hành: {issuer}, {day}", issuer=document.issuer, day=full_date(document.issued_on))
            if document.issued_on
            else _("Ban hành: {issuer}", issuer=document.issuer),
        ]
        if document.in_force_from:
            lines.append(_("Hiệu lực từ {day}", day=full_date(document.in_force_from)))
        if document.in_force_until:
            lines.append(_("Đến hết {day}", day=full_date(document.in_force_until)))
        if document.replaces:
            lines.append(_("Thay thế: {numbers}", numbers=", ".join(document.replaces)))
        lines.append(
            _("Số điều: {count}", count=number(len(headings)))
            if headings
            else _("Không có điều nào: tôi chỉ biết tên văn bản.")
        )
    lines.append(pages[page])
    choices = []
    if page + 1 < len(pages):
        choices.append(Choice(_("Xem tiếp"), pack(ReviewDocument(found.id, page + 1))))
    choices += [
        Choice(_("Duyệt"), pack(JudgeDocument(found.id, "yes"))),
        Choice(_("Không dùng"), pack(JudgeDocument(found.id, "no"))),
    ]
    title = document.number + (f" ({page + 1}/{len(pages)})" if len(pages) > 1 else "")
    return Say("\n".join(line for line in lines if line), heading=title, choices=tuple(choices))


def _pages(headings: Sequence[Heading]) -> list[str]:
    pages, path = [""], ""
    for each in headings:
        lines = [each.path] if each.path and each.path != path else []
        path = each.path
        name = cut(each.heading or _("(không có tên)"), 80)
        lines.append(_("Điều {number}. {heading}", number=each.number, heading=name) if each.number else name)
        block = "\n".join(lines)
        if pages[-1] and len(pages[-1]) + len(block) > _PAGE:
            pages.append("")
        pages[-1] += ("\n" if pages[-1] else "") + block
    return pages


def judged(found: Listed, *, approved: bool) -> Say:
    """What came of it."""
    if approved:
        return Say(
            _(
                "Đã duyệt {number}. Trong ít phút nữa tôi trả lời bằng văn bản này. Muốn thôi dùng: đồng chí "
                "nhắn “rút quy định”.",
                number=found.document.number,
            )
        )
    return Say(_("Đã bỏ {number}; tôi không trả lời bằng văn bản này.", number=found.document.number))


def approved(documents: Sequence[Listed], page: int) -> Say:
    """A page of the documents that answer, to withdraw one."""
    heading = _("Quy định đang dùng")
    pages = max(1, -(-len(documents) // _SHOWN))
    page = min(page, pages - 1)
    shown = documents[page * _SHOWN : (page + 1) * _SHOWN]
    if not shown:
        return Say(_("Chưa có văn bản nào được duyệt."), heading=heading)
    lines = [
        _("Đồng chí chọn văn bản cần thôi dùng; tôi sẽ hỏi lại trước khi rút."),
        *(f"• {each.document.number}: {cut(each.document.title, 60)}" for each in shown),
    ]
    choices = [
        Choice(cut(each.document.number, _LABEL), pack(WithdrawDocument(each.id, "ask"))) for each in shown
    ]
    if page + 1 < pages:
        choices.append(Choice(_("Xem tiếp"), pack(ApprovedDocuments(page + 1))))
    title = heading + (f" ({page + 1}/{pages})" if pages > 1 else "")
    return Say("\n".join(lines), heading=title, choices=tuple(choices))


def withdrawing(found: Listed) -> Say:
    """What will happen, before it does."""
    document = found.document
    text = _(
        "Đồng chí muốn thôi dùng {number}, {title}? Tôi sẽ không trả lời bằng văn bản này nữa, ngay từ "
        "lúc rút. Dùng lại thì phải nhập và duyệt lại.",
        number=document.number,
        title=cut(document.title, 120),
    )
    choices = (
        Choice(_("Thôi dùng"), pack(WithdrawDocument(found.id, "yes"))),
        Choice(_("Giữ lại"), pack(WithdrawDocument(found.id, "no"))),
    )
    return Say(text, heading=_("Rút quy định"), choices=choices)


def withdrawn(found: Listed) -> Say:
    """It answers no more."""
    return Say(_("Đã rút {number}. Tôi không trả lời bằng văn bản này nữa.", number=found.document.number))


def kept(found: Listed) -> Say:
    """It goes on answering."""
    return Say(_("Vẫn dùng {number}.", number=found.document.number))


def not_in_use() -> Say:
    """Somebody else was first, or it never answered."""
    return Say(_("Văn bản này hiện không dùng. Đồng chí nhắn “rút quy định” để xem các văn bản đang dùng."))


def entry(key: int, found: Entry, left: int) -> Say:
    """An entry that waits, whole."""
    lines = [
        _("Hỏi: {question}", question=found.question),
        _("Đáp: {answer}", answer=found.answer),
    ]
    rests_on = ", ".join(part for part in (found.rule, found.reference) if part)
    lines.append(_("Căn cứ: {rule}", rule=rests_on) if rests_on else _("Chưa nêu căn cứ."))
    choices = (
        Choice(_("Duyệt"), pack(JudgeEntry(key, "yes"))),
        Choice(_("Không dùng"), pack(JudgeEntry(key, "no"))),
    )
    heading = _("Mục hỏi đáp chờ duyệt (còn {count})", count=number(left))
    return Say("\n".join(lines), heading=heading, choices=choices)


def entry_judged(*, approved: bool) -> Say:
    """What came of an entry."""
    return Say(_("Đã duyệt mục hỏi đáp.") if approved else _("Đã bỏ mục hỏi đáp."))


def gone() -> Say:
    """Nothing left to decide."""
    return Say(_("Mục này không còn chờ duyệt. Đồng chí nhắn “duyệt quy định” để xem việc còn lại."))
