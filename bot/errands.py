"""Every errand the bot runs, registered with one router: the table of contents of `bot.handlers`."""

from collections.abc import Collection

from bot.channels.tariff import ChannelTariff, terms
from bot.chat.router import Router
from bot.dialogs.compose_file import PageAddress
from bot.dialogs.stored import StoredDialogs
from bot.directives.gate.models import Why
from bot.directives.waiting import UnacknowledgedDirectives
from bot.handlers import (
    adoption,
    by_hand,
    compose,
    correcting,
    fallback,
    follow_up,
    group,
    history,
    linking,
    meetings,
    officer,
    policy,
    polls,
    practice,
    privacy,
    roster,
    rules_desk,
    start,
    zalo_account,
    zalo_group,
)
from bot.handlers import directives as directive_handlers
from bot.handlers import news as news_handlers
from bot.handlers.gate import MembersGate
from bot.handlers.reader import reader
from bot.meetings.waiting import NextMeeting
from bot.news.models import Desk, Together
from bot.policy.shelf import Shelf
from bot.privacy import travel
from bot.privacy.travel import Travel
from bot.rooms import ROOMS
from bot.store.ids import new_id
from bot.store.tx import Tx

WAITING = Together((UnacknowledgedDirectives(), NextMeeting()))
"""What waits for a member below the morning's news."""


def make_router(
    approve_above: int = 500,
    oa_link: str = "",
    page: PageAddress | None = None,
    rule: Collection[Why] = (),
    zalo_price: int = 0,
    contact: str = "",
    abroad: str = "",
    digest: Desk = Desk(),  # noqa: B008 - a frozen value
    shelf: policy.Shelf | None = None,
    screen: meetings.ScreenAddress | None = None,
) -> Router[Tx]:
    """The router with every errand registered. Above so many recipients a second person approves.

    `page` and `rule` as in `dialogs.compose_directive.script`; `zalo_price` in đồng for a billable message;
    `contact` is whom to ask about data; `abroad` names what Telegram may carry; `digest` is what
    editors go by; `shelf` holds the rules that answer questions; `screen` gives a meeting's page for the room.
    """
    tariff = ChannelTariff({"zalo_oa": zalo_price})
    router: Router[Tx] = Router(MembersGate(terms()), reader, StoredDialogs(), new_id)
    for errand in (
        start,
        linking,
        practice,
        zalo_group,
        zalo_account,
    ):
        errand.register(router)
    directive_handlers.register(router, rule)
    may = Travel(travel.read(abroad))
    for listing in (follow_up, history, by_hand, adoption):
        listing.register(router, may)
    meetings.register(router, page, screen, may)
    shelf = shelf or Shelf()
    policy.register(router, shelf)
    rules_desk.register(router)
    fallback.register(router, shelf)
    officer.register(router, tariff)
    compose.register(router, tariff, approve_above, page, rule)
    correcting.register(router, approve_above, page, rule)
    roster.register(router, page)
    group.register(router, oa_link)
    privacy.register(router, ROOMS, contact, may)
    polls.register(router)
    news_handlers.register(router, digest)
    return router
