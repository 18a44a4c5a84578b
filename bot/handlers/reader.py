"""The router's `Reader`: gathers what the chat has open, reads the text, and names the event it means."""

import re
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.chat.choices import pack
from bot.chat.events import ChoiceMade, Commanded, Event, TextSent, Unknown, Wondered
from bot.chat.text import fold
from bot.clock import from_ms
from bot.delivery import outbox
from bot.directives import groups, queries, rules
from bot.directives.models import Acknowledge, AskAuthor, Directive, FullText, Undo
from bot.handlers.gate import member_account
from bot.handlers.meeting_reader import answer_typed, code_typed
from bot.handlers.reading import OpenMessage, Reading, Situation, read
from bot.handlers.vocabulary_plain import plain_command
from bot.organisation import queries as people
from bot.organisation.models import Role, Verb
from bot.store import openings
from bot.store.tx import Tx

_CHOICES = {"acknowledge": Acknowledge, "full_text": FullText, "ask": AskAuthor, "undo": Undo}
_OF_GROUPS = {
    "lienketnhom": "group_link",
    "bolienketnhom": "group_unlink",
    "bannhom": "group_text",
    "taonhom": "group_make",
}
"""Slash commands about groups; they are checked before the text is read."""
_SLASH = re.compile(r"/([a-z]+)(?:@\w+)?\s*(.*)", re.DOTALL | re.IGNORECASE)
_A_NUMBER = re.compile(r"\s*\d{1,2}[ .)]*")
_OF_UNIT = re.compile(
    r"/?(?:tinh ?hinh|trang thai|tien do|ket qua|nhac|ty ?le|(?:(?:con |nhung |danh sach )*ai )?chua (?:doc|xac nhan|"
    r"xac thuc|nhan))\b"
)
"""How an officer begins who may go on to name a unit, over folded text."""
_FOR_GROUP = re.compile(r"(?:van )?ban (?:cho )?nhom(?: (?:van ban|vb))?(?: (\S.*))?")
"""“bản nhóm 52”, “van ban cho nhom 52”, over folded text."""


def reader(event: TextSent, tx: Tx) -> Event:
    """What a text means that answers no dialog. In a group only a /command is heard."""
    if (named := _of_groups(event)) is not None:
        return named
    if event.address.group:
        if event.text.startswith("/"):
            return Commanded(event.address, event.at, "in_group")
        return Unknown(event.address, event.at, "group_text")
    account = member_account(tx, event)
    unit = None
    if account is not None and _OF_UNIT.match(fold(event.text)):
        event, unit = _of_unit(event, tx, people.scope(tx, account.member_id, Verb.SEE_STATUS))
    if unit is not None and not unit.mine:
        return Commanded(event.address, event.at, "unit_status", rest=unit.id)
    if (plain := plain_command(event.text)) is not None:
        return Commanded(event.address, event.at, *plain)
    mine: list[tuple[Directive, int | None]] = []
    known: set[str] = set()
    role = "member"
    if account is not None:
        mine = queries.of_member(tx, account.member_id)
        scope = people.scope(tx, account.member_id, Verb.SEE_STATUS)
        if scope:
            known = {directive.number for directive in queries.open_in(tx, scope)}
            posts = {post.role for post in people.appointments_of(tx, account.member_id)}
            role = "officer" if posts & {Role.OFFICER, Role.OFFICE, Role.INSPECTOR} else "secretary"
    if account is not None and (checked := code_typed(event, tx, account)) is not None:
        return checked
    waiting = {directive.number for directive, at in mine if at is None}
    found, quoted = _open(event, tx)
    if quoted and not found and _A_NUMBER.fullmatch(event.text):
        return Wondered(event.address, event.at, event.text, "gone")
    situation = Situation(
        open=tuple(
            OpenMessage(
                about=opening.about,
                card=opening.card and opening.about in waiting,
                labels=opening.labels,
                payloads=opening.payloads,
                reached_at=from_ms(opening.reached_ms),
                unasked=opening.unasked,
            )
            for opening in found
        ),
        acknowledged=_undone(mine, tx.now),
        known=tuple(sorted(known | {directive.number for directive, _at in mine})),
        role=role,
        now=event.at,
    )
    reading = read(event.text, situation)
    if account is not None:
        answered = answer_typed(event, tx, account, found, waiting, reading)
        if answered is not None:
            return answered
    read_as = _event(event, reading, mine)
    if unit is not None and isinstance(read_as, Commanded) and read_as.name == "status":
        return replace(read_as, name="unit_status", rest=unit.id)
    if quoted and isinstance(read_as, ChoiceMade):
        return replace(read_as, message_id=event.reply_to)
    return read_as


