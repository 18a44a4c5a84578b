"""Importing a roster in the chat: by its command, or by simply sending the file."""

from functools import partial

from bot.chat.events import Event, FileSent
from bot.chat.router import Replies, Router
from bot.dialogs import import_roster
from bot.dialogs.import_roster import PageAddress
from bot.handlers.fallback import file_sent as any_file
from bot.handlers.gate import member_account
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store.tx import Tx

DIALOG = "import_roster"


def register(router: Router[Tx], page: PageAddress | None = None) -> None:
    """Makes the errand known to the router; after `fallback`, whose answer to files it keeps for others."""

    def begin(event: Event, tx: Tx) -> Replies:
        return router.begin(DIALOG, event, tx)

    def file_sent(event: FileSent, tx: Tx) -> Replies:
        account = member_account(tx, event)
        able = account is not None and bool(people.scope(tx, account.member_id, Verb.IMPORT_ROSTER))
        if not able or not event.name.lower().endswith(import_roster.SUFFIXES):
            return any_file(event, tx)
        return router.begin(DIALOG, event, tx, import_roster.handle(event.address.channel, event))

    router.command("roster", begin, Verb.IMPORT_ROSTER)
    router.on(FileSent, file_sent)
    router.dialog(
        DIALOG,
        partial(import_roster.script, page=page),
        version=import_roster.VERSION_OF_DIALOG,
        title=import_roster.title,
        need=Verb.IMPORT_ROSTER,
    )
