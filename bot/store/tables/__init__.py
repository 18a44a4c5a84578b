"""All tables, one file a room."""

from bot.store.tables import (
    audit,
    conversation,
    delivery,
    directives,
    groups,
    jobs,
    meetings,
    news,
    organisation,
    policy,
    privacy,
    replicas,
    zalo_oa,
)
from bot.store.tables.base import metadata

__all__ = [
    "audit",
    "conversation",
    "delivery",
    "directives",
    "groups",
    "jobs",
    "meetings",
    "metadata",
    "news",
    "organisation",
    "policy",
    "privacy",
    "replicas",
    "zalo_oa",
]
