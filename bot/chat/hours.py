"""Hours as choices ("07:00"), and as people name them."""

import re
from collections.abc import Sequence

from bot.chat.text import clean, flat
from bot.i18n import _

_NAMED = re.compile(
    r"(?:(?:luc|vao|chon) )?(\d{1,2})(?:(?: ?(?:h|g|gio) ?|[:. ])(\d\d|ruoi)?)?(?: ?(?:phut|sang))*"
    r"(?: (?:a|nhe|nha))?"
)


def named(text: str, labels: Sequence[str]) -> int | None:
    """Which label is the hour that `text` names: "7", "7h", "7 giờ", "lúc 7 giờ sáng ạ" of ("06:30", "07:00"): 1.

    A bare number counts too: whether it is not a choice's own number the caller knows.
    """
    said = _NAMED.fullmatch(flat(clean(text)).strip(" .!"))
    if said is None:
        return None
    label = f"{int(said[1]):02d}:{'30' if said[2] == 'ruoi' else said[2] or '00'}"
    return labels.index(label) if label in labels else None


def which(number: str, by_number: str, hour: str) -> str:
    """Asks back where `number` is a choice's own and names the hour of another."""
    return _(
        "Đồng chí muốn {by_number} (mục {number}) hay {hour}?", by_number=by_number, number=number, hour=hour
    )
