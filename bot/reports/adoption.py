"""Adoption: how many verified and how many act, of how many. It rates people, so its rule stands under it.

Active is who answered: acknowledged a paper, answered an invitation, recorded for a unit. What somebody reads,
asks or looks up is not written down anywhere, and the tap under a digest counts as nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.clock import to_ms
from bot.directives import queries as directives
from bot.i18n import _, number, percent
from bot.meetings import queries as meetings
from bot.organisation.adoption import adoption
from bot.organisation.models import Adoption
from bot.organisation.texts import adoption_rule
from bot.store.tx import Tx

DAYS = 30


@dataclass(frozen=True, slots=True)
class Sum:
    """Several branches together."""

    must_use: int
    verified: int
    agreed: int
    active: int

    def words(self) -> list[str]:
        """The figures, each with numerator and denominator."""
        lines = [
            _("Đã xác thực: {done}/{base} ({share})", done=number(self.verified), base=number(self.must_use),
              share=percent(self.verified, self.must_use)),
            _("Hoạt động trong 30 ngày: {done}/{base} ({share})", done=number(self.active),
              base=number(self.must_use), share=percent(self.active, self.must_use)),
        ]  # fmt: skip
        if silent := self.verified - self.agreed:
            lines.append(_("Đã xác thực, chưa đồng ý tính hoạt động: {count}", count=number(silent)))
        return lines

    def short(self, name: str) -> str:
        """The same in one line."""
        return _(
            "• {unit}: xác thực {done}/{base} ({share}), hoạt động {active}/{base} ({active_share})",
            unit=name,
            done=number(self.verified),
            base=number(self.must_use),
            share=percent(self.verified, self.must_use),
            active=number(self.active),
            active_share=percent(self.active, self.must_use),
        )


def of(tx: Tx, organisation_id: int) -> list[Adoption]:
    """Per branch below an organisation, as of now."""
    since = to_ms(tx.now - timedelta(days=DAYS))
    acted = [partial(each, since_ms=since) for each in (directives.acted, meetings.acted)]
    return adoption(tx, organisation_id, acted)


def together(figures: Iterable[Adoption]) -> Sum:
    """Their sum."""
    counted = list(figures)
    return Sum(
        sum(each.must_use for each in counted),
        sum(each.verified for each in counted),
        sum(each.agreed for each in counted),
        sum(each.active for each in counted),
    )


def rule() -> list[str]:
    """How it was counted: stands under every such table."""
    return [
        adoption_rule(),
        _(
            "Hoạt động: trong 30 ngày có xác nhận văn bản, trả lời giấy mời hoặc ghi nhận thay đơn vị, và "
            "đồng ý mục “Thống kê sử dụng”. Đọc, hỏi, tra cứu, bấm “Đã xem” không tính và không được ghi lại."
        ),
    ]
