"""What people read about the questions that follow "đã đọc"."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.directives import rules
from bot.directives.checking import Result
from bot.directives.models import AnswerCheck, Answered, Check, Directive
from bot.directives.texts import CARD_MINUTES, acknowledged, name
from bot.i18n import _, number, percent


def question(directive: Directive, place: int, check: Check, before: str = "") -> Say:
    """One question; `before` is what is said above it."""
    asked = _(
        "Câu {place}/{count}: {words}",
        place=number(place),
        count=number(directive.checks),
        words=check.words,
    )
    return Say(
        "\n".join(line for line in (before, asked) if line),
        heading=_("Câu hỏi về {document}", document=directive.number),
        choices=tuple(
            Choice(option, pack(AnswerCheck(directive.id, directive.version, place, each)))
            for each, option in enumerate(check.options, 1)
        ),
        expires_minutes=CARD_MINUTES,
    )


def first(directive: Directive, place: int, check: Check) -> Say:
    """The question that "đã đọc" leads to, the first or where the member had left."""
    if place == 1:
        note = _("Đồng chí trả lời {count} câu ngắn để hoàn thành xác nhận.", count=number(directive.checks))
    else:
        note = _("Mời đồng chí làm tiếp từ câu {place}.", place=number(place))
    return question(directive, place, check, note)


def answered(directive: Directive, result: Answered) -> Say:
    """Right or not, kindly; then the next question, or the acknowledgement."""
    right = result.check.options[result.check.correct - 1]
    said = _("Đúng rồi.") if result.right else _("Chưa đúng. Câu trả lời đúng là: {right}.", right=right)
    if result.next is not None:
        return question(directive, *result.next, said)
    assert result.done is not None
    done = acknowledged(result.done)
    return replace(done, text=f"{said}\n{done.text}")


def results(directive: Directive, found: Sequence[Result], asked: int, at: str) -> Say:
    """Per question: numerator, denominator, share; of too few answers only that they are too few."""
    lines = []
    for place, each in enumerate(found, 1):
        lines.append(f"{place}. {each.check.words}")
        if each.answers < rules.RESULTS_FROM:
            lines.append(
                _("   Mới có {count} lượt trả lời, chưa đủ để nêu kết quả.", count=number(each.answers))
            )
            continue
        lines.append(
            _(
                "   Đúng {right}/{answers} ({share}). Đáp án: {correct}",
                right=number(each.right),
                answers=number(each.answers),
                share=percent(each.right, each.answers),
                correct=each.check.options[each.check.correct - 1],
            )
        )
    lines.append(
        _(
            "Mẫu số: lượt trả lời câu đó, mỗi đồng chí một lần, trong {asked} đồng chí phải xác nhận. "
            "Tử số: trả lời đúng. Không lưu ai trả lời thế nào; dưới {least} lượt thì chưa nêu.",
            asked=number(asked),
            least=number(rules.RESULTS_FROM),
        )
    )
    if directive.counts_from > 1:
        lines.append(_("Chỉ tính từ bản đính chính lần {count}.", count=number(directive.counts_from - 1)))
    lines.append(_("Tính đến {when}.", when=at))
    return Say("\n".join(lines), heading=_("Kết quả câu hỏi: {document}", document=name(directive)))
