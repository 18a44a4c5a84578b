"""Brings a database to the newest schema with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

_SCRIPTS = Path(__file__).parent / "migrations"


def config(engine: Engine) -> Config:
    """Alembic's configuration for this database."""
    made = Config()
    made.set_main_option("script_location", str(_SCRIPTS))
    made.attributes["engine"] = engine
    return made


def migrate(engine: Engine) -> None:
    """Applies the migrations that are missing; does nothing on a current database."""
    command.upgrade(config(engine), "head")
