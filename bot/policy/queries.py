"""Reads of this room's tables."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, func, select

from bot.policy.models import Article, Document, DocumentState, Entry, Rate, Source
from bot.store.tables.policy import (
    policy_articles,
    policy_documents,
    policy_entries,
    policy_questions,
    policy_rates,
    policy_ratings,
    policy_tickets,
    policy_version,
)
from bot.store.tx import Tx

APPROVED = DocumentState.APPROVED.value


class Stored(NamedTuple):
    """Everything approved, with the rows of its pieces: articles first, then entries, as `Library` counts them."""

    version: int
    sources: list[Source]
    entries: list[Entry]
    keys: list[int]
    rates: list[Rate]


class Listed(NamedTuple):
    """A document as the list shows it."""

    id: int
    document: Document
    state: DocumentState
    articles: int
    approved_by: int | None
    approved_ms: int | None


class Heading(NamedTuple):
    """A line of a document's tree."""

    path: str
    number: str
    heading: str


class Ticket(NamedTuple):
    """A question sent to an officer."""

    id: int
    member_id: int
    unit_id: int
    words: str
    answered: bool


class Lacking(NamedTuple):
    """A question that was not answered well."""

    id: int
    words: str
    day: str
    why: str


def version(tx: Tx) -> int:
    """Rises with whatever changes an answer."""
    return int(tx.value(select(policy_version.c.version).where(policy_version.c.id == 1)) or 0)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _document(row: Row[Any]) -> Document:
    return Document(
        row.number,
        row.title,
        row.issuer,
        _day(row.issued_on),
        _day(row.in_force_from),
        _day(row.in_force_until),
        tuple(json.loads(row.replaces)),
        row.replaced_by,
        row.link,
        bool(row.sample),
    )


def _article(row: Row[Any]) -> Article:
    return Article(row.number, row.heading, row.body, row.path, row.page, row.start)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        row.question,
        row.answer,
        tuple(json.loads(row.variants)),
        row.rule,
        row.reference,
        row.topic,
        bool(row.sample),
    )


def stored(tx: Tx) -> Stored:
    """The approved corpus."""
    articles: dict[int, list[Row[Any]]] = {}
    wanted = (
        select(policy_articles)
        .join(policy_documents, policy_documents.c.id == policy_articles.c.document_id)
        .where(policy_documents.c.state == APPROVED)
        .order_by(policy_articles.c.document_id, policy_articles.c.place)
    )
    for row in tx.rows(wanted):
        articles.setdefault(row.document_id, []).append(row)
    sources, keys = [], []
    documents = select(policy_documents).where(policy_documents.c.state == APPROVED)
    for row in tx.rows(documents.order_by(policy_documents.c.id)):
        own = articles.get(row.id, [])
        sources.append(Source(_document(row), tuple(map(_article, own))))
        keys += [each.id for each in own]
    rows = tx.rows(
        select(policy_entries).where(policy_entries.c.state == APPROVED).order_by(policy_entries.c.id)
    )
    rates = [
        Rate(
            row.name, row.value, row.base, row.rule, date.fromisoformat(row.holds_from), _day(row.holds_until)
        )
        for row in tx.rows(select(policy_rates).order_by(policy_rates.c.id))
    ]
    return Stored(
        version(tx), sources, [_entry(row) for row in rows], [*keys, *(row.id for row in rows)], rates
    )


def answers(tx: Tx, kind: str, key: int) -> bool:
    """Whether this article ("a") or entry ("e") still answers: asked at the moment of answering."""
    if kind == "e":
        wanted = select(policy_entries.c.id).where(
            policy_entries.c.id == key, policy_entries.c.state == APPROVED
        )
    else:
        wanted = (
            select(policy_articles.c.id)
            .join(policy_documents, policy_documents.c.id == policy_articles.c.document_id)
            .where(policy_articles.c.id == key, policy_documents.c.state == APPROVED)
        )
    return tx.value(wanted) is not None


