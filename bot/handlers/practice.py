"""Begins the practice."""

from bot.chat.events import Commanded
from bot.chat.router import Replies, Router
from bot.dialogs import practice
from bot.handlers.gate import MEMBER
from bot.store.tx import Tx

NAME = "practice"


def register(router: Router[Tx]) -> None:
    """Makes the errand known to the router."""
    router.command("practice", lambda event, tx: begin(event, tx, router), MEMBER)
    router.dialog(
        NAME, practice.script, version=practice.VERSION_OF_DIALOG, title=practice.title, need=MEMBER
    )


def begin(event: Commanded, tx: Tx, router: Router[Tx]) -> Replies:
    """Starts from the first card."""
    return router.begin(NAME, event, tx)
