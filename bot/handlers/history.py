"""The audit trail in words: for inspectors over their part of the tree, for an author of the own directive."""

from dataclasses import dataclass

from bot.chat.choices import action, pack
from bot.chat.events import Commanded, Event
from bot.chat.replies import Choice, Say
from bot.chat.router import Replies, Router
from bot.clock import from_ms
from bot.directives import queries, texts
from bot.directives.models import Directive
from bot.handlers.gate import MEMBER, member_account, not_verified
from bot.handlers.officer import named
from bot.i18n import N_, _, moment
from bot.organisation import queries as people
from bot.organisation.models import Role, Verb
from bot.organisation.rules import RIGHTS
from bot.privacy.travel import Travel
from bot.store import audit
from bot.store.audit import Entry
from bot.store.tx import Tx

PAGE = 8
"""Entries in one message."""
MAX_LISTED = 5
"""Directives offered at once."""

ROLES = {
    Role.SECRETARY: N_("Bí thư"),
    Role.DEPUTY_SECRETARY: N_("Phó bí thư"),
    Role.COMMITTEE_MEMBER: N_("Cấp ủy viên"),
    Role.CELL_LEADER: N_("Tổ trưởng tổ đảng"),
    Role.OFFICER: N_("Cán bộ tổ chức"),
    Role.OFFICE: N_("Văn phòng"),
    Role.INSPECTOR: N_("Ủy ban Kiểm tra"),
    Role.HELPER: N_("Người hỗ trợ"),
    Role.ADMINISTRATOR: N_("Quản trị"),
}

ACTIONS = {
    "directive.create": N_("soạn"),
    "directive.send": N_("gửi"),
    "directive.drop": N_("không duyệt"),
    "directive.acknowledge": N_("xác nhận đã đọc"),
    "directive.undo": N_("hoàn tác xác nhận"),
    "directive.status": N_("xem số liệu"),
    "directive.table": N_("lấy bảng số liệu"),
    "directive.names": N_("xem tên người chưa xác nhận"),
    "directive.remind": N_("nhắc"),
    "directive.recall": N_("thu hồi"),
    "directive.propose": N_("soạn đính chính"),
    "directive.correct": N_("đính chính"),
    "directive.drop_correction": N_("không duyệt đính chính"),
    "directive.results": N_("xem kết quả câu hỏi"),
    "template.add": N_("đặt mẫu tin Zalo"),
    "template.remove": N_("bỏ mẫu tin Zalo"),
    "directive.hold": N_("tạm dừng gửi"),
    "directive.go_on": N_("gửi tiếp"),
    "directive.by_hand": N_("ghi nhận tay"),
    "directive.object": N_("nói ghi nhận tay là không đúng"),
    "reminders.plan": N_("đặt lịch nhắc"),
    "data_requested": N_("yêu cầu Zalo xóa dữ liệu"),
    "file.open": N_("mở tệp"),
    "directive.group_text": N_("lấy bản cho nhóm"),
    "gate.ask": N_("xin mở cổng bảo mật một lần"),
    "gate.release": N_("mở cổng bảo mật một lần cho"),
    "gate.keep": N_("không mở cổng bảo mật cho"),
    "gate.use": N_("gửi lại tệp qua lượt mở cổng"),
    "group.link": N_("liên kết nhóm"),
    "group.unlink": N_("bỏ liên kết nhóm"),
    "news.post": N_("đăng tin"),
    "news.edit": N_("sửa điểm tin"),
    "news.approve": N_("cho gửi điểm tin"),
    "news.hold": N_("giữ điểm tin lại"),
    "news.settings": N_("đổi cách gửi điểm tin"),
    "meeting.call": N_("triệu tập cuộc họp"),
    "meeting.change": N_("đổi thông tin cuộc họp"),
    "meeting.cancel": N_("hủy cuộc họp"),
    "meeting.documents": N_("gửi tài liệu họp"),
    "meeting.answer": N_("báo có dự họp hay không"),
    "meeting.who": N_("xem ai dự họp"),
    "meeting.judge": N_("xét lý do vắng họp"),
    "meeting.check_in": N_("điểm danh bằng mã"),
    "meeting.mark_present": N_("ghi có mặt ở cuộc họp"),
    "meeting.mark_excused": N_("ghi vắng có lý do"),
    "meeting.mark_unexcused": N_("ghi vắng không lý do"),
    "meeting.mark_none": N_("bỏ ghi điểm danh"),
    "meeting.poll": N_("mở thăm dò ý kiến"),
    "meeting.poll_end": N_("đóng thăm dò ý kiến"),
    "meeting.close": N_("chốt điểm danh cuộc họp"),
    "meeting.figures": N_("xem số liệu sinh hoạt"),
    "policy.ask": N_("hỏi cán bộ về quy định"),
    "policy.answer": N_("trả lời câu hỏi về quy định"),
    "policy.overdue": N_("báo câu hỏi về quy định quá hạn trả lời"),
    "policy.approve": N_("duyệt quy định"),
    "policy.withdraw": N_("thôi dùng quy định"),
    "policy.entries": N_("thêm câu hỏi đáp"),
    "policy.refuse_entry": N_("không duyệt câu hỏi đáp"),
    "policy.rates": N_("đặt mức tính"),
    "policy.questions": N_("xem các câu hỏi chưa có lời đáp"),
    "audit.read": N_("xem lịch sử"),
    "roster_imported": N_("nhập danh sách đảng viên"),
    "import_undone": N_("hoàn tác lần nhập danh sách"),
    "appointed": N_("giao chức vụ"),
    "appointment_ended": N_("kết thúc chức vụ"),
    "slip_made": N_("cấp phiếu xác thực"),
    "verification_locked": N_("tạm khóa vì xác thực sai nhiều lần"),
    "account_linked": N_("xác thực tài khoản"),
    "link_requested": N_("xin đổi tài khoản"),
    "link_approved": N_("đồng ý đổi tài khoản"),
    "link_refused": N_("từ chối đổi tài khoản"),
    "consent_withdrawn": N_("rút đồng ý"),
    "consent_given": N_("đồng ý"),
    "consent_refused": N_("không đồng ý"),
    "link_rejected": N_("đóng tài khoản gắn nhầm"),
    "linked_by_hand": N_("xác thực giúp"),
    "slip_revoked": N_("hủy phiếu xác thực"),
    "poster_printed": N_("in áp phích"),
    "adoption.figures": N_("xem tỷ lệ xác thực"),
    "adoption.table": N_("lấy bảng tỷ lệ sử dụng"),
    "slips_printed": N_("in phiếu xác thực"),
    "unverified.figures": N_("xem số người chưa xác thực"),
    "unverified.names": N_("xem tên người chưa xác thực"),
    "privacy.view": N_("xem dữ liệu của mình"),
    "privacy.export": N_("tải dữ liệu của mình"),
    "privacy.ask_erase": N_("yêu cầu xóa dữ liệu"),
    "privacy.ask_correct": N_("yêu cầu sửa thông tin"),
    "privacy.look": N_("xem yêu cầu về dữ liệu"),
    "privacy.take": N_("tiếp nhận yêu cầu về dữ liệu"),
    "privacy.extend": N_("gia hạn yêu cầu về dữ liệu"),
    "privacy.refuse": N_("từ chối yêu cầu về dữ liệu"),
    "privacy.correct": N_("sửa thông tin theo yêu cầu"),
    "privacy.erase": N_("xóa dữ liệu theo yêu cầu"),
    "privacy.erased": N_("xóa xong dữ liệu theo yêu cầu"),
    "membership_ended": N_("đóng quyền truy cập vì đã rời"),
    "zalo_connected": N_("nối bot với Zalo OA"),
}
"""What the verbs write -> what people read."""


