"""What all tables share. Moments are BIGINT milliseconds since 1970 UTC (`bot.clock.to_ms`)."""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from bot.store.vault import SealedBytes

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer, "sqlite")
"""64-bit keys; on SQLite an INTEGER key is the row itself."""


class Sealed(TypeDecorator[bytes]):
    """A column that takes only what `Vault.seal` made, so nothing readable is written by mistake.

    Its place is "table.column"; its row is the table's key, unless `info={"row": (columns …)}` says otherwise
    (several are joined by ":"). `store.rotation` finds every sealed column by this.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return self.checked(value)

    @staticmethod
    def checked(value: bytes | None) -> bytes | None:
        """The value. Raises TypeError when it is not sealed."""
        if value is not None and not isinstance(value, SealedBytes):
            raise TypeError("a sealed column takes only what Vault.seal returned")
        return value


def moment(name: str, **options: Any) -> Column[int]:
    """A column for a moment: milliseconds since 1970 UTC."""
    return Column(name, BigInteger, **options)
