"""What people read of this room: data in, `Say` out. An answer quotes; it never composes."""

import re
from datetime import date

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.i18n import _, full_date
from bot.policy.models import (
    Answer,
    AskOfficer,
    Document,
    Kind,
    Piece,
    RateAnswer,
    ShowPiece,
    ShowWhole,
    Validity,
)

LONG = 600
"""Characters of one answer, where possible."""
_CLAUSE = 330
_LABEL = 38
_PAGE = 560


def kind_of(piece: Piece) -> str:
    """The letter under which choices name it."""
    return "e" if piece.kind is Kind.ENTRY else "a"


def answer(found: Answer, today: date) -> Say:
    """One answer: what was understood, the words of the rule, its document and whether it holds."""
    piece = found.pieces[0]
    lines = [*_replaced(found), *_understood(found)]
    lines.append(quoted(piece, found.clause))
    lines.append(_source(piece, today))
    choices = []
    if piece.kind is Kind.QUOTATION and piece.text.count("\n") and piece.key:
        choices.append(Choice(_("Xem cả điều"), pack(ShowWhole(piece.key, 0))))
    if piece.key:
        choices += [_piece_choice(each) for each in found.related if each.key]
        choices.append(Choice(_("Đúng ý tôi hỏi"), pack(RateAnswer(kind_of(piece), piece.key, 1))))
        choices.append(Choice(_("Chưa đúng"), pack(RateAnswer(kind_of(piece), piece.key, 0))))
    return Say("\n\n".join(lines), heading=_heading(piece), choices=tuple(choices))


def options(found: Answer, question: int) -> Say:
    """The middle band: what may be meant, to choose from, or an officer."""
    lines = [
        *_replaced(found),
        *_understood(found),
        _("Tôi chưa chắc đồng chí hỏi mục nào. Đồng chí chọn nhé:"),
    ]
    choices = [_piece_choice(each) for each in found.pieces if each.key]
    choices.append(officer_choice(question))
    return Say("\n".join(lines), heading=_("Tra cứu quy định"), choices=tuple(choices))


def nothing(found: Answer, question: int) -> Say:
    """Below the cut: nothing was found, and a person may be asked."""
    lines = _replaced(found)
    if found.why == "no_text" or found.replaced:
        lines.append(_("Sổ tay chưa có toàn văn quy định này nên tôi không trích được."))
    else:
        lines.append(_("Tôi chưa tìm thấy quy định trả lời câu này."))
    lines.append(_("Đồng chí hỏi lại bằng từ khác, hoặc gửi câu hỏi cho cán bộ phụ trách."))
    return Say(
        "\n".join(lines),
        heading=_("Chưa tìm thấy"),
        choices=(officer_choice(question),),
    )


def boundary(why: str) -> Say:
    """Questions that are not looked up."""
    words = {
        "others": _(
            "Tôi không trả lời về thông tin của người khác; đồng chí hỏi trực tiếp chi ủy. Nếu đồng chí hỏi quy định "
            "chung, xin nhắn lại mà không nêu ai."
        ),
        "opinion": _(
            "Tôi chỉ trích quy định, không bình luận, không nói về nhân sự hay tin chưa kiểm chứng. Đồng chí xem tin "
            "ở nguồn chính thức hoặc nêu ý kiến trong sinh hoạt chi bộ."
        ),
        "abuse": _("Mong đồng chí nói nhẹ nhàng. Tôi sẵn lòng tra quy định giúp đồng chí."),
    }
    return Say(words.get(why, _("Đồng chí nhắn câu hỏi bằng chữ, ví dụ “mức đóng đảng phí”.")))


def whole(piece: Piece, page: int, today: date) -> Say:
    """A page of the whole article or entry."""
    parts = _pages(piece.text)
    page = min(page, len(parts) - 1)
    more = [Choice(_("Xem tiếp"), pack(ShowWhole(piece.key, page + 1)))] if page + 1 < len(parts) else []
    heading = _heading(piece)
    if len(parts) > 1:
        heading += f" ({page + 1}/{len(parts)})"
    text = parts[page]
    if page + 1 == len(parts):
        text += "\n\n" + _source(piece, today)
    return Say(text, heading=heading, choices=tuple(more))


def refused(code: str) -> Say:
    """Why a verb was refused."""
    words = {
        "no_right": _(
            "Việc này dành cho cán bộ phụ trách quy định của đơn vị. Nếu cần, đồng chí hỏi bí thư chi bộ."
        ),
        "nobody": _(
            "Đơn vị của đồng chí chưa có cán bộ nhận câu hỏi trên sổ tay. Đồng chí hỏi trực tiếp bí thư chi bộ."
        ),
        "ticket_answered": _("Câu hỏi này đã có người trả lời rồi."),
    }
    return Say(words[code])


