"""The verbs: import, approve, withdraw, entries, feedback, tickets. Whatever changes an answer raises the version."""

import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, insert, select, update

from bot.chat.errors import Refused
from bot.clock import VIETNAM, to_ms
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.policy import queries
from bot.policy.models import DocumentState, Entry, Rate, Source
from bot.policy.queries import APPROVED, Ticket
from bot.store import audit
from bot.store.ids import new_id
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
from bot.store.upsert import insert as upsert

ANSWER_WITHIN = timedelta(days=2)
"""After this a ticket is told again, and one level up."""
KEEP_QUESTIONS = timedelta(days=90)
MAX_WORDS = 1000
UNCHECKED, WITHDRAWN = DocumentState.UNCHECKED.value, DocumentState.WITHDRAWN.value


def _changed(tx: Tx) -> None:
    """Called before anything is read: until the commit no other process changes an answer."""
    _raise_version(tx, 1)


def _raise_version(tx: Tx, by: int) -> None:
    table = policy_version
    tx.run(
        upsert(tx.conn, table)
        .values(id=1, version=by)
        .on_conflict_do_update(index_elements=["id"], set_={"version": table.c.version + by})
    )


def content_hash(source: Source) -> str:
    """The same for the same words, wherever the file came from."""
    told = [(each.number, each.heading, each.text) for each in source.articles]
    return sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def add_document(tx: Tx, source: Source) -> tuple[int, bool]:
    """Stores an imported document as unchecked: it answers nothing yet. Returns its id, and whether it is new.

    The same document with the same words and fields is not stored twice.
    """
    _raise_version(tx, 0)  # it changes no answer; who imports the same in another process waits
    document, digest = source.document, content_hash(source)
    for known in queries.documents(tx):
        if known.document == document and known.state is not DocumentState.WITHDRAWN:
            stored_hash = tx.value(
                select(policy_documents.c.content_hash).where(policy_documents.c.id == known.id)
            )
            if stored_hash == digest:
                return known.id, False
    key = new_id()
    tx.run(
        insert(policy_documents).values(
            id=key,
            number=document.number,
            issued_on=document.issued_on.isoformat() if document.issued_on else "",
            title=document.title,
            issuer=document.issuer,
            in_force_from=document.in_force_from.isoformat() if document.in_force_from else None,
            in_force_until=document.in_force_until.isoformat() if document.in_force_until else None,
            replaces=json.dumps(document.replaces, ensure_ascii=False),
            replaced_by=document.replaced_by,
            link=document.link,
            sample=int(document.sample),
            state=UNCHECKED,
            content_hash=digest,
            imported_ms=tx.now_ms,
        )
    )
    rows = [
        {
            "id": new_id(),
            "document_id": key,
            "place": place,
            "number": article.number,
            "heading": article.heading,
            "body": article.text,
            "path": article.path,
            "page": article.page,
            "start": article.offset,
        }
        for place, article in enumerate(source.articles)
    ]
    if rows:
        tx.run(insert(policy_articles), rows)
    return key, True


def approve(tx: Tx, document_id: int, by: int | None) -> None:
    """Lets a document answer; an earlier version of the same number and date no longer does.

    `by` None is the terminal. Raises Refused("no_right"), LookupError.
    """
    _may_keep(tx, by)
    _changed(tx)
    row = tx.first(select(policy_documents).where(policy_documents.c.id == document_id))
    if row is None:
        raise LookupError(document_id)
    same = (
        policy_documents.c.number == row.number,
        policy_documents.c.issued_on == row.issued_on,
        policy_documents.c.id != document_id,
        policy_documents.c.state == APPROVED,
    )
    tx.run(update(policy_documents).where(*same).values(state=WITHDRAWN))
    tx.run(
        update(policy_documents)
        .where(policy_documents.c.id == document_id)
        .values(state=APPROVED, approved_by=by, approved_ms=tx.now_ms)
    )
    _note(tx, "policy.approve", f"policy:{document_id}", by)


