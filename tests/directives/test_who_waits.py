"""Who waits for what, who is late, and what one message may say it has brought."""

from datetime import date, timedelta

import pytest
from small_branch import WITHOUT, World
from sqlalchemy import select, update

from bot.chat.errors import Refused
from bot.clock import to_ms
from bot.delivery import outbox
from bot.directives import (
    by_hand,
    catching_up,
    live_cards,
    pausing,
    progress,
    queries,
    reminding,
    rules,
    service,
    texts,
    timers,
)
from bot.directives.models import Directive, Draft, How, State, Urgency
from bot.directives.waiting import UnacknowledgedDirectives
from bot.organisation import accounts
from bot.organisation import queries as people
from bot.organisation.models import Role
from bot.organisation.service import appoint
from bot.reports import escalation
from bot.reports.counting import Class, Figures
from bot.reports.status import total
from bot.store.tables import delivery, groups
from bot.store.tables.directives import directives, recipients
from bot.store.tables.organisation import members


def _draft(world: World, number: str = "52-KH/ĐU", **more: object) -> Draft:
    given: dict[str, object] = {"deadline": world.tx.now + timedelta(days=2), "urgency": Urgency.NORMAL}
    said = given | more
    return Draft(
        number, date(2026, 11, 17), "Trích yếu", "Tóm tắt.", said["urgency"], said["deadline"], world.top,
        world.author, None, send_at=more.get("send_at"),
    )  # fmt: skip


def _known(world: World, paper: int) -> Directive:
    found = queries.get(world.tx, paper)
    assert found is not None
    return found


def _blocked(world: World, number: int, *, papers: int) -> list[int]:
    """Papers that this member misses."""
    accounts.mark_blocked(world.tx, *_place(number))
    made = [world.directive(number=f"{60 + each}-KH/ĐU") for each in range(papers)]
    world.settle()
    accounts.mark_unblocked(world.tx, *_place(number))
    return made


def _place(number: int) -> tuple[str, str]:
    return "telegram" if number % 2 else "zalo_oa", f"u{number}"


def test_a_paper_counts_as_brought_only_by_a_message_that_names_it(world: World) -> None:
    for each in range(8):
        world.directive(number=f"{50 + each}-CV/ĐU")
    world.settle()
    missed = _blocked(world, 1, papers=2)
    world.phones["u1"].clear()
    world.settle()
    said = "\n".join(each.text for each in world.phones["u1"])
    assert all(_known(world, paper).number in said for paper in missed)
    [_waiting] = queries.waiting_of(world.tx, [world.members[1]]).values()
    assert not any(each.missed for each in _waiting)


def test_a_list_of_many_is_several_messages_that_name_them_all(world: World) -> None:
    missed = _blocked(world, 1, papers=texts.MAX_LISTED + 3)
    world.phones["u1"].clear()
    world.settle()
    assert len(world.phones["u1"]) == 2
    said = "\n".join(each.text for each in world.phones["u1"])
    assert all(_known(world, paper).number in said for paper in missed) and "văn bản nữa" not in said


def test_who_got_a_paper_late_is_not_reminded_at_once(world: World) -> None:
    [paper] = _blocked(world, 1, papers=1)
    world.settle()
    [waiting] = queries.waiting_of(world.tx, [world.members[1]])[world.members[1]]
    assert waiting.directive.id == paper and waiting.reminded_ms > to_ms(world.tx.now - timedelta(minutes=5))


def test_only_papers_that_a_reminder_names_count_as_reminded_of(world: World) -> None:
    papers = [world.directive(number=f"{50 + each}-CV/ĐU") for each in range(texts.MAX_LISTED + 4)]
    world.settle()
    world.tx.run(update(recipients).values(reminded_ms=0))
    member = world.members[1]
    [waiting] = queries.waiting_of(world.tx, [member]).values()
    post = reminding._Post(world.tx)
    account = service.ways_to(world.tx, [member], world.tx.now_ms)[member][0]
    post.remind(account, member, waiting[-2:], waiting)
    post.send()
    marked = select(recipients.c.directive_id).where(recipients.c.reminded_ms > 0)
    assert {row.directive_id for row in world.tx.rows(marked)} == set(papers[texts.MAX_LISTED :])


