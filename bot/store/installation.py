"""Opens the database of an installation together with its keys."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import Engine, select

from bot.store.engine import connection_lost, make_engine, reading
from bot.store.migrate import migrate
from bot.store.tables.organisation import members
from bot.store.tables.replicas import key_proof
from bot.store.upsert import insert
from bot.store.vault import Keys, Vault, VaultError

_PLACE = "key_proof.proof"


class KeysMissing(Exception):
    """There is no key file yet; `sotay keys init` makes one."""


def open_store(url: str, keys_file: Path) -> tuple[Engine, Vault]:
    """The database, brought up to date, and the vault.

    Raises KeysMissing, KeysOpen (others may read the keys), NoKeyFile, VaultError (these are another
    database's keys), AddressWrong, DatabaseGone, DatabaseNewer, NotUtf8.
    """
    if not keys_file.exists():
        raise KeysMissing(str(keys_file))
    vault = Vault(Keys.read(keys_file), keys_file)
    engine = make_engine(url)
    try:
        migrate(engine)
        _prove(engine, vault)
    except Exception as error:
        engine.dispose()
        if connection_lost(error):
            raise DatabaseGone from error
        raise
    return engine, vault


def _prove(engine: Engine, vault: Vault) -> None:
    """Raises VaultError when the database was written with other keys than these."""
    known = vault.hash(_PLACE, "proof")
    with reading(engine).connect() as conn:
        sealed = conn.scalar(select(key_proof.c.proof))
        if sealed is None:  # new, or of a version that kept no proof: then somebody's name is one
            member = conn.execute(select(members.c.id, members.c.full_name).limit(1)).first()
            if member is not None:
                vault.open("members.full_name", member.id, member.full_name)
    if sealed is not None:
        if vault.open_bytes(_PLACE, 1, sealed) != known:
            raise VaultError("the hash key is another one")
        return
    with engine.begin() as conn:
        statement = insert(conn, key_proof).values(id=1, proof=vault.seal(_PLACE, 1, known))
        conn.execute(statement.on_conflict_do_nothing(index_elements=["id"]))


class DatabaseGone(Exception):
    """The database's server does not answer, or does not let us in."""


class AlreadyRunning(Exception):
    """Another process runs on this data folder; two on one SQLite file would do things twice."""


class RoleRefused(Exception):
    """On SQLite there is one process, which does everything."""


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
