"""The author, or who may decide in their place, corrects a directive that was sent. Reads top to bottom."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from bot.chat.errors import Refused
from bot.chat.replies import File, Say
from bot.chat.talk import Talk
from bot.dialogs.compose_directive import (
    ask_deadline,
    ask_second,
    ask_summary,
    ask_title,
    checked_words,
    deadline,
)
from bot.dialogs.compose_file import PageAddress, ask_file
from bot.directives import correcting, queries, rules, texts, texts_corrections
from bot.directives.gate.models import Why
from bot.directives.models import Changes, Directive
from bot.i18n import _, moment, number
from bot.organisation import queries as people
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("bản đính chính")


def script(
    talk: Talk[Tx], approve_above: int = 500, page: PageAddress | None = None, rule: Collection[Why] = ()
) -> None:
    """What changes; whether acknowledgements stay; preview; send. As in `compose_directive.script`."""
    directive_id: int = talk.given()
    directive = queries.get(talk.tx, directive_id)
    if directive is None:
        talk.say(texts.refused("no_right"))
        return
    author: int = talk.note("author", partial(_author, talk))
    before: dict[str, Any] = talk.note("before", partial(_said, directive))
    said, declared = dict(before), False
    while (what := talk.ask("what", _menu(directive, before, said), options=_parts())) != "send":
        if what == "title":
            words = partial(checked_words, longest=rules.MAX_TITLE, rule=rule)
            said["title"] = talk.ask("title", ask_title(), parse=words)
        elif what == "summary":
            words = partial(checked_words, longest=rules.MAX_SUMMARY, rule=rule)
            said["summary"] = talk.ask("summary", ask_summary(), words, {"-": _("Không có tóm tắt")})
        elif what == "deadline":
            said["deadline"] = talk.ask("deadline", ask_deadline(), deadline(talk), {"-": _("Không đặt hạn")})
        else:
            file, declared = ask_file(talk, author, page)
            said["file"] = [file.file_id, file.name, file.media_type, file.size] if file else None
    if said == before:
        talk.say(texts.refused("nothing_changed"))
        return
    figures: list[int] = talk.note("figures", partial(_figures, talk.tx, directive_id))
    anew: bool = talk.ask("anew", _ask_anew(*figures), options=_answers()) == "anew"
    declared = declared or figures[0] > approve_above
    while True:
        changes = _changes(said, anew)
        shown = texts_corrections.correction(correcting.after(directive, changes))
        if talk.ask("confirm", _preview(shown, figures[1]), options=_confirm(declared)) == "drop":
            talk.say(Say(_("Đã bỏ bản đính chính. Văn bản đã gửi giữ nguyên.")))
            return
        try:
            key, kept = talk.once(
                "correct", partial(_correct, talk.tx, directive_id, author, changes, declared=declared)
            )
            break
        except Refused as refusal:
            if refusal.code != "deadline_past":
                talk.say(texts.refused(refusal.code))
                return
            talk.say(
                Say(_("Hạn xác nhận phải sau lúc này, kể cả khi hỏi lại từ đầu. Mời đồng chí đặt hạn mới."))
            )
            said["deadline"] = talk.ask("deadline", ask_deadline(), deadline(talk), {"-": _("Không đặt hạn")})
    if declared:
        card = texts_corrections.proposal(key, correcting.after(directive, changes))
        talk.once("approval", partial(ask_second, talk, directive_id, directive.unit_id, author, card))
        return
    talk.say(done(directive, kept, anew=anew))


def done(directive: Directive, acknowledged: int, *, anew: bool) -> Say:
    """What the author hears when a correction is in force."""
    about = {"document": texts.name(directive), "number": directive.number, "count": number(acknowledged)}
    if anew:
        return Say(
            _(
                "Đã đính chính {document}; ai đã nhận đang được báo. {count} xác nhận trước không còn tính, "
                "mọi đồng chí được hỏi lại. Nhắn “tình hình {number}” để xem.",
                **about,
            )
        )
    return Say(
        _(
            "Đã đính chính {document}; ai đã nhận đang được báo. {count} xác nhận trước vẫn được tính. "
            "Nhắn “tình hình {number}” để xem.",
            **about,
        )
    )


def _author(talk: Talk[Tx]) -> int:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    assert account is not None  # the router lets only those in who may send
    return account.member_id


def _said(directive: Directive) -> dict[str, Any]:
    file = directive.file
    return {
        "title": directive.title,
        "summary": directive.summary or "-",
        "deadline": directive.deadline.isoformat() if directive.deadline else "-",
        "file": [file.file_id, file.name, file.media_type, file.size] if file else None,
    }


def _changes(said: dict[str, Any], anew: bool) -> Changes:
    return Changes(
        said["title"],
        "" if said["summary"] == "-" else said["summary"],
        None if said["deadline"] == "-" else datetime.fromisoformat(said["deadline"]),
        File(*said["file"]) if said["file"] else None,
        anew,
    )


def _menu(directive: Directive, before: dict[str, Any], said: dict[str, Any]) -> Say:
    until = "–" if said["deadline"] == "-" else moment(datetime.fromisoformat(said["deadline"]))
    labels = {
        "title": (_("Trích yếu: {words}", words=said["title"])),
        "summary": _("Tóm tắt: {words}", words=said["summary"]),
        "deadline": _("Hạn xác nhận: {when}", when=until),
        "file": _("Tệp: {name}", name=said["file"][1] if said["file"] else "–"),
    }
    changed = _("(đã sửa)")
    lines = [f"{line} {changed}" if said[key] != before[key] else line for key, line in labels.items()]
    return Say(
        "\n".join([*lines, "", _("Đồng chí sửa phần nào? Sửa xong chọn “Xem lại”.")]),
        heading=_("Đính chính {document}", document=texts.name(directive)),
    )


def _parts() -> dict[str, str]:
    return {
        "title": _("Trích yếu"),
        "summary": _("Tóm tắt"),
        "deadline": _("Hạn xác nhận"),
        "file": _("Tệp"),
        "send": _("Xem lại"),
    }


def _figures(tx: Tx, directive_id: int) -> list[int]:
    totals = queries.totals(tx, directive_id)
    return [totals.recipients, totals.sent, totals.acknowledged]


def _ask_anew(_recipients: int, _sent: int, acknowledged: int) -> Say:
    return Say(
        _(
            "Đã có {count} xác nhận. Sửa lỗi nhỏ thì giữ; nội dung phải làm khác đi thì hỏi lại, xác nhận và ghi "
            "nhận tay của bản trước sẽ không còn tính.",
            count=number(acknowledged),
        )
    )


def _answers() -> dict[str, str]:
    return {"keep": _("Giữ xác nhận đã có"), "anew": _("Hỏi lại tất cả")}


def _preview(shown: Say, sent: int) -> Say:
    note = _(
        "{count} đồng chí đã nhận sẽ được báo bản này; ai chưa nhận sẽ chỉ nhận bản này.", count=number(sent)
    )
    file = [_("Tệp: {name}", name=shown.file.name)] if shown.file else []
    return Say("\n".join([shown.heading, shown.text, *file, "", note]), heading=_("Xem trước"))


def _confirm(declared: bool) -> dict[str, str]:
    send = _("Cam đoan không mật, xin duyệt") if declared else _("Cam đoan không mật và đính chính")
    return {"send": send, "drop": _("Bỏ bản đính chính")}


def _correct(tx: Tx, directive_id: int, by: int, changes: Changes, *, declared: bool) -> list[int]:
    key = correcting.propose(tx, directive_id, by, changes)
    return [key, 0 if declared else correcting.apply(tx, key, by)[1]]