def test_what_is_recorded_by_hand_waits_nowhere(world: World) -> None:
    paper = world.directive()
    world.settle()
    member = world.members[1]
    service.remind(world.tx, paper, world.author)
    by_hand.record(world.tx, paper, world.author, [member], How.CALL, world.tx.now.date())
    rows = world.tx.rows(
        select(delivery.outbox).where(
            delivery.outbox.c.notice == queries.REMINDER, delivery.outbox.c.recipient_id == member
        )
    )
    assert reminding.unwanted(world.tx, rows) == {row.id for row in rows} != set()
    assert member not in UnacknowledgedDirectives().waiting(world.tx, world.members)
    by_hand.object_to(world.tx, paper, member)
    assert member in UnacknowledgedDirectives().waiting(world.tx, world.members)
    assert member not in {each.member_id for each in by_hand.open_for(world.tx, paper, world.author)}


def test_the_digest_names_what_is_due_before_what_is_past_and_forgets_what_is_closed(world: World) -> None:
    old, soon = world.directive(number="51-KH/ĐU"), world.directive(number="52-KH/ĐU")
    later = {"deadline_ms": to_ms(world.tx.now + timedelta(days=25))}
    world.tx.run(update(directives).where(directives.c.id == soon).values(later))
    world.later(days=21)
    lines = UnacknowledgedDirectives().waiting(world.tx, [world.members[1]])[world.members[1]]
    assert [_known(world, each).number in line for each, line in zip((soon, old), lines, strict=True)] == [
        True
    ] * 2
    world.later(days=30)
    lines = UnacknowledgedDirectives().waiting(world.tx, [world.members[1]])[world.members[1]]
    assert len(lines) == 1 and "52-KH" in lines[0]


def test_a_paper_without_deadline_closes_ninety_days_after_its_hour(world: World) -> None:
    paper = world.directive()
    hour = world.tx.now + timedelta(days=80)
    values = {"deadline_ms": None, "send_ms": to_ms(hour)}
    world.tx.run(update(directives).where(directives.c.id == paper).values(values))
    world.later(days=80 + 89)
    assert queries.waiting_of(world.tx, [world.members[1]])
    world.later(days=2)
    assert not queries.waiting_of(world.tx, [world.members[1]])


def test_the_secretary_is_not_told_that_people_received_what_was_not_sent() -> None:
    figure = Figures.empty()
    for kind in (Class.ON_TIME, Class.SILENT, Class.WAITING, Class.WAITING, Class.BY_HAND):
        figure.count(kind, "")
    said = escalation._open(_paper(), people.Organisation(1, "Chi bộ Một", "", None, None), figure)
    assert "đã nhận, chưa xác nhận 1;" in said.text
    assert "Đang gửi hoặc tạm dừng: 2" in said.text and "ghi nhận tay: 1" in said.text


def _paper() -> Directive:
    return Directive(
        1, "52-KH/ĐU", date(2026, 11, 17), "Trích yếu", "", Urgency.NORMAL, None, 1, 1, State.OPEN, None
    )


def test_card_terminal_and_chat_agree_on_who_was_reached_after_a_correction(world: World) -> None:
    paper = world.directive()
    world.settle()
    accounts.mark_blocked(world.tx, *_place(1))
    world.correct(paper, anew=True)
    other = world.directive(number="53-KH/ĐU")
    world.settle()

    def counted() -> tuple[int, int]:
        return queries.reached(world.tx, paper), progress.of(world.tx, _known(world, paper)).sent

    assert counted() == (5, 5)
    accounts.mark_unblocked(world.tx, *_place(1))
    world.settle()
    assert counted() == (6, 6) and queries.reached(world.tx, other) == 6