def document_line(document: Document) -> str:
    """ "01-QĐ/TW ngày 3/2/2026, Ban Chấp hành Trung ương"."""
    if document.issued_on is None:
        return _("{number}, {issuer}", number=document.number, issuer=document.issuer)
    return _(
        "{number} ngày {day}, {issuer}",
        number=document.number,
        day=full_date(document.issued_on),
        issuer=document.issuer,
    )


def badge(validity: Validity) -> str:
    """Whether the document holds."""
    return {
        Validity.IN_FORCE: _("còn hiệu lực"),
        Validity.NOT_YET: _("chưa có hiệu lực"),
        Validity.REPLACED: _("đã được thay thế"),
        Validity.EXPIRED: _("hết hiệu lực"),
    }[validity]


def officer_choice(question: int) -> Choice:
    """Sends a kept question to an officer; 0: they will be asked for the words."""
    return Choice(_("Gửi câu hỏi cho cán bộ"), pack(AskOfficer(question)))


def _heading(piece: Piece) -> str:
    if piece.kind is Kind.ENTRY:
        return _("Trả lời của cán bộ: {question}", question=piece.heading)
    if piece.kind is Kind.CALCULATION:
        return piece.heading
    name = (
        _("Điều {number}. {heading}", number=piece.number, heading=piece.heading)
        if piece.number
        else piece.heading
    )
    return _("Trích {name}", name=name.rstrip(". "))


def quoted(piece: Piece, clause: str) -> str:
    """The words of an entry, or the clause of an article with the line it stands under."""
    if piece.kind is not Kind.QUOTATION:
        return piece.text
    lines = piece.text.split("\n")
    at = lines.index(clause) if clause in lines else 0
    start = at
    if re.match(r"[a-zđ]{1,2}\)", lines[at]):
        start = next((up for up in range(at, -1, -1) if not re.match(r"[a-zđ]{1,2}\)", lines[up])), at)
    picked = [lines[start]] if start != at else []
    picked.append(lines[at])
    return f"“{cut(chr(10).join(picked), _CLAUSE)}”"


def _source(piece: Piece, today: date) -> str:
    lines = []
    document = piece.document
    if document is not None:
        line = document_line(document)
        if document.number != "Điều lệ Đảng":
            line += f" · {badge(document.validity(today))}"
        basis = _("Căn cứ: {line}", line=line) if piece.kind is not Kind.QUOTATION else line
        lines.append(basis)
        lines.append(document.title)
        if document.link:
            lines.append(_("Văn bản gốc: {link}", link=document.link))
    if piece.reference:
        lines.append(_("Xem thêm: {reference}", reference=piece.reference))
    if piece.page:
        lines.append(_("Trang {page}", page=piece.page))
    if piece.sample:
        lines.append(_("(Nội dung mẫu để dùng thử, chưa phải câu trả lời chính thức.)"))
    return "\n".join(lines)


def _replaced(found: Answer) -> list[str]:
    return [
        _("{old} đã được thay bằng {new}.", old=old, new=new)
        if new
        else _("{old} không còn hiệu lực.", old=old)
        for old, new in found.replaced
    ]


def _understood(found: Answer) -> list[str]:
    return [_("Tôi hiểu là: “{question}”.", question=found.understood)] if found.understood else []


def _piece_choice(piece: Piece) -> Choice:
    name = piece.heading or piece.text
    if piece.kind is Kind.QUOTATION and piece.number and piece.document is not None:
        name = _("{heading} (Điều {number})", heading=cut(name, _LABEL - 12), number=piece.number)
    return Choice(cut(name, _LABEL), pack(ShowPiece(kind_of(piece), piece.key)))


def cut(text: str, most: int) -> str:
    """The text, or its start up to a word's end and "…"."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _pages(text: str) -> list[str]:
    parts: list[str] = [""]
    for line in text.split("\n"):
        rest = line
        while rest:
            if len(parts[-1]) + len(rest) + 1 <= _PAGE:
                parts[-1] += ("\n" if parts[-1] else "") + rest
                rest = ""
            elif parts[-1]:
                parts.append("")
            else:
                head = rest[:_PAGE].rsplit(" ", 1)[0]
                parts[-1], rest = head, rest[len(head) :].strip()
    return parts
