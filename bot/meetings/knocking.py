"""A template message for members whose window has closed: that they are called to a meeting, or it changed."""

from collections.abc import Callable, Collection

from bot.chat.replies import Say
from bot.clock import to_ms
from bot.delivery import outbox, templates
from bot.i18n import moment, speaking
from bot.meetings import queries, texts
from bot.meetings.models import Meeting, State
from bot.organisation import knocking
from bot.store.tx import Tx

WORDS = (texts.card, texts.changed, texts.cancelled)
"""The messages that a template may stand in for; reminders and documents are not worth the money."""
_KIND = "meeting"
NOTICE = templates.notice_of(_KIND)
"""What the outbox calls the templates."""


def knock(
    tx: Tx, meeting: Meeting, unreached: Collection[int], words: Callable[[Meeting], Say], priority: int
) -> None:
    """Queues the template, where there is one, for those who can be reached in no other way."""
    if not unreached:
        return
    with speaking("vi"):  # as it was approved
        title = f"{words(meeting).heading}, {meeting.unit}"
        values = {"number": "", "title": title, "deadline": moment(meeting.starts)}
    # What an earlier one said of another hour is wrong now: each change may send one more.
    since_ms = to_ms(meeting.changed)
    knocking.knock(tx, _KIND, meeting.id, unreached, values, priority=priority, since_ms=since_ms)


def missed(tx: Tx, meeting_id: int, member_ids: Collection[int]) -> None:
    """The invitation of these members met a closed window on its way."""
    meeting = queries.get(tx, meeting_id)
    if meeting is not None and meeting.state == State.OPEN and meeting.starts > tx.now:
        knock(tx, meeting, member_ids, texts.card, outbox.URGENT)
