"""What a notice takes on each channel, from the tables of what they can do (`delivery.window.Tariff`)."""

from dataclasses import replace

from bot.channels.capabilities import Capabilities
from bot.channels.render import render
from bot.channels.telegram.capabilities import TELEGRAM
from bot.channels.zalo_oa.capabilities import ZALO_OA
from bot.chat.replies import Say
from bot.delivery.pace import Limits
from bot.delivery.window import Terms

ALL: dict[str, Capabilities] = {each.channel: each for each in (TELEGRAM, ZALO_OA)}


def terms(kept: float = 0.0) -> dict[str, Terms]:
    """The channels where people can be written to only for a while, with the rule of each; `kept` as in Terms."""
    return {
        name: Terms(each.free_for, each.open_for, kept)
        for name, each in ALL.items()
        if each.free_for is not None and each.open_for is not None
    }


def limits(telegram_rate: float, zalo_oa_rate: float) -> dict[str, Limits]:
    """How fast each channel may go, at these messages a second in all."""
    rates = {"telegram": telegram_rate, "zalo_oa": zalo_oa_rate}
    return {name: replace(ALL[name].limits, rate=rate) for name, rate in rates.items()}


class ChannelTariff:
    """Counts by rendering. `prices`: đồng for a billable message, by channel that charges."""

    def __init__(self, prices: dict[str, int]) -> None:
        self._prices = prices

    def price(self, channel: str) -> int | None:
        """Of one billable message, in đồng; None where nothing is ever charged."""
        return self._prices.get(channel)

    def messages(self, channel: str, say: Say) -> int:
        """How many messages of the platform this takes for one person."""
        return len(render(say, ALL[channel]).parts)
