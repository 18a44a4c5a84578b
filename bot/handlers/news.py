"""News for everybody: today's, yesterday's, what is looked for; a member's wishes; the tap under a digest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.chat.choices import Command, pack
from bot.chat.events import Commanded, Event
from bot.chat.replies import Choice, Say
from bot.chat.router import Replies, Router
from bot.chat.text import fold
from bot.clock import VIETNAM
from bot.directives import queries as directives
from bot.handlers import news_desk
from bot.handlers.gate import MEMBER, PUBLIC, member_account, not_verified
from bot.i18n import _, day
from bot.news import queries, service, texts
from bot.news.editions import Editions
from bot.news.models import Desk, DigestSeen, Edition, Habit, OrderPublic, SetWish, ShowNews, Topic, Wish
from bot.news.rules import MINUTES, choose
from bot.organisation import queries as people
from bot.organisation.models import Account, Purpose
from bot.store.tx import Tx


def register(router: Router[Tx], editors: Desk) -> None:
    """Makes the errand and the editors' desk known to the router. `editors`: what they go by."""
    news_desk.register(router, editors)
    desk = _Desk(editors.habit)
    router.command("news", desk.today, PUBLIC)
    router.command("news_yesterday", desk.yesterday, PUBLIC)
    router.command("news_search", search, PUBLIC)
    router.command("news_settings", desk.settings, PUBLIC)
    router.command("news_off", desk.off, PUBLIC)
    router.command("news_on", desk.on, PUBLIC)
    router.choice(ShowNews, desk.page, PUBLIC)
    router.choice(SetWish, desk.set_wish, MEMBER)
    router.choice(OrderPublic, desk.order, PUBLIC)
    router.choice(DigestSeen, seen, PUBLIC)


class _Desk:
    """Handlers that need to know when a digest goes out by default."""

    def __init__(self, habit: Habit) -> None:
        self._habit = habit

    def today(self, event: Commanded, tx: Tx) -> Replies:
        """`/tin`: today's; with words behind it, what is looked for ("/tin hôm qua": yesterday's)."""
        if fold(event.rest) in ("hom qua", "yesterday"):
            return self._show(event, tx, 1, 0)
        if event.rest and fold(event.rest) not in ("hom nay", "today"):
            return search(event, tx)
        return self._show(event, tx, 0, 0)

    def yesterday(self, event: Commanded, tx: Tx) -> Replies:
        """`/tin hôm qua`."""
        return self._show(event, tx, 1, 0)

    def page(self, choice: ShowNews, event: Event, tx: Tx) -> Replies:
        """Another page, or another day."""
        return self._show(event, tx, min(choice.back, 30), choice.page)

    def _show(self, event: Event, tx: Tx, back: int, page: int) -> Say:
        account = member_account(tx, event)
        on = tx.now.astimezone(VIETNAM).date() - timedelta(days=back)
        editions = Editions(tx, on, self._habit)
        edition = _edition(editions, account)
        stories = []
        if edition is not None and (back == 0 or _was_sent(tx, edition)):
            wish = queries.wish_of(tx, account.member_id) if account else Wish()
            path = editions.path(account.branch_id) if account else []
            first = choose(edition.stories, edition.pinned, wish, path)
            rest = [
                story
                for story in edition.stories
                if story not in first and (story.unit_id is None or story.unit_id in path)
            ]
            stories = [*first, *rest]
        if not stories:
            units = None if account is None else editions.path(account.branch_id)
            stories = queries.between(tx, *queries.day_span(on), units)
        reader = account is None and queries.is_reader(tx, event.address.channel, event.address.chat_id)
        lines = edition.lines if edition is not None and account is not None else ()
        heading = _("Tin {day}", day=day(on))
        return texts.news(heading, stories, page, back, lines, verified=account is not None, reader=reader)

    # --- wishes

    def settings(self, event: Commanded, tx: Tx) -> Replies:
        """`/caidattin`: a member's wishes; who is not verified may order the public digest."""
        account = member_account(tx, event)
        if account is None:
            return self._offer(event, tx)
        return self._wishes(tx, account)

    def off(self, event: Commanded, tx: Tx) -> Replies:
        """`tắt tin`."""
        return self._turn(event, tx, off=True)

    def on(self, event: Commanded, tx: Tx) -> Replies:
        """`bật tin`."""
        return self._turn(event, tx, off=False)

    def _turn(self, event: Event, tx: Tx, *, off: bool) -> Replies:
        account = member_account(tx, event)
        if account is None:
            return self.order(OrderPublic("no" if off else "yes"), event, tx)
        service.wish(tx, account.member_id, replace(queries.wish_of(tx, account.member_id), off=off))
        return self._wishes(tx, account, _("Đã tắt.") if off else _("Đã bật."))

    def _offer(self, event: Event, tx: Tx) -> Say:
        reader = queries.is_reader(tx, event.address.channel, event.address.chat_id)
        return Say(
            _("Đồng chí có thể nhận tin của trường và thành phố mỗi sáng; không cần xác thực."),
            choices=(texts.settings_choice(verified=False, reader=reader),),
        )

    def _wishes(self, tx: Tx, account: Account, told: str = "") -> Say:
        if account.id in people.refusing(tx, [account.member_id], Purpose.DIGEST):
            return Say(
                _("Đồng chí chưa đồng ý nhận điểm tin qua tài khoản này. Muốn nhận, nhắn /quyenriengtu.")
            )
        wish = queries.wish_of(tx, account.member_id)
        editions = Editions(tx, tx.now.astimezone(VIETNAM).date(), self._habit)
        habit = editions.habit(account.branch_id).minute
        return texts.wishes(wish, habit if wish.minute is None else wish.minute, told)

    def set_wish(self, choice: SetWish, event: Event, tx: Tx) -> Replies:
        """Changes one wish, and shows them all; hours and topics are asked for first."""
        account = member_account(tx, event)
        if account is None:
            return not_verified()
        wish = queries.wish_of(tx, account.member_id)
        if (choice.what, choice.value) == ("minute", "ask"):
            return texts.ask_minute()
        if (choice.what, choice.value) == ("topic", "ask"):
            return texts.ask_topics(wish)
        changed = _changed(wish, choice)
        if changed is None:
            return self._wishes(tx, account)
        service.wish(tx, account.member_id, changed)
        return (
            texts.ask_topics(changed) if choice.what == "topic" else self._wishes(tx, account, _("Đã ghi."))
        )

    def order(self, choice: OrderPublic, event: Event, tx: Tx) -> Replies:
        """The public digest, ordered or ended; a member has the other one."""
        account = member_account(tx, event)
        if account is not None:
            return self._wishes(tx, account)
        if event.address.group:
            return None
        verb: Callable[[Tx, str, str], None] = (
            service.order_public if choice.answer == "yes" else service.end_public
        )
        verb(tx, event.address.channel, event.address.chat_id)
        return texts.ordered(yes=choice.answer == "yes", minute=self._habit.minute)


