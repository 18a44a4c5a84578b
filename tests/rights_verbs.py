"""What the rights matrix tries: did it happen, for this actor over the unit of this relation?"""

from collections.abc import Callable
from datetime import date, timedelta

from rights_world import (
    LONG_AGO,
    MORNING,
    UNIT,
    World,
    acknowledged,
    allowed,
    draft,
    number,
    reminded,
    state,
)
from sqlalchemy import insert, select, update

from bot.chat.errors import Refused
from bot.chat.events import Address, TextSent
from bot.dialogs.link_notices import DecideLink, RejectLink
from bot.directives import correcting, groups, queries, releases, service
from bot.directives.models import (
    Acknowledge,
    AskAuthor,
    Changes,
    FullText,
    Judge,
    JudgeCorrection,
    Recall,
    Remind,
    ShowSilent,
    ShowStatus,
    Undo,
)
from bot.directives.releases import Release
from bot.handlers.group import GroupText
from bot.handlers.history import ShowHistory
from bot.handlers.privacy import Decide, Withdraw
from bot.meetings import polls as polling
from bot.meetings import service as holding
from bot.meetings.models import Draft as Call
from bot.meetings.models import EndPoll, JudgeReason, Mark, MeetingKind, ShowMeeting
from bot.news import service as news
from bot.news.models import EditDigest
from bot.organisation import linking
from bot.organisation import queries as people
from bot.organisation.models import (
    MembershipKind,
    NotAllowed,
    PersonRow,
    Place,
    Roster,
    Standing,
    Verb,
)
from bot.organisation.roster_import import import_roster
from bot.organisation.slips import print_slips
from bot.organisation.verification import make_slip
from bot.paperwork import figures_table
from bot.policy import queries as rule_queries
from bot.policy import service as rules
from bot.policy.models import Article, Document, JudgeDocument, Source, WithdrawDocument
from bot.privacy import service as privacy
from bot.privacy.models import Kind
from bot.store.tables.directives import directives, gate_releases, recipients
from bot.store.tables.groups import groups as group_links
from bot.store.tables.meetings import invitees, meetings
from bot.store.tables.news import digest_days, stories
from bot.store.tables.organisation import (
    ACTIVE,
    REVOKED,
    accounts,
)
from bot.store.tx import Tx


def create(w: World, tx: Tx, actor: str, relation: str) -> bool:
    paper = draft(99, w.units[relation], w.actors[actor])
    return allowed((Refused,), lambda: service.create(tx, paper))


def _meeting(w: World, tx: Tx, relation: str) -> int:
    """A closed meeting of the unit, an hour ago: its own member asked to be absent."""
    key, unit = 4711, w.units[relation]
    starts = tx.now_ms - 3_600_000
    tx.run(
        insert(meetings).values(
            id=key, unit_id=unit, kind="regular", starts_ms=starts, place="P", agenda="N", follows=0, stage=3,
            chair=tx.vault.seal("meetings.chair", key, "Ai"), author_id=w.witnesses[relation], state="closed",
            sequence=0, made_ms=starts, changed_ms=starts,
        )
    )  # fmt: skip
    tx.run(
        insert(invitees).values(
            meeting_id=key, member_id=w.witnesses[relation], unit_id=unit, standing="active", tries=0,
            membership="official", answer="absent", reason="ill",
            words=tx.vault.seal("invitees.words", f"{key}:{w.witnesses[relation]}", "lời riêng"),
        )
    )  # fmt: skip
    return key


def call_meeting(w: World, tx: Tx, actor: str, relation: str) -> bool:
    starts = tx.now + timedelta(days=1)
    draft_ = Call(w.units[relation], MeetingKind.REGULAR, starts, "P", "N", "Ai", w.actors[actor])
    return allowed((Refused,), lambda: holding.call(tx, draft_))


def mark_attendance(w: World, tx: Tx, actor: str, relation: str) -> bool:
    key = _meeting(w, tx, relation)
    ids = [w.witnesses[relation]]
    return allowed((Refused,), lambda: holding.mark(tx, key, ids, w.actors[actor], Mark.UNEXCUSED))


def judge_reason_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    key = _meeting(w, tx, relation)
    w.press(tx, actor, JudgeReason(key, w.witnesses[relation], "no"))
    return tx.value(select(invitees.c.verdict).where(invitees.c.meeting_id == key)) == 0


