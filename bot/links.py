"""Links to files, joined: rows in the store, bytes in the folder, the opening in the audit trail."""

import asyncio
import hmac
from functools import partial

from bot.channels import link_page
from bot.channels.link_page import Opened
from bot.clock import now_ms
from bot.organisation import queries as people
from bot.store import audit, links
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.vault import Vault
from bot.store.writer import Writer

TICKET_MS = 10 * 60 * 1000
OPENED = "file.open"


class LinkDesk:
    """Answers the link page (`channels.link_page.Desk`)."""

    def __init__(self, writer: Writer, box: FileBox, vault: Vault) -> None:
        self._writer = writer
        self._box = box
        self._vault = vault

    async def name(self, token: str) -> str | None:
        """The file's name, when the link can be opened now."""
        link = await self._writer.run(partial(links.find, token=token))
        return None if link is None else link.name

    async def open(self, token: str, mark: str) -> Opened | None:
        """Notes the opening under the person's name. None when it has ended, or on too many devices."""
        return await self._writer.run(partial(self._open, token=token, mark=mark))

    def _open(self, tx: Tx, token: str, mark: str) -> Opened | None:
        link = links.find(tx, token)
        if link is None:
            return None
        known = self._sign("device", token)
        if not hmac.compare_digest(mark.encode(), known.encode()) and not links.another_device(tx, link):
            return None
        account = people.account_of(tx, link.channel, link.chat_id)
        member_id = account.member_id if account is not None else None
        actor = "member" if member_id is not None else "program"
        audit.record(tx, OPENED, f"file:{link.file_id}", member_id=member_id, actor=actor)
        until = f"{tx.now_ms + TICKET_MS:x}"
        ticket = f"{until}-{self._sign('ticket', f'{token}:{until}')}"
        return Opened(link_page.file_path(token, ticket, link.name), known)

    async def read(self, token: str, ticket: str) -> tuple[bytes, str] | None:
        """The bytes and the media type, while the ticket is valid and the link has not been revoked."""
        until, _dash, signature = ticket.partition("-")
        good = hmac.compare_digest(signature.encode(), self._sign("ticket", f"{token}:{until}").encode())
        if not good or int(until, 16) < now_ms():
            return None
        link = await self._writer.run(partial(links.find, token=token))
        if link is None:
            return None
        try:
            return await asyncio.to_thread(self._box.get, link.file_id), link.media_type
        except FileNotFoundError:
            return None

    def _sign(self, what: str, value: str) -> str:
        return self._vault.hash(f"file_links.{what}", value).hex()[:32]
