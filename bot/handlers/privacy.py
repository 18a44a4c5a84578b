"""A member's own data: the notice, view and export, withdrawal, correction, erasure; the officers' queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.chat.choices import Command, action, pack
from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event, JobDone
from bot.chat.replies import Choice, File, Say, To
from bot.chat.router import Out, Replies, Router
from bot.dialogs import data_requests
from bot.handlers.gate import MEMBER, PUBLIC, member_account, not_verified
from bot.i18n import _, moment
from bot.organisation import accounts
from bot.organisation import queries as people
from bot.organisation.models import Account, Purpose, Verb
from bot.organisation.personal import places_of
from bot.privacy import queries, service, texts, travel
from bot.privacy.consent import OPTIONAL, TERMS, VERSION
from bot.privacy.models import Kind, Request, Room, State
from bot.privacy.travel import Cargo, Travel
from bot.store import audit, jobs
from bot.store.tx import Tx

SHOWN = 12
"""Lines of one's own data in a message; the file has all."""
EXPORT_JOB = "export"
MAX_LISTED = 5
"""Requests in one message of the queue."""


@action("leave")
@dataclass(frozen=True, slots=True)
class Withdraw:
    """Takes back every consent of this account: it closes."""

    account: int


@action("agree")
@dataclass(frozen=True, slots=True)
class Agree:
    """Takes back or gives consent to one purpose on this account: `answer` is "yes" or "no"."""

    account: int
    purpose: str
    answer: str


@action("export")
@dataclass(frozen=True, slots=True)
class Export:
    """One's own data as a file."""


@action("dsr")
@dataclass(frozen=True, slots=True)
class Decide:
    """An officer and a request: "look", "take", "more", "refuse", "do" (asks first), "yes"."""

    request: int
    what: str


def register(router: Router[Tx], rooms: Sequence[Room], contact: str, may: Travel) -> None:
    """Makes the errands known to the router.

    `rooms` hold something on people; `contact` is whom to ask; `may`: what may travel where.
    """
    router.command("privacy", lambda event, tx: notice(event, tx, contact), PUBLIC)
    router.command("my_data", lambda event, tx: view(event, tx, rooms, may), MEMBER)
    router.choice(Export, export, MEMBER)
    router.job(EXPORT_JOB, exported)
    router.command("withdraw", withdraw, MEMBER)
    router.choice(Withdraw, withdraw_now, MEMBER)
    router.choice(Agree, agree, MEMBER)
    router.command("requests", requests, Verb.ANSWER_REQUESTS)
    router.choice(
        Decide, lambda choice, event, tx: decide(choice, event, tx, rooms, router), Verb.ANSWER_REQUESTS
    )
    for name, script, title, need in (
        ("correct", data_requests.correct, data_requests.correct_title, MEMBER),
        ("erase", data_requests.erase, data_requests.erase_title, MEMBER),
        ("reason", data_requests.reason, data_requests.reason_title, Verb.ANSWER_REQUESTS),
    ):
        router.dialog(name, script, version=data_requests.VERSION_OF_DIALOG, title=title, need=need)
    for name in ("correct", "erase"):
        router.command(name, partial(_begin, router=router, name=name), MEMBER)


def _begin(event: Commanded, tx: Tx, router: Router[Tx], name: str) -> Replies:
    return router.begin(name, event, tx)


def notice(event: Event, tx: Tx, contact: str) -> Replies:
    """`/quyenriengtu`: in plain words, with what this account agreed to."""
    said = texts.notice(contact)
    account = member_account(tx, event)
    if account is None:
        return said
    choices = (
        Choice(_("Dữ liệu của tôi"), pack(Command("my_data"))),
        Choice(_("Sửa thông tin"), pack(Command("correct"))),
        Choice(_("Đổi hoặc rút đồng ý"), pack(Command("withdraw"))),
        Choice(_("Xóa dữ liệu"), pack(Command("erase"))),
    )
    return Say(said.text, heading=said.heading, choices=choices)


def held_lines(tx: Tx, member_id: int, rooms: Sequence[Room]) -> list[tuple[str, str]]:
    """What all rooms hold on a member."""
    places = places_of(tx, member_id)
    return [line for room in rooms for line in room.held(tx, member_id, places)]


