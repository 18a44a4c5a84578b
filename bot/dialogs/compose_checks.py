"""The step of composing in which one to three questions are attached, whether the paper was understood."""

import re
from collections.abc import Collection
from functools import partial

from bot.chat.replies import Say
from bot.chat.talk import Retry, Talk
from bot.directives import rules
from bot.directives.gate.check import check_text
from bot.directives.gate.models import Why
from bot.directives.gate.texts import explain
from bot.directives.models import Check
from bot.i18n import _, number, plural
from bot.store.tx import Tx


def ask_checks(talk: Talk[Tx], rule: Collection[Why] = ()) -> tuple[Check, ...]:
    """The questions, each with its answers and the right one; they replace what was attached before."""
    found: list[Check] = []
    while True:
        words: str = talk.ask("check.words", _ask_words(len(found) + 1), parse=partial(_words, rule))
        options: list[str] = talk.ask("check.options", _ask_options(), parse=partial(_options, rule))
        correct = talk.ask(
            "check.correct",
            Say(_("Câu trả lời nào đúng?")),
            options={str(place): option for place, option in enumerate(options, 1)},
        )
        found.append(Check(words, tuple(options), int(correct)))
        if len(found) == rules.MAX_CHECKS:
            return tuple(found)
        more = {"no": _("Đủ rồi"), "yes": _("Thêm câu nữa")}
        asked = plural(
            "Đã có {n} câu hỏi. Thêm câu nữa không?", "Đã có {n} câu hỏi. Thêm câu nữa không?", len(found)
        )
        if talk.ask("check.more", Say(asked), options=more) == "no":
            return tuple(found)


def _ask_words(place: int) -> Say:
    return Say(
        _(
            "Câu hỏi thứ {place} là gì? Viết ngắn, chỉ hỏi điều có trong văn bản. Đồng chí nào trả lời xong "
            "mới được tính là đã xác nhận.",
            place=number(place),
        )
    )


def _words(rule: Collection[Why], text: str) -> str:
    words = " ".join(text.split())
    if len(words) < 5:
        raise Retry(_("Đồng chí viết ít nhất vài chữ nhé."))
    if len(words) > rules.MAX_QUESTION:
        raise Retry(_("Dài quá {count} chữ cái. Mời đồng chí rút gọn.", count=number(rules.MAX_QUESTION)))
    return _passed(rule, words)


def _ask_options() -> Say:
    return Say(
        _(
            "Nhắn 2 đến {most} câu trả lời trong một tin, mỗi câu một dòng hoặc cách nhau bằng dấu chấm phẩy. "
            "Ví dụ: Một buổi; Hai buổi; Ba buổi",
            most=number(rules.MAX_OPTIONS),
        )
    )


def _options(rule: Collection[Why], text: str) -> list[str]:
    found = [" ".join(each.split()) for each in re.split(r"[\n;]", text)]
    found = list(dict.fromkeys(each for each in found if each))
    if not 2 <= len(found) <= rules.MAX_OPTIONS:
        raise Retry(_("Cần 2 đến {most} câu trả lời khác nhau.", most=number(rules.MAX_OPTIONS)))
    if any(len(each) > rules.MAX_OPTION for each in found):
        raise Retry(_("Mỗi câu trả lời không quá {count} chữ cái.", count=number(rules.MAX_OPTION)))
    for each in found:
        _passed(rule, each)
    return found


def _passed(rule: Collection[Why], words: str) -> str:
    verdict = check_text(words, rule)
    if verdict.verdict == "refuse":
        raise Retry(explain(verdict.why))
    return words
