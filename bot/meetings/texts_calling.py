"""What a secretary reads while calling a meeting: as last month, from a file, the monthly nudge."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.chat.choices import Command, pack
from bot.chat.replies import Choice, Say
from bot.i18n import _, moment
from bot.meetings.models import CallAgain, MeetingKind
from bot.meetings.texts import CARD_MINUTES, KINDS


def as_last_month(place: str, agenda: str, chair: str) -> Say:
    """What the unit's last ordinary meeting was like."""
    lines = [
        _("Địa điểm: {place}", place=place),
        _("Nội dung: {agenda}", agenda=agenda),
        _("Chủ trì: {chair}", chair=chair),
    ]
    return Say("\n".join(lines), heading=_("Mời họp như tháng trước?"))


def read_from_file(read: Mapping[str, Any]) -> Say:
    """What was read from a file, and what was not and will be asked."""
    kind, starts = read.get("kind"), read.get("starts")
    items = {
        _("Loại cuộc họp"): _(KINDS[MeetingKind(kind)]) if kind else None,
        _("Thời gian"): moment(datetime.fromisoformat(starts)) if starts else None,
        _("Địa điểm"): read.get("place"),
        _("Nội dung"): read.get("agenda"),
        _("Chủ trì"): read.get("chair"),
    }
    lines = [f"{label}: {value}" for label, value in items.items() if value]
    if missing := [label for label, value in items.items() if not value]:
        lines.append(_("Chưa đọc được, tôi sẽ hỏi: {items}.", items=", ".join(missing)))
    return Say("\n".join(lines), heading=_("Đọc được từ tệp, đúng không?"))


def nudge(unit_id: int, unit: str, month: str, *, repeat: bool) -> Say:
    """To the secretary, once a month: next month's ordinary meeting is not called yet."""
    choices = [Choice(_("Như tháng trước"), pack(CallAgain(unit_id)))] if repeat else []
    return Say(
        _(
            "{unit} chưa có giấy mời sinh hoạt thường kỳ tháng {month}. Đồng chí mời họp luôn bây giờ?",
            unit=unit,
            month=month,
        ),
        heading=_("Nhắc lịch họp tháng sau"),
        choices=(*choices, Choice(_("Soạn giấy mời"), pack(Command("call_meeting")))),
        expires_minutes=CARD_MINUTES,
    )
