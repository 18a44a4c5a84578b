"""Every errand the bot runs, registered with one router: the table of contents of `bot.handlers`."""

from collections.abc import Collection

from bot.channels.tariff import ChannelTariff, terms
from bot.chat.router import Router
from bot.dialogs.compose_file import PageAddress
from bot.dialogs.stored import StoredDialogs
from bot.directives.gate.models import Why
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
    start,
    zalo_account,
    zalo_group,
)
from bot.handlers import directives as directive_handlers
from bot.handlers import news as news_handlers
from bot.handlers.gate import MembersGate
from bot.handlers.reader import reader
from bot.news.models import USUAL, Habit
from bot.policy.shelf import Shelf
from bot.rooms import ROOMS
from bot.store.ids import new_id
from bot.store.tx import Tx


def make_router(
    approve_above: int = 500,
    oa_link: str = "",
    page: PageAddress | None = None,
    rule: Collection[Why] = (),
    zalo_price: int = 0,
    contact: str = "",
    abroad: str = "",
    digest: Habit = USUAL,
    shelf: policy.Shelf | None = None,
    screen: meetings.ScreenAddress | None = None,
) -> Router[Tx]:
    """The router with every errand registered. Above so many recipients a second person approves.

    `page` and `rule` as in `dialogs.compose_directive.script`; `zalo_price` in đồng for a billable message;
    `contact` and `abroad` as in `handlers.privacy.register`; `digest` is how one is made where no unit says;
    `shelf` holds the rules that answer questions; `screen` gives a meeting's page for the room.
    """
    tariff = ChannelTariff({"zalo_oa": zalo_price})
    router: Router[Tx] = Router(MembersGate(terms()), reader, StoredDialogs(), new_id)
    for errand in (
        start,
        linking,
        follow_up,
        history,
        practice,
        by_hand,
        zalo_group,
        zalo_account,
    ):
        errand.register(router)
    directive_handlers.register(router, rule)
    shelf = shelf or Shelf()
    policy.register(router, shelf)
    fallback.register(router, shelf)
    officer.register(router, tariff)
    compose.register(router, tariff, approve_above, page, rule)
    correcting.register(router, approve_above, page, rule)
    roster.register(router, page)
    group.register(router, oa_link)
    privacy.register(router, ROOMS, contact, abroad)
    adoption.register(router, abroad)
    meetings.register(router, page, screen)
    polls.register(router)
    news_handlers.register(router, digest)
    return router
