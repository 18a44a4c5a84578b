"""What people read about what is recorded by hand."""

from datetime import date

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.directives.models import Acknowledge, Directive, How, Object
from bot.directives.texts import CARD_MINUTES, name
from bot.i18n import N_, _, full_date

HOW = {
    How.MEETING: N_("đã đọc tại cuộc họp"),
    How.PAPER: N_("nhận bản giấy"),
    How.CALL: N_("đã được báo qua điện thoại"),
}


def told(directive: Directive, how: How, done_on: date) -> Say:
    """To the member: what was recorded, and the way to object."""
    return Say(
        _(
            "Cấp ủy ghi nhận đồng chí đã nắm được {document}: {how}, ngày {date}. Nếu đúng, đồng chí không "
            "cần làm gì; bấm “Đã đọc, tiếp thu” thì được tính là tự xác nhận.",
            how=_(HOW[how]),
            document=name(directive),
            date=full_date(done_on),
        ),
        heading=_("Ghi nhận tay"),
        choices=(
            Choice(_("Đã đọc, tiếp thu"), pack(Acknowledge(directive.id, directive.version))),
            Choice(_("Không đúng"), pack(Object(directive.id))),
        ),
        about=directive.number,
        expires_minutes=CARD_MINUTES,
    )


def objected(directive: Directive) -> Say:
    """To the member who objected."""
    return Say(
        _(
            "Đã ghi ý kiến của đồng chí: ghi nhận tay với {document} không còn được tính. "
            "Đồng chí đọc và xác nhận khi thuận tiện.",
            document=name(directive),
        ),
        choices=(Choice(_("Đã đọc, tiếp thu"), pack(Acknowledge(directive.id, directive.version))),),
        about=directive.number,
        card=True,
        expires_minutes=CARD_MINUTES,
    )
