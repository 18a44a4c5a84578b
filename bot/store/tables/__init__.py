"""All tables, one file a room."""

from bot.store.tables import audit, conversation, delivery, directives, groups, jobs, organisation, policy
from bot.store.tables.base import metadata

__all__ = [
    "audit",
    "conversation",
    "delivery",
    "directives",
    "groups",
    "jobs",
    "metadata",
    "organisation",
    "policy",
]
