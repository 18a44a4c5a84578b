"""Re-sealing with a new key while the bot runs: every sealed column and every stored file, slice by slice.

What is sealed where follows from the tables (`tables.base.Sealed`), so a new column is re-sealed, too.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, Table, and_, func, select, update

from bot.store.tables import metadata
from bot.store.tables.base import Sealed
from bot.store.tx import Tx
from bot.store.vault import SealedBytes, Vault

SLICE = 500
"""Values a transaction: others write in between."""


def sealed_columns() -> Iterator[Column[bytes]]:
    """Every sealed column of every table."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed):
                yield column


def row_of(column: Column[bytes]) -> tuple[Column[object], ...]:
    """The columns whose values, joined by ":", are the row that a value is sealed to."""
    table = column.table
    assert isinstance(table, Table)
    named = column.info.get("row")
    return tuple(table.c[name] for name in named) if named else tuple(table.primary_key.columns)


def _old(column: Column[bytes], current: int) -> object:
    # The second byte of a sealed value is the number of its key (`vault`).
    return and_(column.is_not(None), func.substr(column, 2, 1) != bytes((current,)))


def left(tx: Tx) -> dict[str, int]:
    """How many values are sealed with an older key, by column ("members.full_name"); only columns with some."""
    found = {}
    for column in sealed_columns():
        statement = select(func.count()).select_from(column.table).where(_old(column, tx.vault.current))  # type: ignore[arg-type]
        if count := tx.value(statement):
            found[f"{column.table.name}.{column.name}"] = int(count)
    return found


def reseal_slice(tx: Tx) -> int:
    """Re-seals up to SLICE values. Returns how many; 0: nothing is left. Raises VaultError."""
    done = 0
    for column in sealed_columns():
        if done >= SLICE:
            break
        table = column.table
        assert isinstance(table, Table)
        key = tuple(table.primary_key.columns)
        row = row_of(column)
        place = f"{table.name}.{column.name}"
        labelled = [*(each.label(f"k{n}") for n, each in enumerate(key))]
        labelled += [each.label(f"r{n}") for n, each in enumerate(row)]
        statement = (
            select(*labelled, column.label("value"))
            .where(_old(column, tx.vault.current))  # type: ignore[arg-type]
            .limit(SLICE - done)
        )
        for found in tx.rows(statement):
            sealed_to = ":".join(str(getattr(found, f"r{n}")) for n in range(len(row)))
            plain = tx.vault.open_bytes(place, sealed_to, found.value)
            mine = [each == getattr(found, f"k{n}") for n, each in enumerate(key)]
            tx.run(
                update(table)
                .where(
                    *mine, column == SealedBytes(found.value)
                )  # else it was written meanwhile: the next slice looks
                .values({column: tx.vault.seal(place, sealed_to, plain)})
            )
            done += 1
    return done


def reseal_files(folder: Path, vault: Vault) -> int:
    """Re-seals stored files. Returns how many. A file deleted meanwhile is left out."""
    done = 0
    for path in sorted(folder.glob("*")) if folder.exists() else []:
        if path.suffix:
            continue  # a draft that is being written, sealed with the key of now
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            continue
        if sealed[1] == vault.current:
            continue
        draft = path.with_suffix(".rotating")
        draft.write_bytes(vault.seal("files", path.name, vault.open_bytes("files", path.name, sealed)))
        draft.chmod(0o600)
        if path.exists():
            draft.replace(path)
            done += 1
        else:
            draft.unlink()
    return done