def test_what_was_stopped_on_its_way_is_not_on_its_way_for_ever(world: World) -> None:
    paper = world.directive()
    outbox.stop(world.tx, kind=queries.NOTICE, kind_id=paper)
    assert all(each.missed for [each] in queries.waiting_of(world.tx, world.members[:WITHOUT]).values())
    units = people.subtree_ids(world.tx, world.top)
    assert total(world.tx, _known(world, paper), units).classes[Class.WAITING] == 0


def test_of_more_than_fifty_papers_those_that_wait_are_found(world: World) -> None:
    first = world.directive(number="1-CV/ĐU")
    for each in range(2, 53):
        paper = world.directive(number=f"{each}-CV/ĐU")
        service.acknowledge(world.tx, paper, world.members[1], "telegram")
    mine = queries.of_member(world.tx, world.members[1])
    assert len(mine) == 50 and (first, None) in {(each.id, at) for each, at in mine}
    assert first in {each.id for each in queries.open_in(world.tx, people.subtree_ids(world.tx, world.top))}


def test_who_answers_in_time_is_in_time_however_long_it_took_here(world: World) -> None:
    paper = world.directive()
    world.settle()
    deadline = _known(world, paper).deadline
    assert deadline is not None
    world.tx.now = deadline + timedelta(minutes=2)
    given = deadline - timedelta(seconds=20)
    done = service.acknowledge(world.tx, paper, world.members[1], "telegram", at=given)
    late = service.acknowledge(world.tx, paper, world.members[2], "zalo_oa")
    future = service.acknowledge(
        world.tx, paper, world.members[3], "telegram", at=world.tx.now + timedelta(hours=1)
    )
    assert (done.late, late.late, done.at, future.at) == (False, True, given, world.tx.now)


def test_no_paper_goes_out_already_late(world: World) -> None:
    with pytest.raises(Refused, match="deadline_past"):
        service.create(world.tx, _draft(world, send_at=world.tx.now + timedelta(days=3)))
    key = service.create(world.tx, _draft(world))
    world.later(days=3)
    with pytest.raises(Refused, match="deadline_gone"):
        service.open_for_sending(world.tx, key, world.author)


def test_a_draft_that_was_turned_down_gives_its_number_back(world: World) -> None:
    for _time in range(3):
        key = service.create(world.tx, _draft(world))
        second = world.members[1]
        appoint(world.tx, second, Role.OFFICE, world.top, from_ms=0)
        service.judge(world.tx, key, second, approve=False)
    kept = world.tx.rows(select(directives.c.number).order_by(directives.c.id))
    assert [row.number for row in kept] == [f"52-KH/ĐU (không duyệt{each})" for each in ("", " 2", " 3")]


def test_a_reminder_by_hand_of_a_flash_paper_waits_for_no_morning(world: World) -> None:
    key = service.create(world.tx, _draft(world, urgency=Urgency.FLASH))
    service.open_for_sending(world.tx, key, world.author)
    while service.freeze_slice(world.tx, key):
        pass
    world.settle()
    service.remind(world.tx, key, world.author)
    mine = select(delivery.outbox.c.priority).where(delivery.outbox.c.notice == queries.REMINDER)
    assert {row.priority for row in world.tx.rows(mine)} == {outbox.FLASH}
    assert rules.reminder_priority(Urgency.NORMAL) == outbox.REMINDER


def test_who_was_asked_anew_has_acted_all_the_same(world: World) -> None:
    paper = world.directive()
    world.settle()
    since = to_ms(world.tx.now)
    service.acknowledge(world.tx, paper, world.members[1], "telegram")
    world.correct(paper, anew=True)
    acted = select(members.c.id).where(queries.acted(members.c.id, since))
    assert {row.id for row in world.tx.rows(acted)} == {world.members[1]}


