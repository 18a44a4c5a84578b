"""Opens the database of an installation together with its keys."""

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
    vault = Vault(Keys.read(keys_file))
    engine = make_engine(url)
    migrate(engine)
    return engine, vault
