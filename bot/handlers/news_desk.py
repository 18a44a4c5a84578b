"""The editors' desk: tomorrow's digest, notices, how the feeds are."""

from datetime import date, timedelta

from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event
from bot.chat.replies import Say
from bot.chat.router import Replies, Router
from bot.clock import VIETNAM
from bot.dialogs import digest_settings, edit_digest, post_notice
from bot.handlers.gate import member_account, not_verified
from bot.i18n import _, day
from bot.news import queries, service, texts
from bot.news.editions import Editions
from bot.news.models import Desk, EditDigest, Habit
from bot.news.rules import TOO_LATE
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.organisation.rules import RIGHTS
from bot.store.tx import Tx


def register(router: Router[Tx], desk: Desk) -> None:
    """Makes the desk known to the router. `desk`: what editors go by."""
    habit = desk.habit
    router.command("news_edit", lambda event, tx: edit(event, tx, habit), Verb.EDIT_NEWS)
    router.command("news_post", lambda event, tx: router.begin("post_notice", event, tx), Verb.EDIT_NEWS)
    router.command("news_feeds", feeds, Verb.EDIT_NEWS)
    router.choice(EditDigest, lambda choice, event, tx: decide(choice, event, tx, router), Verb.EDIT_NEWS)
    router.dialog(
        "edit_digest",
        edit_digest.script(habit),
        version=edit_digest.VERSION_OF_DIALOG,
        title=edit_digest.title,
        need=Verb.EDIT_NEWS,
    )
    router.command(
        "digest_settings", lambda event, tx: router.begin("digest_settings", event, tx), Verb.EDIT_NEWS
    )
    router.dialog(
        "digest_settings",
        digest_settings.script(desk),
        version=digest_settings.VERSION_OF_DIALOG,
        title=digest_settings.title,
        need=Verb.EDIT_NEWS,
    )
    router.dialog(
        "post_notice",
        post_notice.script,
        version=post_notice.VERSION_OF_DIALOG,
        title=post_notice.title,
        need=Verb.EDIT_NEWS,
    )


def edit(event: Commanded, tx: Tx, habit: Habit) -> Replies:
    """`/suadiemtin`: the next digest of the unit the asker's post is at."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    unit = _own_unit(tx, account.member_id)
    if unit is None:
        return texts.no_right()
    local = tx.now.astimezone(VIETNAM)
    late = local.hour * 60 + local.minute >= TOO_LATE
    editions = Editions(tx, local.date() + timedelta(days=late), habit)
    frozen = queries.days(tx, editions.day).get(unit)
    if not late and frozen is not None and frozen.frozen is not None:
        editions = Editions(tx, local.date() + timedelta(days=1), habit)  # today's is out
    return texts.preview(editions.edition(unit), editions.path(unit), editions.habit(unit))


def _own_unit(tx: Tx, member_id: int) -> int | None:
    """The highest unit somebody edits for."""
    units = [
        post.organisation_id
        for post in people.appointments_of(tx, member_id)
        if post.role in RIGHTS[Verb.EDIT_NEWS]
    ]
    return min(units, key=lambda unit: len(people.ancestors(tx, unit)), default=None)


def decide(choice: EditDigest, event: Event, tx: Tx, router: Router[Tx]) -> Replies:
    """Lets a digest go, holds it, or opens it for changes."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    on = day_of(choice.day)
    if on is None or choice.what not in ("edit", "send", "hold"):
        return None
    if not people.may(tx, account.member_id, Verb.EDIT_NEWS, choice.unit):
        return texts.no_right()
    if choice.what == "edit":
        return router.begin("edit_digest", event, tx, {"unit": choice.unit, "day": on.isoformat()})
    try:
        service.decide(tx, account.member_id, choice.unit, on, send=choice.what == "send")
    except Refused:
        return texts.no_right()
    if choice.what == "send":
        return Say(_("Điểm tin {day} sẽ được gửi đúng giờ.", day=day(on)))
    return Say(_("Điểm tin {day} được giữ lại, không gửi. Đổi ý: nhắn “sửa điểm tin”.", day=day(on)))


def day_of(number: int) -> date | None:
    """20261124 as a date; None when there is no such day."""
    try:
        return date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        return None


def feeds(event: Commanded, tx: Tx) -> Replies:
    """`/nguontin`: how the feeds are, the broken first."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    return texts.feeds(queries.all_feeds(tx, people.scope(tx, account.member_id, Verb.EDIT_NEWS)))
