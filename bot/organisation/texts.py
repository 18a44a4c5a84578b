"""What people read about rosters and slips. The dialog of verification has its own words."""

from bot.i18n import _
from bot.organisation.rules import show_code


def slip_line(name: str, code: str, days: int) -> str:
    """One slip, to be handed over on paper."""
    return _("{name}: {code} (dùng một lần, trong {days} ngày)", name=name, code=show_code(code), days=days)


def adoption_rule() -> str:
    """The rule under every table of adoption figures."""
    return _(
        "Mẫu số: đảng viên đang sinh hoạt, kể cả đang đi tạm thời (tính tại chi bộ gốc); "
        "không tính người được miễn và người đến sinh hoạt tạm thời."
    )
