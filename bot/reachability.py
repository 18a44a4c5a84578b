"""What a send taught about a chat or an account, told to the rooms that must know."""

from collections.abc import Callable

from bot.channels.zalo_oa import texts as zalo_texts
from bot.delivery import window
from bot.directives import groups, knocking, pausing, queries
from bot.i18n import _
from bot.meetings import knocking as invitations
from bot.meetings import queries as meeting_queries
from bot.news import service as news
from bot.organisation import accounts
from bot.organisation import queries as people
from bot.reports.counting import reason_words
from bot.store.tx import Tx


class Reachability:
    """What a send taught about a person's chat, told to the organisation (`delivery.sender.Reachability`).

    `tell` sends a sentence to the administrators; its last argument says whether Zalo works. `tell_member`
    sends one to a member.
    """

    def __init__(
        self, tell: Callable[[Tx, str, bool], None], tell_member: Callable[[Tx, int, str], None]
    ) -> None:
        self._tell = tell
        self._tell_member = tell_member

    def unreachable(
        self, tx: Tx, channel: str, chat_id: str, reason: str, notice: tuple[str, int] | None = None
    ) -> None:
        """Blocked, or outside the window, until they write again."""
        if reason == window.CLOSED:
            window.shut(tx, channel, chat_id)
        unit = groups.linked_unit(tx, channel, chat_id)
        if unit is not None and reason == "chat_gone":
            self._lost_group(tx, channel, chat_id, unit)
        if reason in ("blocked", "chat_gone", "not_follower"):
            accounts.mark_blocked(tx, channel, chat_id)  # in a private chat the chat is the person
            news.end_public(tx, channel, chat_id)
        member_id = people.members_at(tx, [(channel, chat_id)]).get((channel, chat_id))
        if member_id is not None and len(people.accounts_of_member(tx, member_id)) > 1:
            accounts.mark_unserved(tx, member_id)  # another channel may bring it
        if member_id is not None and reason == window.CLOSED and notice is not None:
            self._knock(tx, member_id, *notice)

    def _knock(self, tx: Tx, member_id: int, kind: str, kind_id: int) -> None:
        """Where a template stands in for this kind of notice, it tells them that something waits."""
        if kind == meeting_queries.NOTICE:
            invitations.missed(tx, kind_id, [member_id])
        elif kind in knocking.KINDS and (directive := queries.get(tx, kind_id)) is not None:
            knocking.knock(tx, kind, directive, [member_id])

    def _lost_group(self, tx: Tx, channel: str, chat_id: str, unit_id: int) -> None:
        groups.unlink(tx, channel, chat_id)
        unit = people.organisation(tx, unit_id)
        secretary = people.secretary_of(tx, unit_id)
        words = _(
            "Nhóm của {unit} không nhận tin nữa (gói nhóm Zalo hết hạn, hoặc bot không còn trong nhóm). "
            "Văn bản vẫn tới từng đồng chí. Có gói mới, nhắn /taonhom để lập lại.",
            unit=unit.name if unit is not None else "",
        )
        if secretary is not None:
            self._tell_member(tx, secretary, words)

    def moved(self, tx: Tx, channel: str, old: str, new: str) -> None:
        """The chat has a new id."""
        accounts.move_chat(tx, channel, old, new)
        groups.move(tx, channel, old, new)
        news.move_reader(tx, channel, old, new)

    def too_many_failed(self, tx: Tx, kind: str, kind_id: int, reason: str) -> None:
        """A directive is held, and its author hears why and goes on when they like; so is a reminder of it."""
        if kind in (queries.NOTICE, queries.REMINDER):
            pausing.hold(tx, kind, kind_id, reason_words(reason))

    def suspended(self, tx: Tx, channel: str, problem: str) -> None:
        """An administrator hears what to do; where nothing is sent, on another channel or once it works again."""
        self._tell(tx, zalo_texts.problem(problem), problem in ("template", "kept"))
