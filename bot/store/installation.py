"""Opens the database of an installation together with its keys."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import Engine

from bot.store.engine import make_engine
from bot.store.migrate import migrate
from bot.store.vault import Keys, Vault


class KeysMissing(Exception):
    """There is no key file yet; `sotay keys init` makes one."""


def open_store(url: str, keys_file: Path) -> tuple[Engine, Vault]:
    """The database, brought up to date, and the vault.

    Raises KeysMissing, PermissionError (others may read the keys), ValueError (no key file).
    """
    if not keys_file.exists():
        raise KeysMissing(str(keys_file))
    vault = Vault(Keys.read(keys_file), keys_file)
    engine = make_engine(url)
    migrate(engine)
    return engine, vault


class AlreadyRunning(Exception):
    """Another process runs on this data folder; two on one SQLite file would do things twice."""


class OnlyOne:
    """Held while a bot runs on a data folder; the system lets go when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "running.lock"
        self._descriptor: int | None = None

    def take(self) -> None:
        """Raises AlreadyRunning."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise AlreadyRunning(str(self._path.parent)) from None
        self._descriptor = descriptor

    def release(self) -> None:
        """Lets the next one run."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def may_run(engine: Engine, folder: Path) -> bool:
    """Whether a bot may be running on this database: on SQLite its lock tells; elsewhere it always may."""
    if engine.dialect.name != "sqlite":
        return True
    mine = OnlyOne(folder)
    try:
        mine.take()
    except AlreadyRunning:
        return True
    mine.release()
    return False