def _edition(editions: Editions, account: Account | None) -> Edition | None:
    if account is None:
        return editions.public()
    return editions.edition(editions.read_by(account.branch_id))


def _was_sent(tx: Tx, edition: Edition) -> bool:
    """Whether a past day's edition is known as it went out; otherwise the day's stories are shown."""
    found = queries.days(tx, edition.day).get(edition.unit_id)
    return found is not None and found.frozen is not None


def _changed(wish: Wish, choice: SetWish) -> Wish | None:
    """The wish after this choice; None for what nobody offered."""
    value = choice.value
    if choice.what == "minute" and value.isdigit() and int(value) in MINUTES:
        return replace(wish, minute=int(value))
    if choice.what == "topic" and value in set(Topic) - {Topic.NOTICE}:
        return replace(wish, without=wish.without ^ {Topic(value)})
    if choice.what == "weekdays" and value in ("yes", "no"):
        return replace(wish, weekdays=value == "yes")
    if choice.what == "off" and value in ("yes", "no"):
        return replace(wish, off=value == "yes")
    return None


def search(event: Commanded, tx: Tx) -> Replies:
    """`tìm tin …`: stories of 30 days, with or without marks."""
    words = event.rest.strip()[:200]
    if not words:
        return Say(_("Đồng chí nhắn “tìm tin” kèm từ cần tìm, ví dụ: tìm tin chuyển đổi số."))
    account = member_account(tx, event)
    units = None
    if account is not None:
        units = Editions(tx, tx.now.astimezone(VIETNAM).date(), Habit(0, 0, "send")).path(account.branch_id)
    return texts.found(words, queries.search(tx, words, units))


def seen(choice: DigestSeen, event: Event, tx: Tx) -> Replies:
    """The tap under a digest. Nothing is kept of it: it keeps the window open, and is no sign of activity.

    It acknowledges nothing, and says so where something waits.
    """
    account = member_account(tx, event)
    waiting = (
        [each.directive for each in directives.awaiting(tx, account.member_id) if each.duty]
        if account
        else []
    )
    if waiting:
        numbers = ", ".join(each.number for each in waiting[:3])
        return Say(
            _("Cảm ơn đồng chí. Còn văn bản chờ đồng chí xác nhận: {numbers}.", numbers=numbers),
            choices=(Choice(_("Văn bản của tôi"), pack(Command("inbox"))),),
        )
    return Say(_("Cảm ơn đồng chí. Hẹn đồng chí sáng mai."))