def view(event: Event, tx: Tx, rooms: Sequence[Room], may: Travel) -> Replies:
    """`/dulieucuatoi`: what is held, in the private chat; numbers are masked where servers are abroad."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    audit.record(tx, "privacy.view", f"member:{account.member_id}", member_id=account.member_id)
    lines = [f"• {label}: {value}" for label, value in held_lines(tx, account.member_id, rooms)]
    more = len(lines) - SHOWN
    text = "\n".join(lines[:SHOWN])
    if more > 0:
        text += "\n" + _("… và {count} mục nữa trong tệp.", count=more)
    if not may.carries(account.channel, Cargo.NUMBERS):
        text = travel.hidden(text) + "\n" + _("Số được che trên kênh này; bản đủ xem trên Zalo.")
    return Say(
        text,
        heading=_("Dữ liệu của đồng chí"),
        choices=(
            Choice(_("Tải về thành tệp"), pack(Export())),
            Choice(_("Sửa thông tin"), pack(Command("correct"))),
            Choice(_("Xóa dữ liệu"), pack(Command("erase"))),
        ),
    )


def export(choice: Export, event: Event, tx: Tx) -> Replies:
    """Has the file made; it comes by itself and is deleted here after a day."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    audit.record(tx, "privacy.export", f"member:{account.member_id}", member_id=account.member_id)
    where = (account.channel, account.chat_id, account.user_id)
    jobs.request(tx, EXPORT_JOB, where, [account.member_id, account.channel])
    return Say(_("Đang lập tệp dữ liệu của đồng chí…"))


def exported(event: JobDone, tx: Tx) -> Replies:
    """The file is there; an account that was closed since gets it no more."""
    if member_account(tx, event) is None:
        return not_verified()
    if "file" not in event.result:
        return Say(_("Chưa lập được tệp. Mời đồng chí thử lại sau ít phút."))
    return Say(
        _("Đây là dữ liệu của đồng chí. Tệp ở máy chủ được xóa sau một ngày; xin giữ kín."),
        file=File(*event.result["file"]),
    )


def withdraw(event: Commanded, tx: Tx) -> Replies:
    """`rút đồng ý`: what stops and what stays, purpose by purpose, before it is done."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    given = people.consents_of(tx, account)
    choices = [Choice(_("Rút tất cả ngay"), pack(Withdraw(account.id)))]
    lines = []
    for purpose in OPTIONAL:
        name = _(TERMS[purpose].name)
        answer = given.get(purpose)
        agreed = answer is None or answer.withdrawn_ms is None
        lines.append(
            f"• {name}: "
            + (
                _("đang đồng ý; rút thì {stops}", stops=_(TERMS[purpose].stops))
                if agreed
                else _("chưa đồng ý")
            )
        )
        label = _("Rút: {what}", what=name) if agreed else _("Đồng ý lại: {what}", what=name)
        choices.append(Choice(label, pack(Agree(account.id, purpose.value, "no" if agreed else "yes"))))
    return Say(
        _(
            "Rút tất cả thì tài khoản này ngừng nhận văn bản ngay và không còn gắn với đồng chí. Các xác "
            "nhận đã gửi vẫn được tính. Muốn dùng lại, đồng chí xin phiếu mới. Hoặc rút từng việc:"
        )
        + "\n"
        + "\n".join(lines),
        heading=_("Rút đồng ý"),
        choices=tuple(choices),
    )


def withdraw_now(choice: Withdraw, event: Event, tx: Tx) -> Replies:
    """Closes the account that asked, and no other."""
    account = member_account(tx, event)
    if account is None or account.id != choice.account:
        return not_verified()
    accounts.withdraw(tx, account.id)
    return Say(_("Đã rút đồng ý; tài khoản này không còn gắn với sổ tay. Cảm ơn đồng chí."))


def agree(choice: Agree, event: Event, tx: Tx) -> Replies:
    """One purpose, at once, on the account that asked."""
    account = member_account(tx, event)
    if account is None or account.id != choice.account or choice.purpose not in OPTIONAL:
        return not_verified()
    purpose = Purpose(choice.purpose)
    accounts.answer(tx, account, str(VERSION), purpose, agreed=choice.answer == "yes")
    if choice.answer == "yes":
        return Say(_("Đã ghi: đồng chí đồng ý lại ({what}).", what=_(TERMS[purpose].name)))
    return Say(_("Đã rút, có hiệu lực ngay: {stops}.", stops=_(TERMS[purpose].stops)))


# --- officers


def requests(event: Commanded, tx: Tx) -> Replies:
    """`/yeucaudulieu`: what waits in the officer's units, the most pressing first."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.ANSWER_REQUESTS)
    found = [each for each in queries.queue(tx, scope) if each.member_id != account.member_id]
    if not found:
        return Say(_("Không có yêu cầu nào đang chờ trong phần đồng chí phụ trách."))
    lines, choices = [], []
    for each in found[:MAX_LISTED]:
        limit = each.answer_by if each.state == State.OPEN else each.done_by
        late = " " + _("(QUÁ HẠN)") if limit < tx.now else ""
        lines.append(
            _(
                "• Số {id}, {what}: {state}, hạn {limit}",
                id=each.id,
                what=_(texts.KINDS[each.kind]),
                state=_(texts.STATES[each.state]),
                limit=moment(limit),
            )
            + late
        )
        choices.append(Choice(_("Xem số {id}", id=each.id), pack(Decide(each.id, "look"))))
    if len(found) > MAX_LISTED:
        lines.append(_("… và {count} yêu cầu nữa.", count=len(found) - MAX_LISTED))
    return Say("\n".join(lines), heading=_("Yêu cầu về dữ liệu"), choices=tuple(choices))


