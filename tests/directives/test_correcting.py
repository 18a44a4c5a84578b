"""Corrections in any order with sending, acknowledging, answering, recording by hand and recall: the counting
rules hold, nothing old is sent after a correction, and who had the old words ends with the new."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from small_branch import CHECKS, EXEMPT, PEOPLE, START, World
from sqlalchemy import Engine, select

from bot.chat.choices import unpack
from bot.chat.errors import Refused
from bot.chat.replies import Edit, File, Say
from bot.delivery import outbox
from bot.delivery.outbox import Outgoing
from bot.delivery.quiet import NEVER
from bot.directives import (
    by_hand,
    catching_up,
    checking,
    correcting,
    live_cards,
    queries,
    reminding,
    service,
    texts_checks,
    together,
)
from bot.directives.models import Changes, How
from bot.organisation import accounts as account_verbs
from bot.organisation import queries as people
from bot.organisation.models import Role
from bot.organisation.service import appoint
from bot.reports.counting import Class
from bot.reports.status import total
from bot.store.tables.audit import audit
from bot.store.tables.directives import corrections


class Orders(RuleBasedStateMachine):
    """What may happen to one directive, and what a careful clerk would have noted of it."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.engine)
        self.flying: list[tuple[int, Outgoing]] = []
        self.version = self.counts_from = 1
        self.recalled = False
        self.acknowledged: dict[int, int] = {}
        self.at: dict[int, datetime] = {}
        self.by_hand: set[int] = set()
        self.objected: set[int] = set()
        self.answered = dict.fromkeys(range(PEOPLE + 2), 0)
        self.counted = [0, 0]
        self.checks = 0

    def teardown(self) -> None:
        try:
            if hasattr(self, "paper"):
                self._ends_with_the_new_words()
        finally:
            self.world.end()

    @initialize(checks=st.booleans())
    def begin(self, checks: bool) -> None:
        self.checks = 2 if checks else 0
        self.paper = self.world.directive(CHECKS if checks else ())

    def _allowed(self, code: str, verb: object) -> bool:
        try:
            verb()  # type: ignore[operator]
        except Refused as refused:
            assert refused.code == code, refused.code
            return False
        assert not code
        return True

    @rule(limit=st.integers(1, 4))
    def messages_are_taken(self, limit: int) -> None:
        self.world.later(minutes=1)
        for row in self.world.take(limit):
            said = row.reply.say if isinstance(row.reply, Edit) else row.reply
            assert isinstance(said, Say)
            if (
                "thu hồi" not in said.text
                and "recall" not in said.text
                and row.notice != ("hand_record", self.paper)
            ):
                assert f"Trích yếu bản {self.version}" in said.text, said
            self.flying.append((self.version, row))

    @precondition(lambda self: self.flying)
    @rule(outcome=st.sampled_from(["sent", "sent", "sent", "later", "lost"]))
    def one_lands(self, outcome: str) -> None:
        self.world.later(seconds=5)
        _version, row = self.flying.pop(0)
        if outcome == "sent":
            self.world.arrive(row)
        elif outcome == "later":
            outbox.record_later(self.world.tx, row, self.world.tx.now_ms)
        else:
            outbox.record_failed(self.world.tx, row, "rejected", unreachable=True)

    @rule()
    def the_bell_rings(self) -> None:
        self.world.later(minutes=1)
        correcting.tick(self.world.tx)
        catching_up.tick(self.world.tx)

    @rule(days=st.sampled_from([0, 1, 7]))
    def reminders_are_due(self, days: int) -> None:
        self.world.later(days=days)
        if self.world.tx.now < START + timedelta(days=18):
            reminding.tick(self.world.tx, NEVER)

    @rule(anew=st.booleans())
    def it_is_corrected(self, anew: bool) -> None:
        self.world.later(minutes=1)
        if self.world.tx.now > START + timedelta(days=19):
            return
        code = "recalled" if self.recalled else ""
        if not self._allowed(code, lambda: self.world.correct(self.paper, anew=anew)):
            return
        self.version += 1
        if anew:
            self.counts_from = self.version
            self.acknowledged, self.by_hand, self.objected = {}, set(), set()
            self.answered, self.counted = dict.fromkeys(self.answered, 0), [0, 0]

    @rule(who=st.integers(0, PEOPLE + 1), back=st.integers(0, 2))
    def a_button_is_pressed(self, who: int, back: int) -> None:
        self.world.later(minutes=1)
        read, tx = max(1, self.version - back), self.world.tx
        must = who != EXEMPT
        code = (
            "recalled" if self.recalled
            else "" if who in self.acknowledged
            else "corrected" if read < self.counts_from
            else "unanswered" if must and self.answered[who] < self.checks
            else ""
        )  # fmt: skip
        member = self.world.members[who]
        if self._allowed(code, lambda: service.acknowledge(tx, self.paper, member, "telegram", read)):
            if who not in self.acknowledged:
                self.at[who] = tx.now
            self.acknowledged.setdefault(who, read)

    @precondition(lambda self: self.checks and not self.recalled)
    @rule(who=st.integers(0, PEOPLE + 1), place=st.integers(1, 2), option=st.integers(1, 2))
    def a_question_is_answered(self, who: int, place: int, option: int) -> None:
        self.world.later(minutes=1)
        tx, member = self.world.tx, self.world.members[who]
        open_ = who != EXEMPT and who not in self.acknowledged and place == self.answered[who] + 1
        verb = lambda: checking.answer(tx, self.paper, member, "telegram", self.version, place, option)  # noqa: E731
        if self._allowed("" if open_ else "answered", verb):
            self.answered[who] = place
            self.counted[place - 1] += 1
            if place == 2:
                self.acknowledged[who], self.at[who] = self.version, tx.now

    @precondition(lambda self: not self.recalled)
    @rule(who=st.integers(0, PEOPLE + 1))
    def it_is_taken_back(self, who: int) -> None:
        self.world.later(minutes=4)
        tx, member = self.world.tx, self.world.members[who]
        late = who in self.acknowledged and tx.now - self.at[who] > timedelta(minutes=10)
        code = "not_acknowledged" if who not in self.acknowledged else "undo_too_late" if late else ""
        if self._allowed(code, lambda: service.undo(tx, self.paper, member)):
            del self.acknowledged[who]

    @precondition(lambda self: not self.recalled)
    @rule(who=st.integers(1, PEOPLE + 1), objects=st.booleans())
    def it_is_recorded_by_hand(self, who: int, objects: bool) -> None:
        self.world.later(minutes=1)
        tx, member = self.world.tx, self.world.members[who]
        known = who == EXEMPT or who in self.acknowledged or who in self.by_hand | self.objected
        day = tx.now.date()
        verb = lambda: by_hand.record(tx, self.paper, self.world.author, [member], How.CALL, day)  # noqa: E731
        if not self._allowed("nobody_open" if known else "", verb):
            return
        self.by_hand.add(who)
        if objects:
            by_hand.object_to(tx, self.paper, member)
            self.by_hand.discard(who)
            self.objected.add(who)

    @rule(chance=st.integers(0, 4))
    def it_is_recalled(self, chance: int) -> None:
        if chance or self.recalled:
            return
        self.world.later(minutes=1)
        service.recall(self.world.tx, self.paper, self.world.author)
        self.recalled = True

    @invariant()
    def the_figures_are_by_the_rules(self) -> None:
        if not hasattr(self, "paper"):
            return
        tx = self.world.tx
        directive = queries.get(tx, self.paper)
        assert directive is not None
        assert (directive.version, directive.counts_from) == (self.version, self.counts_from)
        branch = people.subtree_ids(tx, self.world.top)
        figures = total(tx, directive, branch)
        must = {who for who in self.acknowledged if who != EXEMPT}
        assert figures.numerator == len(must)
        assert figures.denominator == PEOPLE + 1
        assert figures.classes[Class.INFORMED] == 1
        assert figures.classes[Class.BY_HAND] == len(self.by_hand - must)
        cards = live_cards.figures(tx, self.paper).values()
        assert sum(each.done for each in cards) == len(must)
        versions = {
            each.member_id: each.acknowledged_version
            for each in queries.recipients_of(tx, self.paper, branch)
            if each.acknowledged_ms is not None
        }
        assert versions == {self.world.members[who]: read for who, read in self.acknowledged.items()}
        if self.checks:
            assert [each.answers for each in checking.results(tx, directive)] == self.counted

    def _ends_with_the_new_words(self) -> None:
        for version, row in self.flying:  # what was in flight arrives, as it was
            self.world.arrive(row)
            assert version <= self.version
        self.world.settle()
        tx = self.world.tx
        directive = queries.get(tx, self.paper)
        assert directive is not None
        branch = people.subtree_ids(tx, self.world.top)
        for each in queries.recipients_of(tx, self.paper, branch):
            phone = self.world.phones.get(f"u{self.world.members.index(each.member_id)}", [])
            told = [said for said in phone if "Trích yếu" in said.text or "thu hồi" in said.text]
            if each.sending == 2:  # SENT
                assert told
                last = told[-1].text
                assert ("thu hồi" in last) if self.recalled else (f"bản {self.version}" in last), (told, each)
        first = tx.rows(select(corrections.c.version).order_by(corrections.c.version))
        expected = list(range(1, self.version + 1)) if self.version > 1 else []
        assert [row.version for row in first] == expected


