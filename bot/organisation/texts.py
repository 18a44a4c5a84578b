"""What people read about rosters. The dialog of verification has its own words."""

from bot.i18n import _


def adoption_rule() -> str:
    """The rule under every table of adoption figures."""
    return _(
        "Mẫu số: đảng viên đang sinh hoạt, kể cả sinh hoạt tạm thời nơi khác (tính tại chi bộ gốc); "
        "không tính miễn sinh hoạt và tạm thời đến."
    )
