"""The verbs on requests: ask, answer, extend, refuse, correct, erase; and what the bell does for them."""

import json
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert, update

from bot.chat.errors import Refused
from bot.chat.replies import Say
from bot.clock import from_ms, to_ms
from bot.delivery import outbox
from bot.organisation import queries as people
from bot.organisation.models import Account, Verb
from bot.organisation.personal import chats_of, one_at_a_time, places_of
from bot.privacy import queries, rules, texts
from bot.privacy.models import Kind, Request, Room, State
from bot.store import audit
from bot.store.dialogs import Place
from bot.store.tables.privacy import data_requests
from bot.store.tx import Tx

MAX_WORDS = 2_000
"""Characters of one request, whatever was added to it."""
SETTLE = timedelta(days=1)
"""How long the last message of an erased member may still be tried."""


def ask(tx: Tx, account: Account, kind: Kind, words: str = "") -> Request:
    """Opens a request, with its clock; asking again for what is pending returns that, with the new words added.

    Raises Refused("long").

    The officers over the member's branch are told (`texts.new_request`).
    """
    one_at_a_time(tx, account.member_id)  # who has two accounts may be asking on both
    pending = queries.pending_of(tx, account.member_id, kind)
    if pending is not None:
        return _with_words(tx, pending, words)
    row = f"{account.member_id}:{tx.now_ms}"
    request_id = tx.value(
        insert(data_requests)
        .values(
            kind=kind.value,
            state=State.OPEN.value,
            member_id=account.member_id,
            unit_id=account.branch_id,
            words=tx.vault.seal("data_requests.words", row, words) if words else None,
            made_ms=tx.now_ms,
            answer_by_ms=to_ms(rules.answer_by(tx.now)),
            done_by_ms=to_ms(rules.done_by(tx.now)),
        )
        .returning(data_requests.c.id)
    )
    audit.record(tx, f"privacy.ask_{kind}", f"request:{request_id}", member_id=account.member_id)
    return known(tx, request_id)


def _with_words(tx: Tx, request: Request, words: str) -> Request:
    if not words or words in request.words.split("\n"):
        return request
    if len(request.words) + len(words) > MAX_WORDS:
        raise Refused("long")
    row = f"{request.member_id}:{to_ms(request.made)}"
    sealed = tx.vault.seal("data_requests.words", row, "\n".join(filter(None, (request.words, words))))
    tx.run(update(data_requests).where(data_requests.c.id == request.id).values(words=sealed))
    return known(tx, request.id)


def take(tx: Tx, request_id: int, by: int | None) -> Request:
    """Answers a request: it will be done. Raises Refused("no_right" | "settled")."""
    request = _decidable(tx, request_id, by, State.OPEN)
    taken = {"state": State.TAKEN.value, "answered_ms": tx.now_ms, "warned_ms": None}
    return _set(tx, request, by, "privacy.take", **taken)


def extend(tx: Tx, request_id: int, by: int | None, reason: str) -> Request:
    """Takes 15 more days, once. Raises Refused("no_right" | "settled" | "extended")."""
    request = _decidable(tx, request_id, by, State.OPEN, State.TAKEN)
    if request.extended:
        raise Refused("extended")
    return _set(
        tx,
        request,
        by,
        "privacy.extend",
        state=State.TAKEN.value,
        answered_ms=tx.now_ms,
        extended_ms=tx.now_ms,
        warned_ms=None,
        done_by_ms=to_ms(rules.done_by(request.made, extended=True)),
        reason=_reason(tx, request, reason),
    )


def refuse(tx: Tx, request_id: int, by: int | None, reason: str) -> Request:
    """Refuses, with the reason the law asks for. Raises Refused("no_right" | "settled")."""
    request = _decidable(tx, request_id, by, State.OPEN, State.TAKEN)
    ended = {"state": State.REFUSED.value, "done_ms": tx.now_ms, "reason": _reason(tx, request, reason)}
    return _set(tx, request, by, "privacy.refuse", **ended, chats=None, words=None)


def correct(tx: Tx, request_id: int, by: int | None) -> Request:
    """A correction was made in the roster. Raises Refused("no_right" | "settled")."""
    request = _decidable(tx, request_id, by, State.OPEN, State.TAKEN)
    if request.kind != Kind.CORRECT:
        raise Refused("settled")
    ended = {"state": State.DONE.value, "done_ms": tx.now_ms, "chats": None, "words": None}
    return _set(tx, request, by, "privacy.correct", **ended)