def who_comes_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    heard = w.press(tx, actor, ShowMeeting(_meeting(w, tx, relation)))
    # The words of a reason are for the unit's own secretaries, not for those of a level above.
    assert ("lời riêng" in heard) <= (relation == "own" and "Phải dự: 1" in heard), heard
    return "Phải dự: 1" in heard


def meeting_figures(w: World, tx: Tx, actor: str, relation: str) -> bool:
    _meeting(w, tx, relation)
    return "(0/1, 1 cuộc)" in w.say(tx, actor, "/diemdanh thongke")


def open_poll(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((Refused,), lambda: _poll(tx, _meeting(w, tx, relation), w.actors[actor]))


def end_poll_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    holder = people.who_may(tx, Verb.HOLD_MEETING, w.units[relation])[-1]
    w.press(tx, actor, EndPoll(key := _poll(tx, _meeting(w, tx, relation), holder)))
    return polling.get(tx, key).closed is not None


def _poll(tx: Tx, meeting: int, by: int) -> int:
    tx.run(update(meetings).where(meetings.c.id == meeting).values(state="open"))
    tx.run(update(invitees).where(invitees.c.meeting_id == meeting).values(mark="present"))
    return polling.open_poll(tx, meeting, by, "Câu hỏi?", ["A", "B"], voting=False)


def _rule(tx: Tx) -> int:
    """A rule that waits for approval."""
    known = Document("9-QyĐ/MẪU", "Quy định về nhà xe", "Đảng ủy Mẫu", date(2026, 1, 2), sample=True)
    return rules.add_document(tx, Source(known, (Article("1", "Nhà xe", "1. Xe để ở phía đông."),)))[0]


def approve_rule(w: World, tx: Tx, actor: str, relation: str) -> bool:
    key = _rule(tx)
    return allowed((Refused,), lambda: rules.approve(tx, key, w.actors[actor]))


def approve_rule_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, JudgeDocument(_rule(tx), "yes"))
    return len(rule_queries.stored(tx).sources) == 1


def approve_rules_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    _rule(tx)
    return "9-QyĐ/MẪU" in w.say(tx, actor, "/duyetquydinh")


def withdraw_rule_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    key = _rule(tx)
    rules.approve(tx, key, None)
    w.press(tx, actor, WithdrawDocument(key, "yes"))
    return not rule_queries.stored(tx).sources


def withdraw_rules_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    rules.approve(tx, _rule(tx), None)
    return "9-QyĐ/MẪU" in w.say(tx, actor, "/rutquydinh")


def unanswered_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    rules.keep_question(tx, "nuôi chim trong sân", "none")
    return "nuôi chim" in w.say(tx, actor, "/cauhoi")


def answer_question(w: World, tx: Tx, actor: str, relation: str) -> bool:
    try:
        ticket, _holders = rules.open_ticket(tx, w.witnesses[relation], "để xe ở đâu")
    except Refused as refusal:
        assert refusal.code == "nobody"
        return False  # nobody who may answer there has an account: this actor, who has one, may not
    return allowed((Refused,), lambda: rules.answer_ticket(tx, ticket.id, w.actors[actor], "phía đông"))