@action("trail")
@dataclass(frozen=True, slots=True)
class ShowHistory:
    """The trail of a directive (0: of the asker's part), from before an entry on (0: the newest)."""

    directive: int
    before: int


def register(router: Router[Tx], may: Travel) -> None:
    """Makes the errand known to the router. Anybody verified may ask: an author needs no post of inspection.

    `may`: what may travel where.
    """
    router.command("history", lambda event, tx: history(event, tx, may), MEMBER)
    router.choice(ShowHistory, lambda choice, event, tx: show(choice, event, tx, may), MEMBER)


def history(event: Commanded, tx: Tx, may: Travel) -> Replies:
    """`lịch sử`: the trail of the asker's part. `lịch sử 52`: of one directive, for its author too."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    asker, names = account.member_id, may.names(account.channel)
    scope = people.scope(tx, asker, Verb.SEE_AUDIT)
    if event.document is None and scope:
        return _page(tx, asker, scope, None, 0, names=names)
    known = _known(tx, asker, scope)
    if not known:
        return _refused()
    if event.document is None:
        return _which(known)
    found = named(event.document, known)
    if len(found) == 1:
        return _page(tx, asker, scope, found[0], 0, names=names)
    return _which(found) if found else [texts.refused("unknown", event.document), _which(known)]


def show(choice: ShowHistory, event: Event, tx: Tx, may: Travel) -> Replies:
    """A page of the trail, if it is the asker's to see now."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    asker, names = account.member_id, may.names(account.channel)
    scope = people.scope(tx, asker, Verb.SEE_AUDIT)
    if not choice.directive:
        return _page(tx, asker, scope, None, choice.before, names=names) if scope else _refused()
    directive = next((each for each in _known(tx, asker, scope) if each.id == choice.directive), None)
    if directive is None:
        return _refused()
    return _page(tx, asker, scope, directive, choice.before, names=names)


def _known(tx: Tx, asker: int, scope: set[int]) -> list[Directive]:
    """Directives whose trail the asker may see now, whatever their state, the newest first."""
    found = queries.traced(tx, asker, scope)
    inspected = {each.id for each in queries.traced(tx, None, scope)}
    return [each for each in found if each.id in inspected or _is_author(tx, each, asker)]


