"""What people read about rosters. The dialog of verification has its own words."""

from bot.i18n import _


def adoption_rule() -> str:
    """The rule under every table of adoption figures."""
    return _(
        "Mẫu số: đảng viên đang sinh hoạt, kể cả đang đi tạm thời (tính tại chi bộ gốc); "
        "không tính người được miễn và người đến sinh hoạt tạm thời."
    )
