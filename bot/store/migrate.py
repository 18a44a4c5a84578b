"""Brings a database to the newest schema with Alembic."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).parent / "migrations"


def config(engine: Engine) -> "Config":
    """Alembic's configuration for this database."""
    from alembic.config import Config

    made = Config(stdout=sys.stdout)  # by default what it was when Alembic was first imported
    made.set_main_option("script_location", str(_SCRIPTS))
    made.attributes["engine"] = engine
    return made


class NotUtf8(Exception):
    """The database was made with an encoding that does not hold Vietnamese."""


class DatabaseNewer(Exception):
    """The database was written by a newer version of this program; its text is the newest migration there."""


def migrate(engine: Engine) -> None:
    """Applies the migrations that are missing; does nothing on a current database. Raises DatabaseNewer, NotUtf8."""
    known = {path.name[:4] for path in (_SCRIPTS / "versions").glob("[0-9]*.py")}
    current = _current(engine)
    if current == max(known):
        return  # nearly every start: Alembic costs half a second and 20 MB
    if current is not None and current not in known:
        raise DatabaseNewer(current)
    if current is None and engine.dialect.name == "postgresql" and _encoding(engine) != "UTF8":
        raise NotUtf8

    from alembic import command

    command.upgrade(config(engine), "head")


def _encoding(engine: Engine) -> str:
    with engine.connect() as conn:
        return str(conn.execute(text("SHOW server_encoding")).scalar())


def _current(engine: Engine) -> str | None:
    with engine.connect() as conn:
        if not inspect(conn).has_table("alembic_version"):
            return None
        found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
