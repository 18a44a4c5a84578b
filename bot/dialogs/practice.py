"""Practice: the errand of a directive with an invented paper. No directive is made, so no figure can hold it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot.chat.replies import Say
from bot.chat.talk import Retry, Talk
from bot.chat.text import clean, fold
from bot.clock import VIETNAM
from bot.directives import numbers, texts
from bot.directives.models import Acknowledged, Directive, State, Urgency
from bot.i18n import _, moment
from bot.organisation import queries as people
from bot.organisation.models import Kind, Organisation, Verb
from bot.reports import status as reports
from bot.reports.counting import Class, Figures
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1
NUMBER = "00-TB/MẪU"
_POLITE = frozenset(
    "toi em chau minh xin thua dong chi bo bot a nhe nha roi da duoc lai van ban nay so chon bam muc".split()
)
"""Words that may stand around an answer without changing it."""
_ACKNOWLEDGES = frozenset(
    "1|doc|doc tiep thu|tiep thu|xem|nam|ro|nam ro|hieu|nhat tri|vang|ok|oke|xac nhan|xac nhan doc|doc xong|"
    "doc va tiep thu|👍".split("|")
)
_UNDOES = frozenset("2|hoan tac|thu hoan tac|bam nham|nham|undo".split("|"))


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("tập huấn")


def script(talk: Talk[Tx]) -> None:
    """A card to acknowledge, and how to take it back; who may send goes on: composing, and what figures look like."""
    talk.given()
    began = datetime.fromisoformat(talk.note("began", talk.now.isoformat))
    paper = _paper(began)
    told = ""
    while True:
        answer = talk.ask("card", _card(paper, told), _read(_acknowledging), _card_options())
        if answer == "full":
            told = _("Ở văn bản thật, tệp toàn văn hiện ra ở đây. Giờ đồng chí thử xác nhận.")
        elif answer == "ask":
            told = _("Ở văn bản thật, đồng chí viết câu hỏi và người gửi văn bản nhận được.")
        else:
            at = datetime.fromisoformat(talk.note("at", talk.now.isoformat))
            undo = {"next": _("Đi tiếp"), "undo": _("Thử hoàn tác")}
            if talk.ask("undo", _acknowledged(paper, at), _read(_undoing), undo) == "next":
                break
            told = _("Đã hoàn tác: văn bản mẫu trở lại là chưa xác nhận. Đồng chí xác nhận lại nhé.")
    if not talk.note("sends", lambda: _may_send(talk)):
        talk.say(_done())
        return
    steps = {"next": _("Xem tình hình"), "end": _("Dừng ở đây")}
    if talk.ask("composing", _composing(), options=steps) == "next":
        talk.say(_figures(paper, began))
    talk.say(_done())


def _may_send(talk: Talk[Tx]) -> bool:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    return account is not None and bool(people.scope(talk.tx, account.member_id, Verb.SEND_DIRECTIVE))


def _marked(words: str, more: str = "") -> Say:
    heading = _("TẬP HUẤN · không tính vào số liệu")
    return Say(words, heading=f"{heading} · {more}" if more else heading)


def _paper(began: datetime) -> Directive:
    """The invented paper; it has no row anywhere, and its id leads to none."""
    issued: date = began.astimezone(VIETNAM).date()
    return Directive(
        id=0,
        number=NUMBER,
        issued_on=issued,
        title=_("Văn bản mẫu để làm quen với sổ tay"),
        summary=_("Đồng chí đọc xong thì bấm “Đã đọc, tiếp thu”, nhắn số 1, hoặc nhắn “đã đọc”."),
        urgency=Urgency.NORMAL,
        deadline=began + timedelta(days=3),
        unit_id=0,
        author_id=0,
        state=State.OPEN,
        file=None,
    )


def _card(paper: Directive, told: str) -> Say:
    """The card; when it comes again, `told` stands in place of its text."""
    real = texts.card(paper)
    if told:
        return _marked(f"{told}\n{real.heading}")
    return _marked(f"{real.heading}\n{real.text}\n" + _("Nhắn “hủy” để dừng lúc nào cũng được."))


def _card_options() -> dict[str, str]:
    return {"ack": _("Đã đọc, tiếp thu"), "full": _("Xem toàn văn"), "ask": _("Hỏi lại")}


def _acknowledged(paper: Directive, at: datetime) -> Say:
    done = Acknowledged(paper, at, first=True, counted=True, late=False)
    return _marked(texts.acknowledged(done).text)


def _composing() -> Say:
    return _marked(
        _(
            "Khi đồng chí nhắn “gửi văn bản”, tôi hỏi lần lượt: số và ký hiệu, ngày, trích yếu, tóm tắt, tệp PDF "
            "hoặc DOCX, hạn xác nhận, độ khẩn, nơi nhận. Tệp được soát dấu mật. Đồng chí xem trước, gửi thử cho "
            "mình, rồi mới gửi. Nhắn “quay lại” để sửa, “hủy” để dừng; bản nháp được giữ."
        ),
        _("dành cho người gửi"),
    )


def _figures(paper: Directive, at: datetime) -> Say:
    """What "tình hình" looks like, through the real report, over invented units."""

    def invented(*counts: int) -> Figures:
        figures = Figures.empty()
        for kind, count in zip((Class.ON_TIME, Class.LATE, Class.SILENT), counts, strict=True):
            figures.classes[kind] = count
        return figures

    parts = [
        (Organisation(1, "", _("Chi bộ Mẫu 1"), Kind.BRANCH, None), invented(17, 1, 3)),
        (Organisation(2, "", _("Chi bộ Mẫu 2"), Kind.BRANCH, None), invented(15, 0, 5)),
    ]
    total = invented(32, 1, 8)
    unit = Organisation(3, "", _("Đảng bộ Mẫu (số liệu mẫu, không có thật)"), Kind.COMMITTEE, None)
    said = reports.say(reports.Status(paper, unit, total, parts), moment(at))
    return _marked(f"{said.heading}\n{said.text}", _("số liệu mẫu"))


def _done() -> Say:
    return _marked(_("Xong. Không có gì được ghi lại. Nhắn “tập huấn” để làm lại, “menu” để xem các việc."))


def _read(meaning: Callable[[str], str | None]) -> Callable[[str], str]:
    """A parser of words: politeness is left out, and a real paper's number is no answer to the practice."""

    def parse(text: str) -> str:
        typed, real = clean(text), False
        for mention in reversed(numbers.find(text)):
            if int(mention.number) == 0:
                typed = typed[: mention.start] + " " + typed[mention.end :]
            else:
                real = real or not mention.bare or int(mention.number) > len(_card_options())
        if real:  # taking it for the practice would leave the real one silent
            raise Retry(
                _("Đây là tập huấn. Với văn bản thật, đồng chí bấm nút trên thẻ đó, hoặc nhắn “hủy” trước.")
            )
        found = meaning(" ".join(word for word in fold(typed).split() if word not in _POLITE))
        if found is None:
            raise Retry(_("Đồng chí bấm một mục bên dưới, nhắn số của mục, hoặc nhắn bằng lời."))
        return found

    return parse


def _acknowledging(words: str) -> str | None:
    if words.removeprefix("vang ") in _ACKNOWLEDGES:
        return "ack"
    return {"2": "full", "toan": "full", "xem toan": "full", "3": "ask", "hoi": "ask"}.get(words)


def _undoing(words: str) -> str | None:
    if words in _UNDOES:
        return "undo"
    return "next" if words in ("1", "tiep", "tiep tuc", "di tiep", "ok", "vang") else None
