"""All tables, one file a room."""

from bot.store.tables import (
    audit,
    conversation,
    delivery,
    directives,
    groups,
    jobs,
    organisation,
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
    "metadata",
    "organisation",
    "privacy",
    "replicas",
    "zalo_oa",
]