def test_a_card_whose_count_has_ended_shows_the_corrected_words_once_more(world: World) -> None:
    paper = world.directive()
    ended = {"directive_id": paper, "state": live_cards.ENDED, "checked_ms": to_ms(world.tx.now)}
    world.tx.run(
        groups.live_directives.insert().values(ended | {"watch_until_ms": 0, "until_ms": to_ms(world.tx.now)})
    )
    world.later(days=21)
    live_cards.corrected(world.tx, _known(world, paper))
    assert [each.id for each, _until in live_cards._changed(world.tx)] == [paper]
    assert catching_up.lists([], []) == []


def test_a_pause_keeps_back_what_is_brought_late_and_nobody_is_reminded(world: World) -> None:
    accounts.mark_blocked(world.tx, *_place(1))
    paper, other = world.directive(), world.directive(number="53-KH/ĐU")
    pausing.pause(world.tx, paper, world.author)
    world.settle()
    accounts.mark_unblocked(world.tx, *_place(1))
    world.settle()
    said = "\n".join(f"{each.heading} {each.text}" for each in world.phones["u1"])
    assert "53-KH" in said and "52-KH" not in said
    reminding._remind(
        world.tx, world.members[:WITHOUT], dict.fromkeys((paper, other), to_ms(world.tx.now) * 2)
    )
    world.settle()
    assert not any(
        "52-KH" in f"{each.heading} {each.text}" for phone in world.phones.values() for each in phone
    )
    pausing.go_on(world.tx, paper, world.author)
    world.settle()
    for phone in world.phones.values():
        assert any("52-KH" in f"{each.heading} {each.text}" for each in phone)


def test_who_acknowledged_and_could_not_be_reached_gets_the_corrected_words_when_there_is_a_way(
    world: World,
) -> None:
    paper = world.directive()
    world.settle()
    service.acknowledge(world.tx, paper, world.members[1], "telegram")
    accounts.mark_blocked(world.tx, *_place(1))
    world.correct(paper, anew=False)
    world.settle()
    world.phones["u1"].clear()
    accounts.mark_unblocked(world.tx, *_place(1))
    world.settle()
    assert ["Trích yếu bản 2" in said.text for said in world.phones["u1"]] == [True]
    world.settle()
    assert len(world.phones["u1"]) == 1
    acknowledged = select(recipients.c.acknowledged_ms).where(recipients.c.member_id == world.members[1])
    assert world.tx.value(acknowledged) is not None


def test_what_is_recorded_by_hand_or_closed_waits_no_more(world: World) -> None:
    paper, other = world.directive(), world.directive(number="53-KH/ĐU")
    world.settle()
    waits = [each.directive.id for each in queries.awaiting(world.tx, world.members[1])]
    assert waits == [paper, other]
    by_hand.record(world.tx, paper, world.author, [world.members[1]], How.CALL, world.tx.now.date())
    assert [each.directive.id for each in queries.awaiting(world.tx, world.members[1])] == [other]
    world.later(days=60)
    assert queries.awaiting(world.tx, world.members[1]) == []


def test_what_a_recall_stopped_is_no_fault_of_the_system(world: World) -> None:
    paper = world.directive()
    service.recall(world.tx, paper, world.author)
    found = progress.of(world.tx, _known(world, paper))
    assert dict(found.reasons).get("broken", 0) == 0
    assert dict(found.reasons)["recalled"] > 0


def test_a_correction_at_night_takes_nothing_from_the_secretary(world: World) -> None:
    paper = world.directive()
    world.settle()
    deadline = _known(world, paper).deadline
    assert deadline is not None
    world.later(seconds=(deadline - world.tx.now).total_seconds() + 3600)
    waiting = {timer.directive.id for timer in timers.to_do(world.tx, timers.SECRETARY)}
    assert waiting == {paper}
    world.correct(paper, anew=False)
    assert {timer.directive.id for timer in timers.to_do(world.tx, timers.SECRETARY)} == {paper}