def withdraw(tx: Tx, document_id: int, by: int | None) -> None:
    """A document answers no more, from this commit on. Raises Refused("no_right"), LookupError."""
    _may_keep(tx, by)
    _changed(tx)
    gone = update(policy_documents).where(policy_documents.c.id == document_id).values(state=WITHDRAWN)
    if not tx.run(gone).rowcount:
        raise LookupError(document_id)
    _note(tx, "policy.withdraw", f"policy:{document_id}", by)


def add_entries(tx: Tx, entries: Iterable[Entry], by: int | None, *, approved: bool) -> int:
    """Adds entries; one with the same question takes the other's place. Returns how many."""
    _may_keep(tx, by)
    _raise_version(tx, int(approved))
    count = 0
    for entry in entries:
        same = (policy_entries.c.question == entry.question, policy_entries.c.state != WITHDRAWN)
        if approved:
            tx.run(update(policy_entries).where(*same).values(state=WITHDRAWN))
        tx.run(
            insert(policy_entries).values(
                id=new_id(),
                question=entry.question,
                variants=json.dumps(entry.variants, ensure_ascii=False),
                answer=entry.answer,
                rule=entry.rule,
                reference=entry.reference,
                topic=entry.topic,
                sample=int(entry.sample),
                state=APPROVED if approved else UNCHECKED,
                approved_by=by if approved else None,
                approved_ms=tx.now_ms if approved else None,
                made_ms=tx.now_ms,
            )
        )
        count += 1
    if approved and count:
        _note(tx, "policy.entries", f"entries:{count}", by)
    return count


def approve_entries(tx: Tx, by: int | None) -> int:
    """Approves all entries that wait. Returns how many. Raises Refused("no_right")."""
    return sum(judge_entry(tx, key, by, approve=True) for key, _entry in queries.unapproved_entries(tx))


def judge_entry(tx: Tx, entry_id: int, by: int | None, *, approve: bool) -> bool:
    """Lets an entry that waits answer, in the place of an older one of the same question, or sets it aside.

    Returns whether it waited. Raises Refused("no_right").
    """
    _may_keep(tx, by)
    _raise_version(tx, int(approve))
    table = policy_entries
    waits = (table.c.id == entry_id, table.c.state == UNCHECKED)
    question = tx.value(select(table.c.question).where(*waits))
    if question is None:
        return False
    if not approve:
        tx.run(update(table).where(*waits).values(state=WITHDRAWN))
        _note(tx, "policy.refuse_entry", f"entry:{entry_id}", by)
        return True
    older = (table.c.question == question, table.c.state == APPROVED)
    tx.run(update(table).where(*older).values(state=WITHDRAWN))
    values = {"state": APPROVED, "approved_by": by, "approved_ms": tx.now_ms}
    tx.run(update(table).where(*waits).values(**values))
    _note(tx, "policy.entries", f"entry:{entry_id}", by)
    return True


def set_rates(tx: Tx, rates: Sequence[Rate], by: int | None) -> None:
    """These rates take the place of all earlier ones. Raises Refused("no_right")."""
    _may_keep(tx, by)
    _changed(tx)
    tx.run(delete(policy_rates))
    for rate in rates:
        tx.run(
            insert(policy_rates).values(
                id=new_id(),
                name=rate.name,
                value=rate.value,
                base=rate.base,
                rule=rate.rule,
                holds_from=rate.since.isoformat(),
                holds_until=rate.until.isoformat() if rate.until else None,
            )
        )
    _note(tx, "policy.rates", f"rates:{len(rates)}", by)


def add_sample(
    tx: Tx, sources: Sequence[Source], entries: Sequence[Entry], rates: Sequence[Rate] = ()
) -> None:
    """The sample corpus, approved as such: for the demo and tests."""
    set_rates(tx, rates, None)
    for source in sources:
        approve(tx, add_document(tx, source)[0], None)
    add_entries(tx, entries, None, approved=True)


def _may_keep(tx: Tx, by: int | None) -> None:
    if by is not None and not people.scope(tx, by, Verb.KEEP_RULES):
        raise Refused("no_right")


def _note(tx: Tx, action: str, about: str, by: int | None) -> None:
    audit.record(tx, action, about, member_id=by, actor="member" if by is not None else "terminal")


# --- what was asked and not answered; feedback. Neither knows a person.


