"""Empty SQLite databases, made once a process and copied: making one took most of a journey's beginning."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from bot.store.engine import make_engine
from bot.store.migrate import migrate
from bot.store.tables import metadata

_FOLDER = tempfile.TemporaryDirectory(prefix="sotay-migrated-")


@cache
def _made() -> Path:
    path = Path(_FOLDER.name) / "empty.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@cache
def _created() -> Path:
    path = Path(_FOLDER.name) / "created.db"
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


def created(engine: Engine) -> Engine:
    """The same engine of SQLite, its new database with the tables as the code has them, without migrations."""
    path = Path(engine.url.database or "")
    assert not path.exists()
    shutil.copyfile(_created(), path)
    return engine


def migrated(engine: Engine) -> Engine:
    """The same engine, its database with the schema of today: by a copy where it is SQLite's and not there yet."""
    path = Path(engine.url.database or "")
    if engine.dialect.name == "sqlite" and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_made(), path)
    else:
        migrate(engine)
    return engine