def heading(tx: Tx, kind: str, key: int) -> str:
    """What an article or entry is called; "" when it is gone."""
    table, column = (
        (policy_entries, policy_entries.c.question)
        if kind == "e"
        else (policy_articles, policy_articles.c.heading)
    )
    return tx.value(select(column).where(table.c.id == key)) or ""


def documents(tx: Tx, only: int | None = None) -> list[Listed]:
    """All documents with their states, the newest import first; or one of them."""
    count = (
        select(func.count())
        .where(policy_articles.c.document_id == policy_documents.c.id)
        .scalar_subquery()
        .label("articles")
    )
    wanted = select(policy_documents, count).order_by(policy_documents.c.id.desc())
    if only is not None:
        wanted = wanted.where(policy_documents.c.id == only)
    return [
        Listed(
            row.id, _document(row), DocumentState(row.state), row.articles, row.approved_by, row.approved_ms
        )
        for row in tx.rows(wanted)
    ]


def listed(tx: Tx, key: int) -> Listed | None:
    """One document."""
    return next(iter(documents(tx, key)), None)


def outline(tx: Tx, key: int) -> list[Heading]:
    """The tree of a document, in order."""
    wanted = select(policy_articles.c.path, policy_articles.c.number, policy_articles.c.heading)
    wanted = wanted.where(policy_articles.c.document_id == key).order_by(policy_articles.c.place)
    return [Heading(row.path, row.number, row.heading) for row in tx.rows(wanted)]


def unapproved_entries(tx: Tx) -> list[tuple[int, Entry]]:
    """Entries that wait for approval."""
    wanted = select(policy_entries).where(policy_entries.c.state == DocumentState.UNCHECKED.value)
    return [(row.id, _entry(row)) for row in tx.rows(wanted.order_by(policy_entries.c.id))]


def question(tx: Tx, key: int) -> str | None:
    """The words of a kept question."""
    row = tx.first(select(policy_questions).where(policy_questions.c.id == key))
    return None if row is None else tx.vault.open("policy_questions.words", key, row.words)


def lacking(tx: Tx, since: str) -> list[Lacking]:
    """Questions since an ISO day that had no answer, a choice only, or a bad one."""
    rows = tx.rows(
        select(policy_questions)
        .where(policy_questions.c.day >= since)
        .order_by(policy_questions.c.day.desc())
    )
    return [
        Lacking(row.id, tx.vault.open("policy_questions.words", row.id, row.words), row.day, row.why)
        for row in rows
    ]


def badly_rated(tx: Tx) -> list[tuple[str, int, int, int]]:
    """(kind, piece, good, bad) of what was called wrong, the worst first."""
    rows = tx.rows(select(policy_ratings).where(policy_ratings.c.bad > 0))
    found = [(row.kind, row.piece_id, row.good, row.bad) for row in rows]
    return sorted(found, key=lambda each: (-each[3], each[2]))


def ticket(tx: Tx, key: int) -> Ticket | None:
    """One ticket."""
    row = tx.first(select(policy_tickets).where(policy_tickets.c.id == key))
    return None if row is None else _ticket(tx, row)


def open_tickets(tx: Tx, units: Sequence[int]) -> list[Ticket]:
    """Unanswered tickets of these units, the oldest first."""
    wanted = select(policy_tickets).where(
        and_(policy_tickets.c.answered_ms.is_(None), policy_tickets.c.unit_id.in_(list(units)))
    )
    return [_ticket(tx, row) for row in tx.rows(wanted.order_by(policy_tickets.c.id))]


def overdue(tx: Tx) -> list[Ticket]:
    """Unanswered tickets whose time has passed; until the commit nobody answers them."""
    wanted = select(policy_tickets).where(
        policy_tickets.c.answered_ms.is_(None), policy_tickets.c.due_ms <= tx.now_ms
    )
    wanted = wanted.order_by(policy_tickets.c.id).with_for_update(skip_locked=True)
    return [_ticket(tx, row) for row in tx.rows(wanted)]


def _ticket(tx: Tx, row: Row[Any]) -> Ticket:
    words = tx.vault.open("policy_tickets.words", row.id, row.words)
    return Ticket(row.id, row.member_id, row.unit_id, words, row.answered_ms is not None)
