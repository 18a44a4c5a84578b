"""When words are an answer to an invitation: it is open in the chat, and they say nothing surer of something else."""

import re
from collections.abc import Collection, Sequence

from bot.chat.events import Commanded, Event, TextSent
from bot.chat.text import fold
from bot.handlers.reading import Reading
from bot.meetings import queries, texts
from bot.meetings.answering import is_bare, is_bare_yes, read_answer
from bot.meetings.models import State
from bot.organisation.models import Account
from bot.store.openings import Opening
from bot.store.tx import Tx

_CODE = re.compile(r"\d{3} ?\d{3}")
_OF_PAPERS = re.compile(r"\b(?:doc|van ban|cong van|xac nhan|tiep thu|toan van|file|tep|§)\b")
_ITS_OWN = ("acknowledge", "undo", "full_text", "ask", "choice", "command", "cancel", "back")


def code_typed(event: TextSent, tx: Tx, account: Account) -> Event | None:
    """Six digits, while a meeting is on for this member: the check-in code."""
    if _CODE.fullmatch(event.text.strip()) and queries.on_now(tx, account.member_id):
        return Commanded(event.address, event.at, "check_in", rest=event.text.replace(" ", "").strip())
    return None


def answer_typed(
    event: TextSent,
    tx: Tx,
    account: Account,
    open_: Sequence[Opening],
    papers: Collection[str],
    reading: Reading,
) -> Event | None:
    """The answer a text is, to the newest invitation; None when it is something else. `open_` is newest first.

    `papers`: directives that wait for this member. A bare "ok" with both open answers neither: the bot asks.
    """
    meeting_id = next((key for each in open_ if (key := texts.about_meeting(each.about)) is not None), None)
    if meeting_id is None or event.text.lstrip().startswith("/"):
        return None
    found, mine = queries.get(tx, meeting_id), queries.invitee(tx, meeting_id, account.member_id)
    if found is None or mine is None or found.state != State.OPEN or found.starts <= tx.now:
        return None
    cards = [each for each in open_ if each.card and each.about in papers]
    bare = is_bare_yes(event.text)
    if bare and mine.answer is not None:
        return None
    if bare and cards and reading.means != "choice":
        return Commanded(event.address, event.at, "meeting_answer", str(meeting_id))
    if reading.means in _ITS_OWN and (reading.sure or reading.means == "command"):
        return None
    if cards and _OF_PAPERS.search(fold(event.text)):
        return None
    newest = texts.about_meeting(open_[0].about) == meeting_id
    if not newest and is_bare(event.text):  # of what was asked since
        return None
    means = read_answer(event.text).means
    if means in ("yes", "late", "absent") or (newest and means == "undecided"):
        return Commanded(event.address, event.at, "meeting_answer", str(meeting_id), event.text)
    if newest and reading.means == "unclear" and not cards and mine.answer is None:
        return Commanded(event.address, event.at, "meeting_answer", str(meeting_id), event.text)
    return None
