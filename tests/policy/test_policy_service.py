"""Verbs on the real schema: what is unchecked answers nothing, who may, versions, nobody behind a question."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from bot.chat.errors import Refused
from bot.clock import now
from bot.organisation.models import MembershipKind, PersonRow, Roster, Standing
from bot.organisation.queries import member_by_card
from bot.organisation.roster_import import import_roster
from bot.policy import personal, queries, service
from bot.policy.models import Article, Document, Entry, Rate, Source
from bot.policy.shelf import from_stored
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from bot.store.tables.organisation import ACTIVE, accounts
from bot.store.tables.policy import policy_questions, policy_tickets
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

DAY = date(2026, 11, 24)
POSTS = {"90000001": "Bí thư chi bộ", "90000002": "Cán bộ Ban Tổ chức", "90000003": ""}


def _person(card: str, branch: str) -> PersonRow:
    return PersonRow(
        "mẫu",
        int(card),
        f"Nguyễn Văn {card}",
        branch,
        committees=("Đảng ủy Mẫu",),
        birth_date=date(1980, 1, 2),
        card_number=card,
        posts=POSTS.get(card, ""),
        standing=Standing.ACTIVE,
        membership=MembershipKind.OFFICIAL,
    )


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = make_engine(f"sqlite:///{tmp_path_factory.mktemp('policy') / 'policy.db'}")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def tx(engine: Engine) -> Iterator[Tx]:
    with engine.connect() as conn:
        work = conn.begin()
        unit = Tx(conn, now(), Vault(Keys.new()))
        columns = frozenset(
            {"full_name", "card_number", "birth_date", "branch", "posts", "standing", "membership"}
        )
        people = tuple(_person(card, "Chi bộ Một") for card in POSTS)
        import_roster(unit, Roster(people, (), (), columns, "mẫu"))
        yield unit
        work.rollback()


def _member(tx: Tx, card: str) -> int:
    found = member_by_card(tx, card)
    assert found is not None
    return found.id


def _source(text: str = "1. Nhà xe ở phía đông.", issued: date = date(2026, 1, 2)) -> Source:
    document = Document("77-QyĐ/MẪU", "Quy định về trông giữ xe", "Đảng ủy Mẫu", issued)
    return Source(document, (Article("1", "Nơi để xe", text, page=3, offset=10),))


def _answer(tx: Tx) -> str:
    found = from_stored(queries.stored(tx)).ask("điều 1 quy định 77", DAY)
    return found.pieces[0].text if found.pieces else ""


def test_only_what_is_approved_answers_and_the_version_rises(tx: Tx) -> None:
    officer = _member(tx, "90000002")
    key, new = service.add_document(tx, _source())
    assert new
    assert service.add_document(tx, _source()) == (key, False)
    assert (_answer(tx), queries.version(tx)) == ("", 0)
    service.approve(tx, key, officer)
    assert (_answer(tx), queries.version(tx)) == ("1. Nhà xe ở phía đông.", 1)
    later, _new = service.add_document(tx, _source("1. Nhà xe ở phía tây."))
    assert _answer(tx) == "1. Nhà xe ở phía đông."
    service.approve(tx, later, officer)
    assert _answer(tx) == "1. Nhà xe ở phía tây."
    assert [row.state.value for row in queries.documents(tx)] == ["approved", "withdrawn"]
    service.withdraw(tx, later, officer)
    assert (_answer(tx), queries.version(tx)) == ("", 3)


def test_page_and_place_survive_storing(tx: Tx) -> None:
    service.approve(tx, service.add_document(tx, _source())[0], None)
    (article,) = queries.stored(tx).sources[-1].articles
    assert (article.page, article.offset) == (3, 10)


def test_who_has_no_post_for_it_changes_nothing(tx: Tx) -> None:
    key, _new = service.add_document(tx, _source())
    for card in ("90000001", "90000003"):
        by = _member(tx, card)
        for verb in (
            lambda by=by: service.approve(tx, key, by),
            lambda by=by: service.withdraw(tx, key, by),
            lambda by=by: service.add_entries(tx, [Entry("a?", "b")], by, approved=True),
            lambda by=by: service.set_rates(tx, [Rate("wage", "0.01", "l", "r", DAY)], by),
        ):
            with pytest.raises(Refused):
                verb()
    assert queries.version(tx) == 0


def test_an_entry_of_the_same_question_takes_the_others_place(tx: Tx) -> None:
    officer = _member(tx, "90000002")
    service.add_entries(tx, [Entry("Để xe ở đâu?", "Phía đông.")], officer, approved=True)
    service.add_entries(tx, [Entry("Để xe ở đâu?", "Phía tây.")], None, approved=False)
    assert [entry.answer for entry in queries.stored(tx).entries] == ["Phía đông."]
    assert service.approve_entries(tx, officer) == 1
    assert [entry.answer for entry in queries.stored(tx).entries] == ["Phía tây."]


def test_a_kept_question_leads_to_nobody_and_is_forgotten(tx: Tx) -> None:
    key = service.keep_question(tx, "câu hỏi riêng", "none")
    assert queries.question(tx, key) == "câu hỏi riêng"
    (row,) = tx.rows(select(policy_questions))
    assert "câu hỏi" not in repr(row)
    tx.now += service.KEEP_QUESTIONS + timedelta(days=1)
    service.forget_questions(tx)
    assert queries.question(tx, key) is None


def _verified(tx: Tx, card: str) -> int:
    member_id = _member(tx, card)
    row = {"id": member_id, "channel": "telegram", "user_id": card, "chat_id": card, "member_id": member_id}
    tx.run(insert(accounts).values(**row, language="vi", state=ACTIVE, linked_ms=tx.now_ms))
    return member_id


def test_a_question_is_not_taken_where_nobody_would_hear_of_it(tx: Tx) -> None:
    with pytest.raises(Refused, match="nobody"):
        service.open_ticket(tx, _member(tx, "90000003"), "Xin hỏi")
    assert tx.rows(select(policy_tickets)) == []


def test_tickets_are_answered_once_by_who_may_and_told_again_when_overdue(tx: Tx) -> None:
    member, secretary = (_member(tx, card) for card in ("90000003", "90000001"))
    officer = _verified(tx, "90000002")
    ticket, holders = service.open_ticket(tx, member, "Xin hỏi")
    assert holders == [officer]
    assert service.escalate(tx) == []
    tx.now += service.ANSWER_WITHIN
    ((again, able),) = service.escalate(tx)
    assert (again.id, able) == (ticket.id, [officer])
    assert service.escalate(tx) == []
    for other in (member, secretary):
        with pytest.raises(Refused, match="no_right"):
            service.answer_ticket(tx, ticket.id, other, "x")
    service.answer_ticket(tx, ticket.id, officer, "Trả lời")
    with pytest.raises(Refused, match="ticket_answered"):
        service.answer_ticket(tx, ticket.id, officer, "Lần nữa")
    (row,) = tx.rows(select(policy_tickets))
    assert tx.vault.open("policy_tickets.answer", row.id, row.answer) == "Trả lời"
    tx.now += service.ANSWER_WITHIN
    assert service.escalate(tx) == []


def test_a_member_sees_and_may_have_forgotten_what_they_sent(tx: Tx) -> None:
    member, officer = _member(tx, "90000003"), _verified(tx, "90000002")
    ticket, _holders = service.open_ticket(tx, member, "Xin hỏi")
    service.answer_ticket(tx, ticket.id, officer, "Trả lời")
    assert [value for _label, value in personal.held(tx, member, [])] == ["Xin hỏi", "Trả lời"]
    personal.forget(tx, member, [])
    assert personal.held(tx, member, []) == []


def test_ratings_are_counts_of_what_answers(tx: Tx) -> None:
    service.add_entries(tx, [Entry("Để xe ở đâu?", "Phía đông.")], None, approved=True)
    key = queries.stored(tx).keys[-1]
    service.rate(tx, "e", key, good=False)
    service.rate(tx, "e", key, good=False)
    service.rate(tx, "e", key, good=True)
    service.rate(tx, "e", 12345, good=False)
    assert queries.badly_rated(tx) == [("e", key, 1, 2)]
    assert queries.heading(tx, "e", key) == "Để xe ở đâu?"
