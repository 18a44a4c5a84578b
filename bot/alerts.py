"""Sentences for those who run the bot, on the messengers on which they can be reached."""

from functools import partial

from bot.chat.replies import Say
from bot.delivery import outbox
from bot.delivery.sender import Sender
from bot.organisation import queries
from bot.organisation.models import Verb
from bot.store.tx import Tx


def tell_administrators(tx: Tx, words: str, sender: Sender, *, without: str = "") -> int:
    """Sends a sentence to the administrators, else to the officers of the top; how many accounts.

    `without` names a channel that does not work now.
    """
    told = 0
    for top in (each for each in queries.organisation_tree(tx) if each.parent_id is None):
        able = queries.holders(tx, top.id, Verb.ADMINISTER) or queries.holders(tx, top.id, Verb.IMPORT_ROSTER)
        for account in able:
            if account.blocked or account.channel == without or account.channel not in sender.channels:
                continue
            row = outbox.reply(tx, account.channel, account.chat_id, Say(words), sender.name)
            tx.after_commit.append(partial(sender.hand, [row]))
            told += 1
    return told


def tell_member(tx: Tx, member_id: int, words: str, sender: Sender) -> None:
    """Sends a sentence to a member, wherever they can be reached."""
    for account in queries.reach(tx, [member_id]).get(member_id, []):
        if not account.blocked and account.channel in sender.channels:
            row = outbox.reply(tx, account.channel, account.chat_id, Say(words), sender.name)
            tx.after_commit.append(partial(sender.hand, [row]))