def decide(choice: Decide, event: Event, tx: Tx, rooms: Sequence[Room], router: Router[Tx]) -> Replies:
    """An officer looks at a request or decides; the verbs check who may."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        if choice.what in ("look", "do"):
            return _look(tx, choice, account)
        if choice.what in ("more", "refuse"):
            return router.begin("reason", event, tx, [choice.request, choice.what])
        places = service.asker_chats(tx, choice.request)
        if choice.what == "take":
            request = service.take(tx, choice.request, account.member_id)
        elif service.known(tx, choice.request).kind == Kind.CORRECT:
            request = service.correct(tx, choice.request, account.member_id)
        else:
            request = service.erase(tx, choice.request, account.member_id, rooms)
            words = texts.erased(request, service.proof(tx, request))
            done = Say(
                _(
                    "Đã xóa dữ liệu theo yêu cầu số {id}. Mã chứng nhận: {proof}. Người yêu cầu được báo.",
                    id=request.id,
                    proof=service.proof(tx, request),
                )
            )
            return [done, *(To(each.channel, each.chat_id, words) for each in places)]
    except Refused as refusal:
        return data_requests.refused(refusal.code)
    said: list[Out] = [Say(_("Đã ghi; người yêu cầu được báo."))]
    return said + [To(each.channel, each.chat_id, texts.answered(request)) for each in places]


def _look(tx: Tx, choice: Decide, account: Account) -> Say:
    request: Request = service.known(tx, choice.request)
    scope = people.scope(tx, account.member_id, Verb.ANSWER_REQUESTS)
    if request.unit_id not in scope or request.member_id == account.member_id:
        raise Refused("no_right")
    if request.state not in (State.OPEN, State.TAKEN):
        raise Refused("settled")
    audit.record(tx, "privacy.look", f"request:{request.id}", member_id=account.member_id)
    name = people.names(tx, [request.member_id])[request.member_id]
    lines = [
        _("Đồng chí {name} yêu cầu {what}.", name=name, what=_(texts.KINDS[request.kind])),
        *([request.words] if request.words else []),
        _("Trả lời chậm nhất {answer}; làm xong chậm nhất {done}.",
          answer=moment(request.answer_by), done=moment(request.done_by)),
    ]  # fmt: skip
    heading = _("Yêu cầu số {id}", id=request.id)
    if choice.what == "do":
        lines.append(_("Xóa là không lấy lại được. Đồng chí chắc chứ?"))
        choices = [Choice(_("Xóa ngay"), pack(Decide(request.id, "yes")))]
        return Say("\n".join(lines), heading=heading, choices=tuple(choices))
    choices = []
    if request.state == State.OPEN:
        choices.append(Choice(_("Tiếp nhận"), pack(Decide(request.id, "take"))))
    if request.kind == Kind.ERASE:
        choices.append(Choice(_("Thực hiện xóa"), pack(Decide(request.id, "do"))))
    else:
        choices.append(Choice(_("Đã sửa trong danh sách"), pack(Decide(request.id, "yes"))))
    if not request.extended:
        choices.append(Choice(_("Gia hạn 15 ngày"), pack(Decide(request.id, "more"))))
    choices.append(Choice(_("Từ chối"), pack(Decide(request.id, "refuse"))))
    return Say("\n".join(lines), heading=heading, choices=tuple(choices))
