"""What messages take on a channel that charges, in words."""

from bot.delivery.window import Bill
from bot.i18n import _, number


def line(taken: Bill, price: int, left: int | None) -> str:
    """Free and billable messages, their price in đồng, and what the account may still send this month.

    `left` is None when the platform has not said it yet.
    """
    said = _(
        "miễn phí {free} tin, tính phí {billable} tin (khoảng {price} đ)",
        free=number(taken.free),
        billable=number(taken.billable),
        price=number(taken.billable * price),
    )
    if left is None:
        return said
    said += _("; hạn mức còn lại trong tháng: {left} tin", left=number(left))
    if taken.billable > left:
        said += _(" (không đủ: phần thiếu có thể chưa gửi được)")
    return said


def by_template(count: int, price: int | None) -> str:
    """Messages in words that the platform approved, for those whom no other reaches; each is billed."""
    if price is None:
        return _("báo bằng mẫu trả phí {count} tin", count=number(count))
    return _(
        "báo bằng mẫu trả phí {count} tin (khoảng {price} đ)",
        count=number(count),
        price=number(count * price),
    )