def send(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((Refused,), lambda: service.open_for_sending(tx, w.drafts[relation], w.actors[actor]))


def judge(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((Refused,), lambda: service.judge(tx, w.drafts[relation], w.actors[actor], approve=False))


def judge_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, Judge(w.drafts[relation], "yes"))
    return state(tx, w.drafts[relation]) != "draft"


def judge_from_above(w: World, tx: Tx, actor: str, relation: str) -> bool:
    by = w.actors[actor]
    return allowed((Refused,), lambda: service.judge(tx, w.drafts_above[relation], by, approve=True))


def release(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((Refused,), lambda: releases.decide(tx, w.alarms[relation], w.actors[actor], release=True))


def release_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, Release(w.alarms[relation], "yes"))
    asker = tx.value(select(gate_releases.c.asked_by).where(gate_releases.c.id == w.alarms[relation]))
    return releases.granted(tx, asker) == ["draft"]


def recall(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((Refused,), lambda: service.recall(tx, w.peers[relation], w.actors[actor]))


def recall_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    asked = w.press(tx, actor, Recall(w.peers[relation], "ask"))
    w.press(tx, actor, Recall(w.peers[relation], "yes"))
    done = state(tx, w.peers[relation]) == "recalled"
    assert (number(tx, w.peers[relation]) in asked) == done, asked
    return done


def recall_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.say(tx, actor, f"/thuhoi {number(tx, w.peers[relation])}")
    assert state(tx, w.peers[relation]) == "open"  # it asks first
    return "Thu hồi ngay" in said


def recall_from_above(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((Refused,), lambda: service.recall(tx, w.sent[relation], w.actors[actor]))


def _correction(w: World, tx: Tx, directive_id: int, by: int) -> int:
    known = queries.get(tx, directive_id)
    assert known is not None
    changes = Changes("Trích yếu mới", known.summary, known.deadline, known.file, anew=False)
    return correcting.propose(tx, directive_id, by, changes)


def correct(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((Refused,), lambda: _correction(w, tx, w.peers[relation], w.actors[actor]))


def correct_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "sửa phần nào" in w.say(tx, actor, f"/dinhchinh {number(tx, w.peers[relation])}")


def correct_from_above(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((Refused,), lambda: _correction(w, tx, w.sent[relation], w.actors[actor]))


def judge_correction_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    author = tx.value(select(directives.c.author_id).where(directives.c.id == w.peers[relation]))
    w.press(tx, actor, JudgeCorrection(_correction(w, tx, w.peers[relation], author), "yes"))
    return tx.value(select(directives.c.version).where(directives.c.id == w.peers[relation])) == 2


def results_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    """Who oversees but a part of what it was sent to sees how it stands there, as before."""
    tx.run(update(directives).where(directives.c.id == w.sent[relation]).values(checks=1))
    return "Kết quả câu hỏi" in w.say(tx, actor, f"/ketqua {number(tx, w.sent[relation])}")


def status_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.press(tx, actor, ShowStatus(w.everywhere, w.units[relation]))
    return f"\n{UNIT[relation]}\nĐã xác nhận: 0/" in said


def status_table(w: World, tx: Tx, actor: str, relation: str) -> bool:
    made = figures_table(tx, w.everywhere, w.units[relation], w.actors[actor], "vi")
    return made is not None and made[0].rows[0][0] == UNIT[relation]


def adoption_table(w: World, tx: Tx, actor: str, relation: str) -> bool:
    made = figures_table(tx, 0, w.units[relation], w.actors[actor], "vi")
    return made is not None and made[0].rows[0][0] == UNIT[relation]


def status_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.say(tx, actor, f"/tinhhinh {number(tx, w.sent[relation])}")
    _own_part_alone(said)
    return f"Tình hình {number(tx, w.sent[relation])}" in said


def status_of_all(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.say(tx, actor, "tình hình")
    return f"{number(tx, w.sent[relation])}: 0/" in said


def names_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    # Pages of twenty: the witnesses of all units are looked for over the first three.
    said = "\n".join(w.press(tx, actor, ShowSilent(w.everywhere, page)) for page in range(3))
    return f"Nhân Chứng {relation}" in said


def names_of_one(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.press(tx, actor, ShowSilent(w.sent[relation], 0))
    _own_part_alone(said)
    return number(tx, w.sent[relation]) in said


def names_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    said = w.say(tx, actor, f"/chuaxacnhan {number(tx, w.sent[relation])}")
    _own_part_alone(said)
    return f"Chưa xác nhận {number(tx, w.sent[relation])}" in said


def remind(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, Remind(w.everywhere))
    return reminded(tx, w.everywhere, w.witnesses[relation])


def remind_one(w: World, tx: Tx, actor: str, relation: str) -> bool:
    done = allowed((Refused,), lambda: service.remind(tx, w.sent[relation], w.actors[actor]))
    assert not any(reminded(tx, w.sent[relation], w.witnesses[each]) for each in ("sibling", "parent"))
    return done


def remind_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "Đang nhắc" in w.say(tx, actor, f"/nhac {number(tx, w.sent[relation])}")


def link(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, DecideLink(w.pending[relation], "yes"))
    return bool(tx.value(select(accounts.c.state).where(accounts.c.id == w.pending[relation])) == ACTIVE)


def slip(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((NotAllowed,), lambda: make_slip(tx, w.witnesses[relation], w.actors[actor]))


def slip_sheet(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return allowed((NotAllowed,), lambda: print_slips(tx, w.units[relation], w.actors[actor]))


def by_hand(w: World, tx: Tx, actor: str, relation: str) -> bool:
    code = linking.request_code(tx, Place("telegram", "new", "new"))
    witness = w.witnesses[relation]
    return allowed((NotAllowed,), lambda: linking.link_by_hand(tx, code, witness, w.actors[actor]))


def close_link(w: World, tx: Tx, actor: str, relation: str) -> bool:
    mine = (accounts.c.member_id == w.witnesses[relation], accounts.c.state == ACTIVE)
    key = tx.value(select(accounts.c.id).where(*mine))
    w.press(tx, actor, RejectLink(key, "yes"))
    return bool(tx.value(select(accounts.c.state).where(accounts.c.id == key)) == REVOKED)


def unverified_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    tx.run(update(accounts).where(accounts.c.member_id.in_(w.witnesses.values())).values(state=REVOKED))
    said = w.say(tx, actor, "/chuaxacthuc")
    return f"Nhân Chứng {relation}: " in said


def adoption(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return f"{UNIT[relation]}" in w.say(tx, actor, "/tyle")


def _request(w: World, tx: Tx, relation: str) -> int:
    account = people.account_of(tx, "telegram", f"w-{relation}")
    assert account is not None
    return privacy.ask(tx, account, Kind.ERASE).id


def answer_request(w: World, tx: Tx, actor: str, relation: str) -> bool:
    request = _request(w, tx, relation)
    assert allowed((Refused,), lambda: privacy.take(tx, request, w.actors[actor])) == (
        privacy.known(tx, request).state == "taken"
    )
    return privacy.known(tx, request).state == "taken"


def erase(w: World, tx: Tx, actor: str, relation: str) -> bool:
    request = _request(w, tx, relation)
    w.press(tx, actor, Decide(request, "yes"))
    return privacy.known(tx, request).state == "erasing"


def import_(w: World, tx: Tx, actor: str, relation: str) -> bool:
    row = PersonRow(
        "mẫu", 2, "Người Mới Mẫu", UNIT[relation], f"M{relation}", birth_date=date(1980, 3, 4),
        card_number="90000099", membership=MembershipKind.OFFICIAL, standing=Standing.ACTIVE,
    )  # fmt: skip
    columns = frozenset({"full_name", "card_number", "birth_date", "branch", "standing", "membership"})
    roster = Roster((row,), (), (), columns, "mẫu")
    return allowed((NotAllowed,), lambda: import_roster(tx, roster, by=w.actors[actor], accept_losses=True))


def compose_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "Số, ký hiệu" in w.say(tx, actor, "/guivanban")


def news_post(w: World, tx: Tx, actor: str, relation: str) -> bool:
    unit = w.units[relation]
    return allowed((Refused,), lambda: news.post_notice(tx, w.actors[actor], unit, "Họp thứ Hai", ""))


def news_hold_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, EditDigest(w.units[relation], 20261125, "hold"))
    return tx.value(select(digest_days.c.state).where(digest_days.c.unit_id == w.units[relation])) == "held"


def news_edit_button(w: World, tx: Tx, actor: str, relation: str) -> bool:
    words = {"title": "Tin kín của đơn vị", "folded": "", "summary": "", "url": "", "topic": "notice"}
    notice = {"public": 0, "published_ms": MORNING, "made_ms": MORNING, **words}
    tx.run(insert(stories).values(id=1, unit_id=w.units[relation], **notice))
    return "Tin kín của đơn vị" in w.press(tx, actor, EditDigest(w.units[relation], 20261125, "edit"))


def news_edit_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "Xem trước điểm tin" in w.say(tx, actor, "/suadiemtin")


def news_feeds_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "Nguồn tin" in w.say(tx, actor, "/nguontin")


def news_wishes(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "Giờ gửi: 06:30" in w.say(tx, actor, "/caidattin")


def group_link(w: World, tx: Tx, actor: str, relation: str) -> bool:
    place = ("telegram", "-100")
    return allowed((Refused,), lambda: groups.link(tx, place, w.units[relation], w.actors[actor]))


def group_unlink(w: World, tx: Tx, actor: str, relation: str) -> bool:
    values = {"organisation_id": w.units[relation], "linked_by": w.witnesses["own"], "linked_ms": LONG_AGO}
    tx.run(insert(group_links).values(channel="telegram", chat_id="-100", **values))
    address = Address("telegram", "-100", f"u-{actor}", group=True)
    w.hears(TextSent(address, tx.now, "/bolienketnhom"), tx)
    return groups.linked_unit(tx, "telegram", "-100") is None


def group_text(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return number(tx, w.sent[relation]) in w.press(tx, actor, GroupText(w.sent[relation]))


def history_command(w: World, tx: Tx, actor: str, relation: str) -> bool:
    service.acknowledge(tx, w.everywhere, w.witnesses["own"], "telegram")  # something to see in "own"
    _sealed_off(said := w.say(tx, actor, "/lichsu"))
    return "Lịch sử thao tác" in said


def history_of_one(w: World, tx: Tx, actor: str, relation: str) -> bool:
    _sealed_off(said := w.press(tx, actor, ShowHistory(w.sent[relation], 0)))
    return number(tx, w.sent[relation]) in said


def acknowledge(w: World, tx: Tx, actor: str, relation: str) -> bool:
    w.press(tx, actor, Acknowledge(w.sent[relation]))
    return acknowledged(tx, w.sent[relation], w.actors[actor])


def undo(w: World, tx: Tx, actor: str, relation: str) -> bool:
    mine = (recipients.c.directive_id == w.sent[relation], recipients.c.member_id == w.actors[actor])
    tx.run(update(recipients).where(*mine).values(acknowledged_ms=tx.now_ms))
    return "Đã hoàn tác" in w.press(tx, actor, Undo(w.sent[relation]))


def full_text(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "tệp van-ban-mau.pdf" in w.press(tx, actor, FullText(w.sent[relation]))


def ask(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "muốn hỏi gì" in w.press(tx, actor, AskAuthor(w.sent[relation]))


def short_code(w: World, tx: Tx, actor: str, relation: str) -> bool:
    code = groups.code_of(tx, w.sent[relation])
    return number(tx, w.sent[relation]) in w.say(tx, actor, code)


def withdraw(w: World, tx: Tx, actor: str, relation: str) -> bool:
    key = tx.value(select(accounts.c.id).where(accounts.c.user_id == f"u-{actor}")) or 0
    w.press(tx, actor, Withdraw(key))
    mine = select(accounts.c.state).where(accounts.c.user_id == f"u-{actor}")
    return tx.value(mine) == REVOKED


def practice(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "TẬP HUẤN" in w.say(tx, actor, "/taphuan")


def inbox(w: World, tx: Tx, actor: str, relation: str) -> bool:
    return "chưa xác nhận" in w.say(tx, actor, "/vanbancuatoi")


def _own_part_alone(said: str) -> None:
    for outside in ("sibling", "parent"):
        assert f"Nhân Chứng {outside}" not in said
        assert f"• {UNIT[outside]}" not in said


def _sealed_off(said: str) -> None:
    """Nobody here holds both rights, so no trail shows a name."""
    assert "Nhân Chứng" not in said
    assert "Người " not in said


VERBS: dict[str, Callable[[World, Tx, str, str], bool]] = {
    each.__name__.rstrip("_"): each
    for each in (
        create, call_meeting, mark_attendance, judge_reason_button, who_comes_button, meeting_figures,
        open_poll, end_poll_button,
        approve_rule, approve_rule_button, approve_rules_command,
        withdraw_rule_button, withdraw_rules_command, unanswered_command, answer_question,
        send, judge, judge_button, judge_from_above, release, release_button,
        recall, recall_button, recall_command, recall_from_above,
        correct, correct_command, correct_from_above, judge_correction_button, results_command,
        status_button, status_command, status_of_all, names_button, names_of_one, names_command, remind,
        remind_one, remind_command, link, slip, slip_sheet, by_hand, close_link, unverified_command, adoption,
        status_table, adoption_table,
        answer_request, erase, import_, compose_command, group_link, group_unlink, group_text,
        history_command, history_of_one, news_post, news_hold_button, news_edit_button, news_edit_command,
        news_feeds_command, news_wishes,
        acknowledge, undo, full_text, ask, short_code, withdraw, practice, inbox,
    )
}  # fmt: skip
