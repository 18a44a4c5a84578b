"""Every room that holds something on people: asked for a member's data, and told to forget it."""

from bot.delivery import personal as delivery
from bot.directives import personal as directives
from bot.meetings import personal as meetings
from bot.news import personal as news
from bot.organisation import personal as organisation
from bot.policy import personal as policy
from bot.privacy import personal as privacy
from bot.privacy.models import Room
from bot.store import personal as store

ROOMS: tuple[Room, ...] = (organisation, directives, meetings, news, policy, privacy, delivery, store)
