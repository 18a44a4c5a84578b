"""What members ask about their own data; and what every room must be able to answer about one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.store.dialogs import Place
from bot.store.tx import Tx


class Room(Protocol):
    """A room that holds something on people. `app` hands all of them over."""

    def held(self, tx: Tx, member_id: int, places: Sequence[Place]) -> list[tuple[str, str]]:
        """What is held on this person: lines of label and value, in their language."""
        ...

    def forget(self, tx: Tx, member_id: int, places: Sequence[Place]) -> None:
        """Removes the person's values; counts without a name stay. Again does no harm."""
        ...


class Kind(StrEnum):
    """What is asked for."""

    ERASE = "erase"
    CORRECT = "correct"


class State(StrEnum):
    """Where a request stands."""

    OPEN = "open"  # nobody has answered yet
    TAKEN = "taken"  # answered: it will be done
    ERASING = "erasing"  # values are gone; the last message and the log of the database are being cleared
    DONE = "done"
    REFUSED = "refused"


PENDING = (State.OPEN, State.TAKEN, State.ERASING)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, with its clock."""

    id: int
    kind: Kind
    state: State
    member_id: int
    unit_id: int
    words: str
    reason: str
    made: datetime
    answer_by: datetime
    done_by: datetime
    extended: bool
    done: datetime | None

    @property
    def limit(self) -> datetime:
        """The law's limit that counts now: of the answer, then of the doing."""
        return self.answer_by if self.state == State.OPEN else self.done_by
