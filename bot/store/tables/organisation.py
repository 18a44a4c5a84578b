"""Organisations, members, their posts and accounts, and what verification and the roster leave behind."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
)

from bot.store.tables.base import BigId, Sealed, metadata, moment

ACTIVE, PENDING, REVOKED = "active", "pending", "revoked"
"""States of an account. Only an active one speaks for its member."""

STAGING, APPLYING, APPLIED, UNDOING, UNDONE = "staging", "applying", "applied", "undoing", "undone"
"""States of an import. Its new members are there while it is applying or applied."""

imports = Table(
    "imports",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    moment("at_ms", nullable=False),
    Column("file_hash", String(64), nullable=False),  # SHA-256 of the file's bytes
    Column("by_member", BigInteger),  # None: from the terminal
    Column("members", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("state", String(8), nullable=False, default=APPLIED, server_default=APPLIED),
    moment("lease_ms"),  # while a process works on it: until when nobody else may take it over
)

_CHANGE = {"row": ("import_id", "about_id")}

# What the newest import changed in rows that were there, sealed, so that it can be undone. Older ones are deleted.
import_changes = Table(
    "import_changes",
    metadata,
    Column("import_id", BigInteger, ForeignKey("imports.id"), nullable=False),
    Column("about", String(12), nullable=False),  # "member" or "organisation"
    Column("about_id", BigInteger, nullable=False),
    Column("before", Sealed, nullable=False, info=_CHANGE),  # JSON
    Column("after", Sealed, nullable=False, info=_CHANGE),
    Column("done", Integer, nullable=False),  # 1: written into the row
    PrimaryKeyConstraint("import_id", "about", "about_id"),
)

organisations = Table(
    "organisations",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("code", String(60), nullable=False, unique=True),
    Column("name", String(300), nullable=False),
    Column("folded", String(300), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    moment("from_ms", nullable=False),
    moment("until_ms"),
)

# The tree is kept apart from its nodes: a reorganisation ends one link and begins another, and a report
# about last spring still finds last spring's tree.
organisation_links = Table(
    "organisation_links",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("organisation_id", BigInteger, ForeignKey("organisations.id"), nullable=False, index=True),
    Column("parent_id", BigInteger, ForeignKey("organisations.id"), nullable=False, index=True),
    moment("from_ms", nullable=False),
    moment("until_ms"),
)
_CURRENT_LINK = organisation_links.c.until_ms.is_(None)
Index(
    "uq_organisation_links_current",
    organisation_links.c.organisation_id,
    unique=True,
    sqlite_where=_CURRENT_LINK,
    postgresql_where=_CURRENT_LINK,
)

members = Table(
    "members",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("branch_id", BigInteger, ForeignKey("organisations.id"), nullable=False),
    Column("full_name", Sealed, nullable=False),
    Column("birth_date", Sealed),  # ISO date, or the year alone where no more is known
    Column("phone", Sealed),
    Column("card_number", Sealed),
    Column("joined_on", Sealed),
    Column("official_on", Sealed),
    Column("card_hash", LargeBinary),
    Column("cccd_hash", LargeBinary),
    Column("cccd_last4", String(4)),
    Column("phone_hash", LargeBinary),
    Column(
        "dossier_hash", LargeBinary
    ),  # of the number of the Party dossier (số lý lịch); the rest is not kept
    Column("birth_hash", LargeBinary),  # of this member's id and the date: equal dates do not look equal
    Column("person_hash", LargeBinary, nullable=False),  # of folded name and birth date
    Column("kind", String(16), nullable=False),
    Column("standing", String(16), nullable=False),
    Column("first_import_id", BigInteger, ForeignKey("imports.id"), index=True),
    Column("last_import_id", BigInteger, ForeignKey("imports.id"), index=True),
    moment("missing_since_ms"),  # not in the newest file of this branch; flagged, never deleted
    Index("ix_members_branch", "branch_id", "id"),
)
for _column in (members.c.card_hash, members.c.cccd_hash, members.c.dossier_hash):
    Index(
        f"uq_members_{_column.name}",
        _column,
        unique=True,
        sqlite_where=_column.isnot(None),
        postgresql_where=_column.isnot(None),
    )
Index("ix_members_phone", members.c.phone_hash)

appointments = Table(
    "appointments",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("organisation_id", BigInteger, ForeignKey("organisations.id"), nullable=False, index=True),
    Column("imported", Integer, nullable=False, default=0),  # 1: the roster gave it and may end it
    moment("from_ms", nullable=False),
    moment("until_ms"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False, index=True),
    Column("language", String(2), nullable=False),
    Column("state", String(8), nullable=False),
    Column("way", String(8), nullable=False, server_default="slip"),  # how it was proven: `rules.WAYS`
    moment("linked_ms", nullable=False),
    moment("revoked_ms"),
    moment("blocked_ms"),  # the person blocked the bot or left the Official Account
    moment("served_ms"),  # when it got what was missed; empty: it is new, or a way to it has opened since
    Index("ix_accounts_user", "channel", "user_id"),
    Index("ix_accounts_chat", "channel", "chat_id"),
)
_ACTIVE_ACCOUNT = accounts.c.state == ACTIVE
_UNSERVED = and_(_ACTIVE_ACCOUNT, accounts.c.served_ms.is_(None))
Index("ix_accounts_unserved", accounts.c.id, sqlite_where=_UNSERVED, postgresql_where=_UNSERVED)
for _name, _column in (("member", accounts.c.member_id), ("user", accounts.c.user_id)):
    Index(
        f"uq_accounts_active_{_name}",
        accounts.c.channel,
        _column,
        unique=True,
        sqlite_where=_ACTIVE_ACCOUNT,
        postgresql_where=_ACTIVE_ACCOUNT,
    )

consents = Table(
    "consents",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("member_id", BigInteger, ForeignKey("members.id"), index=True),  # known once verified
    Column("purpose", String(16), nullable=False),
    Column("version", String(16), nullable=False),  # of the words that were shown
    moment("given_ms", nullable=False),
    moment("withdrawn_ms"),
    Index("ix_consents_user", "channel", "user_id"),
)

slips = Table(
    "slips",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("member_id", BigInteger, ForeignKey("members.id"), nullable=False, index=True),
    Column("made_by", BigInteger),  # the member who made it; None: from the terminal
    moment("made_ms", nullable=False),
    moment("expires_ms", nullable=False),
    moment("used_ms"),
    moment("revoked_ms"),
)

attempts = Table(
    "attempts",
    metadata,
    # "account", "member" (whose slip it was), "claim" (whose number was claimed), "asked" (which account claimed to
    # be whom) or "hour"
    Column("scope", String(8), nullable=False),
    Column("subject", String(90), nullable=False),
    Column("failures", Integer, nullable=False),
    moment("last_ms", nullable=False),
    moment("locked_until_ms"),
    moment("told_ms"),  # when the member and the branch heard of the lock
    PrimaryKeyConstraint("scope", "subject"),
    Index("ix_attempts_last", "last_ms"),
)

# Somebody sits beside an officer and reads out a code that the bot gave their account.
link_requests = Table(
    "link_requests",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("channel", String(16), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("chat_id", String(64), nullable=False),
    moment("made_ms", nullable=False),
    moment("expires_ms", nullable=False),
    Index("ix_link_requests_user", "channel", "user_id"),
)

# Whose data was erased at their request: a later roster file must not bring them back unasked.
erased = Table(
    "erased",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # the keyed hash of a card, an id number or a person
    moment("at_ms", nullable=False),
)
