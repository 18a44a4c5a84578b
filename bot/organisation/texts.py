"""What people read about rosters and slips. The dialog of verification has its own words."""

from bot.i18n import _, number
from bot.organisation.models import Adoption, ImportReport
from bot.organisation.rules import show_code

_SHOWN = 40  # lines of remarks before the report refers to the rest


def slip_line(name: str, code: str, days: int) -> str:
    """One slip, to be handed over on paper."""
    return _("{name}: {code} (dùng một lần, trong {days} ngày)", name=name, code=show_code(code), days=days)


def report_lines(report: ImportReport) -> list[str]:
    """The import's report for the terminal and the chat: counts, what was left out, what needs a look."""
    counts = {name: number(value) for name, value in report.counts.items()}
    lines = [
        _(
            "{members} người trong tệp: {new} mới, {changed} thay đổi, {moved} chuyển chi bộ, {left} rời; "
            "{suspicious} dòng cần xem, {errors} dòng lỗi.",
            **counts,
        )
    ]
    if report.new_organisations:
        lines.append(_("Tổ chức mới: {names}.", names=", ".join(report.new_organisations)))
    if report.left_out:
        lines.append(_("Không đọc các cột: {names}.", names=", ".join(report.left_out)))
    remarks = [row for row in report.rows if row.reason]
    for row in remarks[:_SHOWN]:
        if row.row is None:
            lines.append(row.reason)
        else:
            lines.append(_("{sheet}, dòng {row}: {reason}", sheet=row.sheet, row=row.row, reason=row.reason))
    if len(remarks) > _SHOWN:
        lines.append(_("… và {n} dòng nữa.", n=number(len(remarks) - _SHOWN)))
    if report.stopped:
        lines.append(report.stopped)
    return lines


def adoption_line(name: str, figures: Adoption) -> str:
    """One branch's figure, numerator and denominator shown."""
    return _(
        "{name}: {verified}/{must_use} đã xác thực",
        name=name,
        verified=number(figures.verified),
        must_use=number(figures.must_use),
    )


def adoption_rule() -> str:
    """The rule under every table of adoption figures."""
    return _(
        "Mẫu số: đảng viên đang sinh hoạt, kể cả đang đi tạm thời (tính tại chi bộ gốc); "
        "không tính người được miễn và người đến sinh hoạt tạm thời."
    )
