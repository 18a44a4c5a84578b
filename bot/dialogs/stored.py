"""Keeps running dialogs in the database: `chat.talk.DialogStore` over `store.dialogs`."""

from bot.chat.events import Address
from bot.chat.talk import DialogState, Step
from bot.clock import from_ms, to_ms
from bot.store import dialogs
from bot.store.dialogs import DialogRow, Place
from bot.store.tx import Tx


class StoredDialogs:
    """One running dialog a person and chat, its steps sealed."""

    def load(self, tx: Tx, address: Address) -> DialogState | None:
        """The running dialog, if any."""
        row = dialogs.load_dialog(tx, _place(address))
        if row is None:
            return None
        return DialogState(
            run=row.run,
            name=row.name,
            version=row.version,
            asked_at=from_ms(row.asked_ms),
            steps=tuple(Step(*step) for step in row.steps),
            question=row.question,
            tries=row.tries,
        )

    def save(self, tx: Tx, address: Address, state: DialogState) -> None:
        """Keeps the state."""
        steps = [[step.kind, step.key, step.value] for step in state.steps]
        row = DialogRow(
            state.run, state.name, state.version, steps, state.question, state.tries, to_ms(state.asked_at)
        )
        dialogs.save_dialog(tx, _place(address), row)

    def end(self, tx: Tx, address: Address) -> None:
        """Forgets the dialog and its answers."""
        dialogs.end_dialog(tx, _place(address))


def _place(address: Address) -> Place:
    return Place(address.channel, address.chat_id, address.user_id)
