"""The state of dialogs as rows of plain values; the language of dialogs lives in `bot.chat`, not here."""

import json
from typing import Any, NamedTuple

from sqlalchemy import delete, select

from bot.store.ids import first_at
from bot.store.tables.conversation import dialogs
from bot.store.tx import Tx
from bot.store.upsert import insert


class Place(NamedTuple):
    """Whose dialog: one a person and chat."""

    channel: str
    chat_id: str
    user_id: str


class DialogRow(NamedTuple):
    """A running dialog; `steps` is JSON, sealed at rest."""

    run: int
    name: str
    version: int
    steps: list[Any]
    question: str
    tries: int
    asked_ms: int


def load_dialog(tx: Tx, place: Place) -> DialogRow | None:
    """The running dialog of a person in a chat; until the commit no other process goes on with it."""
    row = tx.first(
        select(dialogs)
        .where(
            dialogs.c.channel == place.channel,
            dialogs.c.chat_id == place.chat_id,
            dialogs.c.user_id == place.user_id,
        )
        .with_for_update()
    )
    if row is None:
        return None
    steps = json.loads(tx.vault.open("dialogs.steps", row.run, row.steps))
    return DialogRow(row.run, row.name, row.version, steps, row.question, row.tries, row.asked_ms)


def save_dialog(tx: Tx, place: Place, dialog: DialogRow) -> None:
    """Keeps a dialog in place of what ran there."""
    values = {
        "run": dialog.run,
        "name": dialog.name,
        "version": dialog.version,
        "steps": tx.vault.seal("dialogs.steps", dialog.run, json.dumps(dialog.steps)),
        "question": dialog.question,
        "tries": dialog.tries,
        "asked_ms": dialog.asked_ms,
    }
    statement = insert(tx.conn, dialogs).values(**place._asdict(), **values)
    tx.run(statement.on_conflict_do_update(index_elements=["channel", "chat_id", "user_id"], set_=values))


def forget_begun_before(tx: Tx, ms: int) -> None:
    """Deletes dialogs that were begun before a moment and never finished, with their answers."""
    tx.run(delete(dialogs).where(dialogs.c.run < first_at(ms)))


def end_dialog(tx: Tx, place: Place) -> None:
    """Deletes a dialog with its answers."""
    tx.run(
        delete(dialogs).where(
            dialogs.c.channel == place.channel,
            dialogs.c.chat_id == place.chat_id,
            dialogs.c.user_id == place.user_id,
        )
    )
