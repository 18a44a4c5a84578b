"""The secretary asks the room something. Reads top to bottom."""

from functools import partial

from bot.chat.errors import Refused
from bot.chat.replies import Say
from bot.chat.talk import Retry, Talk
from bot.chat.text import fold
from bot.dialogs.compose_meeting import member_of, words
from bot.i18n import _, number
from bot.meetings import polls, queries, rules, texts, texts_polls
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("thăm dò ý kiến")


def script(talk: Talk[Tx]) -> None:
    """Question, options, whether it goes before a vote; preview; ask."""
    meeting_id: int = talk.given()
    author: int = talk.note("author", partial(member_of, talk))
    question: str = talk.ask(
        "question",
        Say(_("Câu hỏi là gì? Ví dụ: Đồng chí có đồng ý phương án 1?"), heading=_("Thăm dò ý kiến")),
        parse=partial(words, longest=rules.MAX_QUESTION),
    )
    usual = {
        "agree": [_("Đồng ý"), _("Không đồng ý"), _("Ý kiến khác")],
        "yes": [_("Có"), _("Không")],
    }
    picked: str | list[str] = talk.ask(
        "options",
        Say(_("Các phương án trả lời? Chọn, hoặc nhắn 2 đến 5 phương án, cách nhau bằng dấu chấm phẩy (;).")),
        parse=_options,
        options={key: "; ".join(labels) for key, labels in usual.items()},
    )
    labels = usual[picked] if isinstance(picked, str) else picked
    before_vote = talk.ask(
        "voting",
        Say(
            _(
                "Thăm dò này có phải để chuẩn bị biểu quyết không? Nếu phải, tôi không hỏi đảng viên dự bị và "
                "tạm thời đến."
            )
        ),
        options={"no": _("Thăm dò thường"), "yes": _("Trước biểu quyết")},
    )
    voting = before_vote == "yes"
    asked: list[int] = talk.note("asked", partial(_asked, talk.tx, meeting_id, voting))
    choice = talk.ask(
        "confirm",
        texts_polls.preview(question, labels, asked[0], asked[1], voting),
        options={"send": _("Hỏi ngay"), "drop": _("Bỏ, không hỏi")},
    )
    if choice == "drop":
        talk.say(Say(_("Đã bỏ. Chưa hỏi ai.")))
        return
    try:
        poll_id: int = talk.once(
            "open",
            partial(polls.open_poll, talk.tx, meeting_id, author, question, labels, voting=voting),
        )
    except Refused as refusal:
        talk.say(texts_polls.refused(refusal.code) or texts.refused(refusal.code))
        return
    talk.say(texts_polls.progress(polls.get(talk.tx, poll_id)))


def _asked(tx: Tx, meeting_id: int, voting: bool) -> list[int]:
    meeting = queries.get(tx, meeting_id)
    assert meeting is not None
    asked, barred = polls.whom(tx, meeting, voting=voting)
    return [len(asked), barred]


def _options(text: str) -> list[str]:
    parts = [" ".join(part.split()) for part in text.replace("\n", ";").split(";")]
    labels = [words(part, longest=rules.MAX_OPTION) for part in parts if part]
    if not 2 <= len(labels) <= rules.MAX_OPTIONS or len({fold(each) for each in labels}) < len(labels):
        raise Retry(
            _(
                "Cần 2 đến {most} phương án khác nhau, cách nhau bằng dấu chấm phẩy. Ví dụ: Phương án 1; Phương án 2.",
                most=number(rules.MAX_OPTIONS),
            )
        )
    return labels