def test_in_any_order_the_counting_rules_hold(engine: Engine) -> None:
    Orders.engine = engine
    run_state_machine_as_test(
        Orders,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_unsent_cards_reminders_and_lists_say_only_the_new_words(world: World) -> None:
    first, other = world.directive(), world.directive(number="53-KH/ĐU")
    for row in world.take(100):
        world.arrive(row)
    world.later(days=17, hours=1)  # three days before the deadline: both papers in one list
    assert reminding.tick(world.tx, NEVER)
    world.correct(first, anew=True)
    before = {chat: len(said) for chat, said in world.phones.items()}
    rows = world.take(100)
    lists = [row.reply for row in rows if isinstance(row.reply, Say) and "53-KH/ĐU" in row.reply.text]
    assert lists
    for said in lists:
        assert "Trích yếu bản 2" in said.text
        assert "52-KH/ĐU ngày 17/11/2026: Trích yếu bản 1" not in said.text
    for row in rows:
        world.arrive(row)
    world.later(minutes=1)
    # The list was taken after the correction, so what it acknowledges together is the new version.
    [(_id, choice)] = {(row.chat_id, row.reply.choices[-1].payload) for row in rows if row.chat_id == "u1"}
    action = unpack(choice)
    done = together.acknowledge_all(
        world.tx, world.members[1], "telegram", action.first, action.last, action.by_ms
    )
    assert {each.directive.id for each in done} == {first, other}
    assert {each.directive.version for each in done} == {1, 2}
    del before[f"u{EXEMPT}"]  # is not reminded
    assert all(len(world.phones[chat]) > count for chat, count in before.items())


def test_a_list_from_before_the_correction_leaves_the_corrected_paper_open(world: World) -> None:
    first, other = world.directive(), world.directive(number="53-KH/ĐU")
    world.settle()
    listed_ms = world.tx.now_ms
    world.later(hours=1)
    world.correct(first, anew=True)
    world.settle()
    done = together.acknowledge_all(world.tx, world.members[1], "telegram", first, other, listed_ms)
    assert [each.directive.id for each in done] == [other]


def test_who_cannot_be_reached_any_more_has_not_received_the_correction(world: World) -> None:
    paper = world.directive()
    world.settle()
    account_verbs.mark_blocked(world.tx, "telegram", "u1")
    world.correct(paper, anew=False)
    world.settle()
    directive = queries.get(world.tx, paper)
    assert directive is not None
    branch = people.subtree_ids(world.tx, world.top)
    assert total(world.tx, directive, branch).reasons == {"blocked": 1, "no_account": 1}
    assert "bản 2" not in world.phones["u1"][-1].text
    account_verbs.mark_unblocked(world.tx, "telegram", "u1")
    world.settle()
    assert "bản 2" in world.phones["u1"][-1].text
    assert total(world.tx, directive, branch).reasons == {"no_account": 1}


def test_deadlines_of_a_correction_lie_ahead(world: World) -> None:
    paper = world.directive()
    world.settle()
    refused = pytest.raises(Refused, match="deadline_past")
    with refused:
        world.correct(paper, anew=False, deadline=world.tx.now - timedelta(days=1))
    with pytest.raises(Refused, match="nothing_changed"):
        world.correct(paper, anew=True, title="Trích yếu bản 1")
    world.later(days=21)
    with refused:  # asked anew after the deadline, everybody would be late at once
        world.correct(paper, anew=True)
    world.correct(paper, anew=False)
    world.correct(paper, anew=True, deadline=world.tx.now + timedelta(days=3))


def test_a_second_person_decides_once(world: World) -> None:
    paper = world.directive()
    world.settle()
    second = world.members[1]
    appoint(world.tx, second, Role.OFFICE, world.top, from_ms=0)
    known = queries.get(world.tx, paper)
    assert known is not None
    file = File("f-moi", "52-moi.pdf", "application/pdf", 10)
    changes = Changes("Trích yếu bản 2", known.summary, known.deadline, file, anew=True)
    keys = [correcting.propose(world.tx, paper, world.author, changes) for _ in range(3)]
    with pytest.raises(Refused, match="no_right"):
        correcting.judge(world.tx, keys[0], world.author, approve=True)
    correcting.judge(world.tx, keys[0], second, approve=False)
    assert queries.get(world.tx, paper) == known
    correcting.judge(world.tx, keys[1], second, approve=True)
    now_said = queries.get(world.tx, paper)
    assert now_said is not None
    assert now_said.file == file
    for key in keys:  # the third was made from a version that is none any more
        with pytest.raises(Refused, match="correction_decided"):
            correcting.judge(world.tx, key, second, approve=True)
    [_first, current] = correcting.versions(world.tx, paper)
    assert (current.by_id, current.decided_by, current.anew) == (world.author, second, True)
    done = select(audit.c.member_id).where(audit.c.action == "directive.correct")
    assert world.tx.value(done) == second


def test_versions_are_sealed(world: World) -> None:
    paper = world.directive()
    world.correct(paper, anew=False)
    stored = [bytes(row.title) + bytes(row.summary) for row in world.tx.rows(select(corrections))]
    assert len(stored) == 2
    assert all("Trích yếu".encode() not in each for each in stored)


def test_results_are_shown_once_enough_have_answered(world: World) -> None:
    paper = world.directive(CHECKS)
    world.settle()
    directive = queries.get(world.tx, paper)
    assert directive is not None
    shown = ""
    for count, member in enumerate(world.members[:5], 1):
        checking.answer(world.tx, paper, member, "telegram", 1, 1, 1 if count < 3 else 2)
        found = checking.results(world.tx, directive)
        shown = texts_checks.results(directive, found, checking.asked(world.tx, paper), "").text
        assert ("Đúng " in shown) == (count == 5)
    assert "Đúng 2/5 (40%)" in shown
    assert "trong 6 đồng chí" in shown
    assert "Mới có 0 lượt" in shown
