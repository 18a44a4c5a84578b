"""The counting rules: one table that every figure uses and the documentation prints.

These figures rate people, so each says what it counts. A recipient falls into exactly one class.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.clock import from_ms
from bot.directives import rules as directives
from bot.directives.models import Directive
from bot.directives.queries import Recipient
from bot.i18n import N_, _, number
from bot.store.tables.delivery import FAILED, RECALLED, SENT, UNREACHABLE


class Class(StrEnum):
    """Where a recipient of a directive stands. Never mixed: delivery, acknowledgement, obstacle."""

    ON_TIME = "on_time"
    LATE = "late"
    BY_HAND = "by_hand"
    SILENT = "silent"
    WAITING = "waiting"
    NOT_REACHED = "not_reached"
    INFORMED = "informed"


RULES: dict[Class, tuple[str, bool]] = {
    Class.ON_TIME: (N_("đã xác nhận đúng hạn"), True),
    Class.LATE: (N_("đã xác nhận muộn"), True),
    Class.BY_HAND: (N_("cấp ủy ghi nhận tay (không tính là tự xác nhận)"), True),
    Class.SILENT: (N_("đã nhận, chưa xác nhận"), True),
    Class.WAITING: (N_("đang gửi"), True),
    Class.NOT_REACHED: (N_("chưa nhận được (không tính là chưa đọc)"), True),
    Class.INFORMED: (N_("miễn sinh hoạt hoặc tạm thời đến: được thông báo, không tính"), False),
}
"""Class -> what people read, and whether it is in the denominator."""

RULE = N_(
    "Mẫu số: đảng viên thuộc diện phải xác nhận tại lúc gửi; "
    "không tính miễn sinh hoạt và tạm thời đến. Tử số: đã xác nhận."
)
"""The rule that stands under every table."""


def version_rule(directive: Directive, former: int) -> list[str]:
    """Which version an acknowledgement is of, once there are several; nothing before."""
    lines = []
    if directive.counts_from > 1:
        count = number(directive.counts_from - 1)
        lines.append(_("Chỉ tính xác nhận từ bản đính chính lần {count}.", count=count))
    if directive.counts_from < directive.version:
        lines.append(
            _(
                "Bản hiện hành: đính chính lần {count}; trong số đã xác nhận có {former} đồng chí xác nhận bản "
                "trước, được giữ.",
                count=number(directive.version - 1),
                former=number(former),
            )
        )
    return lines


REASONS = {
    "no_account": N_("chưa xác thực"),
    "withdrawn": N_("chưa đồng ý hoặc đã rút đồng ý"),
    "blocked": N_("đã chặn hoặc bỏ theo dõi"),
    "window_closed": N_("không gửi được qua Zalo (quá 7 ngày)"),
    "chat_gone": N_("tài khoản không còn"),
    "not_follower": N_("chưa bấm “Quan tâm” trên Zalo"),
    "refused": N_("từ chối nhận tin"),
    "quota": N_("hết hạn mức tin Zalo"),
    "person_quota": N_("hết hạn mức tin tới người này"),
    "night": N_("Zalo không nhận ban đêm"),
    "rejected": N_("Zalo hoặc Telegram từ chối tin"),
    "uncertain": N_("mất liên lạc khi gửi, chưa rõ đã tới hay chưa"),
    "unavailable": N_("Zalo hoặc Telegram không trả lời"),
    "recalled": N_("tin đã được dừng trước khi gửi"),
    "broken": N_("lỗi hệ thống"),
}
"""Why somebody was not reached, in words."""


def reason_words(reason: str) -> str:
    """A reason as people read it; one with a platform's code behind it keeps the code."""
    kind, _colon, code = reason.partition(":")
    words = _(REASONS.get(kind, REASONS["broken"]))
    return f"{words} ({code})" if code else words


def classify(directive: Directive, recipient: Recipient) -> tuple[Class, str]:
    """The class of a recipient, and the reason (a key of REASONS) when not reached."""
    if not recipient.duty:
        return Class.INFORMED, ""
    if recipient.acknowledged_ms is not None:
        late = directives.is_late(from_ms(recipient.acknowledged_ms), directive.deadline)
        return (Class.LATE if late else Class.ON_TIME), ""
    if recipient.by_hand is not None:
        return Class.BY_HAND, ""
    if recipient.sending is None:
        return Class.NOT_REACHED, recipient.obstacle or "no_account"
    if recipient.sending in (FAILED, UNREACHABLE, RECALLED):
        return Class.NOT_REACHED, recipient.reason or "broken"
    return (Class.SILENT if recipient.sending == SENT else Class.WAITING), ""


@dataclass(slots=True)
class Figures:
    """Counts of one unit. `denominator` is the sum of the counted classes."""

    classes: dict[Class, int]
    reasons: dict[str, int]
    seen: int = 0
    """Of the silent, those of whom the platform told that they saw it."""
    former: int = 0
    """Of those who acknowledged, those who did so of a version that was corrected since, and may stand by it."""

    @staticmethod
    def empty() -> "Figures":
        """All zero."""
        return Figures(dict.fromkeys(Class, 0), {})

    def count(self, kind: Class, reason: str, *, seen: bool = False, former: bool = False) -> None:
        """Adds one recipient."""
        self.classes[kind] += 1
        self.former += int(former and kind in (Class.ON_TIME, Class.LATE))
        self.seen += int(seen and kind is Class.SILENT)
        if reason:
            self.reasons[reason] = self.reasons.get(reason, 0) + 1

    def add(self, other: "Figures") -> None:
        """Adds another unit's counts."""
        for kind, count in other.classes.items():
            self.classes[kind] += count
        self.seen += other.seen
        self.former += other.former
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count

    @property
    def numerator(self) -> int:
        """Acknowledged, on time or late."""
        return self.classes[Class.ON_TIME] + self.classes[Class.LATE]

    @property
    def denominator(self) -> int:
        """Everybody whose class is counted."""
        return sum(count for kind, count in self.classes.items() if RULES[kind][1])
