"""A migrated SQLite database, made once a process and copied: migrating took most of a journey's beginning."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from bot.store.engine import make_engine
from bot.store.migrate import migrate

_FOLDER = tempfile.TemporaryDirectory(prefix="sotay-migrated-")


@cache
def _made() -> Path:
    path = Path(_FOLDER.name) / "empty.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


def migrated(engine: Engine) -> Engine:
    """The same engine, its database with the schema of today: by a copy where it is SQLite's and not there yet."""
    path = Path(engine.url.database or "")
    if engine.dialect.name == "sqlite" and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_made(), path)
    else:
        migrate(engine)
    return engine
