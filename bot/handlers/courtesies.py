"""Small words that ask for nothing, so that they get a small answer: thanks, a greeting, being at a loss."""

import re

from bot.chat.events import Wondered
from bot.chat.replies import Say
from bot.chat.router import Replies
from bot.chat.text import clean, flat
from bot.handlers.reading import OpenMessage, Situation, read
from bot.handlers.start import greeting
from bot.i18n import _
from bot.store.tx import Tx

_WHO = (
    r"(?:dong chi|cac dong chi|anh|chi|em|chu|bac|bot|ban|so tay|nhieu|nhe|nha|a|rat|lam|da|vang|xin|thua|oi)"
)
_THANKS = re.compile(rf"(?:{_WHO} )*(?:cam on|cam ta|thanks?|thank you|tks)(?: {_WHO})*")
_DONE = re.compile(rf"(?:{_WHO} )*(?:roi|xong|xong roi)(?: {_WHO})*")
_LEAVE = re.compile(rf"(?:{_WHO} )*(?:huy|huy bo|thoi|dung lai)(?: {_WHO})*")
_GREETING = re.compile(rf"(?:{_WHO} )*(?:chao|kinh chao|xin chao|hello|hi|alo|a lo)(?: {_WHO})*")
_LOST = re.compile(
    r"(?:toi |em |minh )?(?:khong|chua|ko|k) (?:hieu|biet|ro)(?: (?:gi|lam sao|the nao|cach dung|dung|su dung|"
    r"phai lam gi|lam gi|a|ca|het))*|(?:giup|huong dan)(?: (?:toi|em|minh|voi|cach dung|su dung|a))+|"
    r"(?:dung|su dung|lam) (?:the nao|sao|lam sao)(?: a)?"
)


def courtesy(event: Wondered, tx: Tx, *, waits: bool) -> Replies:
    """The answer to a text that is nothing but a courtesy; None for any other. `waits`: a paper is not acknowledged."""
    said = flat(clean(event.text)).strip(" .,!?")
    if _THANKS.fullmatch(said):
        return Say(_("Không có gì, thưa đồng chí. Cần việc khác, đồng chí nhắn “menu”."))
    if _GREETING.fullmatch(said) or _LOST.fullmatch(said):
        return greeting(event, tx)
    if _LEAVE.fullmatch(said):
        return Say(
            _(
                "Đồng chí không có việc gì đang làm dở. Muốn rút lại xác nhận vừa gửi, nhắn “hoàn tác”; xem các việc, "
                "nhắn “menu”."
            )
        )
    if not waits and (_DONE.fullmatch(said) or _acknowledges(event)):
        return Say(
            _(
                "Hiện không có văn bản nào chờ đồng chí xác nhận. Muốn xem lại, đồng chí nhắn “văn bản của tôi”."
            )
        )
    return None


def asks_for_nothing(text: str) -> bool:
    """Whether a text is thanks, a greeting, or the wish to leave off: nothing that answers a question."""
    said = flat(clean(text)).strip(" .,!?")
    return any(each.fullmatch(said) for each in (_THANKS, _GREETING, _LEAVE))


def _acknowledges(event: Wondered) -> bool:
    """Whether it would acknowledge a paper, were there one."""
    if not any(char.isalpha() for char in event.text) and any(char.isdigit() for char in event.text):
        return False  # a number is a choice, of whatever it was
    paper = OpenMessage("1-TB/X", True, ("Đã đọc, tiếp thu",), ("",), event.at, unasked=False)
    return read(event.text, Situation(open=(paper,), now=event.at)).means == "acknowledge"