def keep_question(tx: Tx, words: str, why: str) -> int:
    """Keeps a question that was not answered ("none", "choices", "bad"), with its day. Returns its key."""
    key = secrets.randbits(62)
    day = tx.now.astimezone(VIETNAM).date().isoformat()
    sealed = tx.vault.seal("policy_questions.words", key, words[:MAX_WORDS])
    tx.run(insert(policy_questions).values(id=key, words=sealed, day=day, why=why))
    return key


def forget_questions(tx: Tx) -> None:
    """Forgets questions older than the keeping time."""
    before = (tx.now - KEEP_QUESTIONS).astimezone(VIETNAM).date().isoformat()
    tx.run(delete(policy_questions).where(policy_questions.c.day < before))


def rate(tx: Tx, kind: str, key: int, *, good: bool) -> None:
    """Counts "đúng" or "chưa đúng" for an article or entry."""
    if not queries.answers(tx, kind, key):
        return
    table = policy_ratings
    column = table.c.good if good else table.c.bad
    tx.run(
        upsert(tx.conn, table)
        .values(kind=kind, piece_id=key, good=int(good), bad=int(not good))
        .on_conflict_do_update(index_elements=["kind", "piece_id"], set_={column.name: column + 1})
    )


# --- tickets


def open_ticket(tx: Tx, member_id: int, words: str) -> tuple[Ticket, list[int]]:
    """Sends a question to those responsible for the asker's branch, the nearest first.

    Returns the ticket and whom it is for. Raises Refused("nobody") when nobody who answers questions there can be told.
    """
    member = people.member(tx, member_id)
    assert member is not None
    holders = responsible(tx, member.branch_id, member_id)
    if not holders:
        raise Refused("nobody")
    key = new_id()
    tx.run(
        insert(policy_tickets).values(
            id=key,
            member_id=member_id,
            unit_id=member.branch_id,
            words=tx.vault.seal("policy_tickets.words", key, words),
            asked_ms=tx.now_ms,
            due_ms=to_ms(tx.now + ANSWER_WITHIN),
        )
    )
    audit.record(tx, "policy.ask", f"ticket:{key}", member_id=member_id)
    return Ticket(key, member_id, member.branch_id, words, False), holders


def responsible(tx: Tx, unit_id: int, asker: int) -> list[int]:
    """Who answers questions of this unit and can be told of one, not the asker: the three nearest."""
    holders = people.holders(tx, unit_id, Verb.KEEP_RULES)
    able = [each.member_id for each in holders if not each.blocked and each.member_id != asker]
    return list(dict.fromkeys(able))[:3]


def answer_ticket(tx: Tx, ticket_id: int, by: int, words: str) -> Ticket:
    """Keeps the officer's answer. Raises Refused("no_right" | "ticket_answered")."""
    found = queries.ticket(tx, ticket_id)
    if found is None or found.unit_id not in people.scope(tx, by, Verb.KEEP_RULES):
        raise Refused("no_right")
    done = tx.run(
        update(policy_tickets)
        .where(policy_tickets.c.id == ticket_id, policy_tickets.c.answered_ms.is_(None))
        .values(
            answer=tx.vault.seal("policy_tickets.answer", ticket_id, words),
            answered_by=by,
            answered_ms=tx.now_ms,
        )
    )
    if done.rowcount == 0:
        raise Refused("ticket_answered")
    audit.record(tx, "policy.answer", f"ticket:{ticket_id}", member_id=by)
    return found


def escalate(tx: Tx) -> list[tuple[Ticket, list[int]]]:
    """Overdue tickets with whom to tell again: everybody who may answer there. Each at most once a period."""
    told = []
    for ticket in queries.overdue(tx):
        tx.run(
            update(policy_tickets)
            .where(policy_tickets.c.id == ticket.id)
            .values(due_ms=to_ms(tx.now + ANSWER_WITHIN))
        )
        able = [
            each for each in people.who_may(tx, Verb.KEEP_RULES, ticket.unit_id) if each != ticket.member_id
        ]
        audit.record(tx, "policy.overdue", f"ticket:{ticket.id}", actor="program")
        told.append((ticket, able))
    return told
