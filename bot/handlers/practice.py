"""Begins the practice, unless something else is half done: a dialog begun takes the place of a running one."""

from bot.chat.events import Commanded
from bot.chat.replies import Say
from bot.chat.router import Replies, Router
from bot.dialogs import practice
from bot.dialogs.stored import StoredDialogs
from bot.handlers.gate import MEMBER
from bot.i18n import _
from bot.store.tx import Tx

NAME = "practice"


def register(router: Router[Tx]) -> None:
    """Makes the errand known to the router."""
    router.command("practice", lambda event, tx: begin(event, tx, router), MEMBER)
    router.dialog(
        NAME, practice.script, version=practice.VERSION_OF_DIALOG, title=practice.title, need=MEMBER
    )


def begin(event: Commanded, tx: Tx, router: Router[Tx]) -> Replies:
    """Starts from the first card; a draft that is being written is never lost to a practice."""
    running = StoredDialogs().load(tx, event.address)
    if running is not None and running.name != NAME:
        return Say(_("Đồng chí làm xong hoặc bỏ phần đang làm dở trước, rồi nhắn “tập huấn”."))
    return router.begin(NAME, event, tx)