def _is_author(tx: Tx, directive: Directive, asker: int) -> bool:
    """Whether they wrote it and may still send there: a trail is read by virtue of a post, not of a memory."""
    return directive.author_id == asker and people.may(tx, asker, Verb.SEND_DIRECTIVE, directive.unit_id)


def _page(
    tx: Tx, asker: int, scope: set[int], directive: Directive | None, before: int, *, names: bool
) -> Say:
    """Reads a page, and notes that it was read."""
    whole = directive is not None and _is_author(tx, directive, asker)
    everything = whole or scope >= {each.id for each in people.organisation_tree(tx)}
    about = f"directive:{directive.id}" if directive else None
    found = audit.entries(tx, None if everything else scope, about=about, before_id=before, limit=PAGE + 1)
    looked_at = [about] if about else [f"organisation:{each}" for each in _posts(tx, asker)]
    for each in looked_at:
        audit.record(tx, "audit.read", each, member_id=asker)
    heading = _("Lịch sử {document}", document=texts.name(directive)) if directive else _("Lịch sử thao tác")
    if not found:
        return Say(_("Không còn mục nào cũ hơn.") if before else _("Chưa có mục nào."), heading=heading)
    wording = _Wording(tx, asker, names=names)
    lines = [wording.line(entry, named=directive is None) for entry in found[:PAGE]]
    choices = []
    if len(found) > PAGE:
        more = ShowHistory(directive.id if directive else 0, found[PAGE - 1].id)
        choices.append(Choice(_("Xem tiếp"), pack(more)))
    return Say("\n".join(lines), heading=heading, choices=tuple(choices))


def _posts(tx: Tx, member_id: int) -> list[int]:
    posts = people.appointments_of(tx, member_id)
    return [post.organisation_id for post in posts if post.role in RIGHTS[Verb.SEE_AUDIT]]


class _Wording:
    """Entries in words. Names are shown only of units where the reader may see names, where names may travel."""

    def __init__(self, tx: Tx, reader: int, *, names: bool) -> None:
        self._tx = tx
        self._reader = reader
        self._named = people.scope(tx, reader, Verb.SEE_NAMES) if names else set()
        self._units = {each.id: each.name for each in people.organisation_tree(tx)}

    def line(self, entry: Entry, *, named: bool) -> str:
        """When, who, what, and (unless the page is about one object) to what."""
        did = _(ACTIONS[entry.action]) if entry.action in ACTIONS else entry.action
        what = self._object(entry) if named else ""
        return _(
            "• {when} · {who}: {what}",
            when=moment(from_ms(entry.at_ms)),
            who=self._actor(entry),
            what=f"{did} {what}".strip(),
        )

    def _actor(self, entry: Entry) -> str:
        if entry.member_id is None:
            return _("Máy chủ") if entry.actor.startswith("terminal") else _("Sổ tay (tự động)")
        if entry.member_id == self._reader:
            return _("Đồng chí")
        posts = audit.posts_at(self._tx, entry.member_id, entry.at_ms)
        order = list(Role)
        post = min(posts, key=lambda each: order.index(Role(each.role)), default=None)
        if post is None:
            return self._person(entry.member_id)
        role = f"{_(ROLES[Role(post.role)])} {self._units.get(post.organisation_id, '')}".strip()
        return self._with_name(entry.member_id, role)

    def _object(self, entry: Entry) -> str:
        kind, _colon, key = entry.about.partition(":")
        if kind == "directive" and key.isdigit():
            directive = queries.get(self._tx, int(key))
            return directive.number if directive else ""
        if kind == "organisation" and key.isdigit():
            return self._units.get(int(key), "")
        member_id = audit.member_of(self._tx, entry.about)
        if member_id is None or member_id == entry.member_id:
            return ""
        return _("({person})", person=self._person(member_id))

    def _person(self, member_id: int) -> str:
        member = people.member(self._tx, member_id)
        unit = self._units.get(member.branch_id, "") if member else ""
        return self._with_name(member_id, _("Đảng viên {unit}", unit=unit).strip())

    def _with_name(self, member_id: int, words: str) -> str:
        member = people.member(self._tx, member_id)
        if member is None or member.branch_id not in self._named:
            return words
        return f"{people.names(self._tx, [member_id])[member_id]} ({words})"


def _which(known: list[Directive]) -> Say:
    choices = tuple(Choice(texts.name(each), pack(ShowHistory(each.id, 0))) for each in known[:MAX_LISTED])
    return Say(_("Đồng chí muốn xem lịch sử của văn bản nào?"), choices=choices)


def _refused() -> Say:
    return Say(
        _(
            "Lịch sử dành cho Ủy ban Kiểm tra, và cho người gửi xem văn bản của mình. Nếu cần, đồng chí hỏi "
            "bí thư chi bộ."
        )
    )