class _Unit(NamedTuple):
    id: str
    mine: bool
    """Whether the asker may see it."""


def _of_unit(event: TextSent, tx: Tx, scope: set[int]) -> tuple[TextSent, _Unit | None]:
    """The text without the unit it names, and that unit; of several the one with the longest name."""
    said = fold(event.text)
    plain = f" {' '.join(re.findall(r'[a-z0-9]+', said))} "
    named = []
    for each in people.organisation_tree(tx) if scope else []:
        words = re.findall(r"[a-z0-9]+", fold(each.name))
        # “Khoa Tự nhiên” stands for its committee.
        bare = words[2:] if words[1:2] == ["bo"] and len(words) > 3 else words
        for form in (words, bare):
            if (
                form
                and f" {' '.join(form)} " in plain
                and (found := re.search(rf"\b{r'[^a-z0-9]+'.join(form)}\b", said))
            ):
                named.append((len(form), found.span(), _Unit(str(each.id), each.id in scope)))
    if not named:
        return event, None
    _length, (start, end), unit = max(named, key=lambda each: (each[0], each[2].mine))
    return replace(event, text=f"{said[:start]} {said[end:]}".strip()), unit


def _open(event: TextSent, tx: Tx) -> tuple[list[openings.Opening], bool]:
    """What may be answered, newest first, and whether the person quoted a message of ours.

    Who answers one message by quoting it means that one, however old it is, and no other.
    """
    channel, chat = event.address.channel, event.address.chat_id
    row_id = outbox.row_of(tx, channel, chat, event.reply_to) if event.reply_to is not None else None
    if row_id is None:
        return openings.of_chat(tx, channel, chat), False
    opening = openings.of_message(tx, row_id)
    return ([] if opening is None else [opening._replace(unasked=False)]), True


def _undone(mine: list[tuple[Directive, int | None]], moment: datetime) -> tuple[str, ...]:
    """What "hoàn tác" may mean: what can be taken back, else the newest acknowledgement, to hear so."""
    done = sorted(((at, directive.number) for directive, at in mine if at is not None), reverse=True)
    able = tuple(number for at, number in done if rules.may_undo(from_ms(at), moment))
    return able or tuple(number for _at, number in done[:1])


def _of_groups(event: TextSent) -> Commanded | None:
    """What is about groups: a slash command, the ready text in words, the short code that was read there."""
    address, at = event.address, event.at
    slash = _SLASH.fullmatch(event.text.strip())
    if slash and (name := _OF_GROUPS.get(slash[1].lower())):
        return Commanded(address, at, name, slash[2].strip() or None, slash[2].strip())
    if address.group or slash:
        return None
    folded = fold(event.text)
    if words := _FOR_GROUP.fullmatch(folded):
        return Commanded(address, at, "group_text", words[1])
    if (code := groups.code_in(folded)) is not None:
        return Commanded(address, at, "short_code", rest=code)
    return None


def _event(event: TextSent, reading: Reading, mine: list[tuple[Directive, int | None]]) -> Event:
    address, at = event.address, event.at
    if reading.sure and reading.payload is not None:
        return ChoiceMade(address, at, reading.payload)
    if reading.means == "command" and reading.command is not None:
        rest = event.text if reading.command == "meeting" else reading.rest  # "tạo cuộc họp", "lịch họp"
        return Commanded(address, at, reading.command, reading.document, rest)
    kind = _CHOICES.get(reading.means)
    if reading.sure and kind is not None and reading.document is not None:
        for directive, _acknowledged in mine:
            if directive.number == reading.document:
                version = {"version": directive.version} if kind is Acknowledge else {}
                return ChoiceMade(address, at, pack(kind(directive.id, **version)))
    means = reading.means if reading.means in ("question", "other") else "unclear"
    return Wondered(address, at, event.text, means, reading.document, reading.candidates)