def erase(tx: Tx, request_id: int, by: int | None, rooms: Sequence[Room]) -> Request:
    """Removes the member's values from every room. Raises Refused("no_right" | "settled").

    The last message is still to be sent; `settle` clears its traces, and the log of the database.
    """
    request = _decidable(tx, request_id, by, State.OPEN, State.TAKEN)
    if request.kind != Kind.ERASE:
        raise Refused("settled")
    places = places_of(tx, request.member_id)  # of now: a phone may have been changed since
    for room in rooms:
        room.forget(tx, request.member_id, places)
    row = f"{request.member_id}:{to_ms(request.made)}"
    return _set(
        tx,
        request,
        by,
        "privacy.erase",
        state=State.ERASING.value,
        answered_ms=tx.now_ms,
        chats=tx.vault.seal("data_requests.chats", row, json.dumps(places)),
        done_ms=tx.now_ms,
        words=None,
    )


def settle(tx: Tx, rooms: Sequence[Room]) -> list[int]:
    """Clears what the last messages of erased members left, once those are sent. Returns the requests.

    Afterwards the database's log is to be emptied, and `finish` called.
    """
    ready = []
    erasing = data_requests.select().where(data_requests.c.state == State.ERASING.value)
    for row in tx.rows(erasing.with_for_update(skip_locked=True)):
        if row.chats is not None:
            sealed = tx.vault.open("data_requests.chats", f"{row.member_id}:{row.made_ms}", row.chats)
            places = [Place(*each) for each in json.loads(sealed)]
            late = tx.now - from_ms(row.done_ms) > SETTLE
            if not late and any(outbox.unfinished(tx, each.channel, each.chat_id) for each in places):
                continue
            for room in rooms:
                room.forget(tx, row.member_id, places)
            tx.run(update(data_requests).where(data_requests.c.id == row.id).values(chats=None))
        ready.append(row.id)
    return ready


def finish(tx: Tx, request_ids: Sequence[int]) -> None:
    """Nothing of these members is left, in the log of the database either."""
    for request_id in request_ids:
        tx.run(update(data_requests).where(data_requests.c.id == request_id).values(state=State.DONE.value))
        audit.record(tx, "privacy.erased", f"request:{request_id}", actor="program")


def warn(tx: Tx) -> int:
    """Reminds the officers, once, of each limit that is near. Returns of how many requests."""
    near = [each for each in queries.unwarned(tx) if each.limit <= tx.now + rules.WARN_BEFORE]
    for request in near:
        for account in officers(tx, request.unit_id, but=request.member_id):
            outbox.tell(tx, account.channel, account.chat_id, texts.near_limit(request))
        tx.run(update(data_requests).where(data_requests.c.id == request.id).values(warned_ms=tx.now_ms))
    return len(near)


def officers(tx: Tx, unit_id: int, *, but: int) -> list[Account]:
    """Whom to tell of a request: who may answer it and can be reached, the nearest first."""
    found = people.holders(tx, unit_id, Verb.ANSWER_REQUESTS)
    return [each for each in found if not each.blocked and each.member_id != but]


def asker_chats(tx: Tx, request_id: int) -> list[Place]:
    """Where the person who asked can be told of it: their accounts of now, asked for before an erasure."""
    return chats_of(tx, known(tx, request_id).member_id)


def say(tx: Tx, places: Sequence[Place], words: Say) -> None:
    """Queues a message to somebody's chats, for the terminal."""
    for place in places:
        outbox.tell(tx, place.channel, place.chat_id, words)


def proof(tx: Tx, request: Request) -> str:
    """Eight letters that only this installation makes for this request and its end: "4F2A-91C0"."""
    done = "" if request.done is None else to_ms(request.done)
    made = tx.vault.hash("data_requests.proof", f"{request.id}:{request.kind}:{to_ms(request.made)}:{done}")
    code = made.hex()[:8].upper()
    return f"{code[:4]}-{code[4:]}"


def known(tx: Tx, request_id: int) -> Request:
    """A request that exists. Raises Refused("settled")."""
    found = queries.get(tx, request_id)
    if found is None:
        raise Refused("settled")
    return found


def _decidable(tx: Tx, request_id: int, by: int | None, *states: State) -> Request:
    """`by` None is the terminal. Nobody decides about their own request."""
    request = queries.to_decide(tx, request_id)
    if request is None:
        raise Refused("settled")
    if by is not None and (
        by == request.member_id or not people.may(tx, by, Verb.ANSWER_REQUESTS, request.unit_id)
    ):
        raise Refused("no_right")
    if request.state not in states:
        raise Refused("settled")
    return request


def _reason(tx: Tx, request: Request, reason: str) -> bytes:
    row = f"{request.member_id}:{to_ms(request.made)}"
    return tx.vault.seal("data_requests.reason", row, reason[:1000])


def _set(tx: Tx, request: Request, by: int | None, did: str, **values: object) -> Request:
    tx.run(update(data_requests).where(data_requests.c.id == request.id).values(decided_by=by, **values))
    audit.record(tx, did, f"request:{request.id}", member_id=by, actor="terminal" if by is None else "member")
    return known(tx, request.id)
