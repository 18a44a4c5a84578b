"""What people read about corrections."""

from dataclasses import replace

from bot.chat.choices import pack, unpack
from bot.chat.replies import Choice, Say
from bot.directives.models import AcknowledgeAll, Directive, JudgeCorrection
from bot.directives.texts import card, paper_line
from bot.i18n import _, number, speaking


def correction(directive: Directive) -> Say:
    """To who had received what it corrects: the new card, and whether they must acknowledge again."""
    real = card(directive)
    if directive.counts_from == directive.version:
        note = _(
            "Bản này thay bản đã gửi. Mời đồng chí đọc và xác nhận lại, kể cả khi đã xác nhận bản trước."
        )
    elif directive.counts_from == 1:
        note = _("Bản này thay bản đã gửi. Ai đã xác nhận thì không cần xác nhận lại.")
    else:
        note = _(
            "Bản này thay bản đã gửi. Ai đã xác nhận từ bản đính chính lần {count} thì không cần xác nhận lại.",
            count=number(directive.counts_from - 1),
        )
    heading = _("Đính chính văn bản {heading}", heading=real.heading)
    return replace(real, heading=heading, text=f"{note}\n{real.text}")


def proposal(correction_id: int, directive: Directive) -> Say:
    """A correction for the second person who decides; `directive` as it would be."""
    shown = correction(directive)
    return replace(
        shown,
        heading=_("Xin duyệt: {heading}", heading=shown.heading),
        text=shown.text
        + "\n"
        + _("Người đính chính cam đoan tệp không thuộc bí mật nhà nước. Đồng chí xem rồi quyết định."),
        choices=(
            Choice(_("Đã xem, duyệt gửi"), pack(JudgeCorrection(correction_id, "yes"))),
            Choice(_("Không duyệt"), pack(JudgeCorrection(correction_id, "no"))),
        ),
        about="",
        card=False,
    )


def reworded(said: Say, old: Directive, new: Directive, now_ms: int) -> Say:
    """A card, a reminder or a list that was not sent yet, about the new version, in the language it was in."""
    text = said.text
    for language in ("vi", "en"):
        with speaking(language):
            for words in (card, correction):
                if said.heading == words(old).heading and said.choices == words(old).choices:
                    return words(new)
            before, after = card(old), card(new)
            if said.choices == before.choices:  # a reminder
                return replace(said, text=text.replace(before.text, after.text), choices=after.choices)
            text = text.replace(paper_line(old), paper_line(new))
    return replace(said, text=text, choices=tuple(_listed(each, now_ms) for each in said.choices))


def _listed(choice: Choice, now_ms: int) -> Choice:
    """What a list acknowledges together is what it lists now."""
    action = unpack(choice.payload)
    return (
        replace(choice, payload=pack(replace(action, by_ms=now_ms)))
        if isinstance(action, AcknowledgeAll)
        else choice
    )
