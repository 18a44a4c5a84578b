"""A process that sends what waits on Zalo, for the token storm: one line of JSON in, lines of words out.

It says "ready" when everything is loaded, begins at the line "go", says "sent" when nothing waits any more,
and ends with its input. `dies` is killed between Zalo's answer and the commit; `looks` only looks at the pair.
"""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import logs
from bot.channels.files import StoredFiles
from bot.channels.zalo_oa import tokens
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.outbound import ZaloOutbound
from bot.chat.replies import Say
from bot.clock import CLOCK
from bot.delivery import outbox
from bot.delivery.sender import Sender
from bot.store.engine import make_engine
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import Writer


class Nobody:
    """A `delivery.sender.Reachability` that learns nothing."""

    def unreachable(
        self, tx: Tx, channel: str, chat_id: str, reason: str, notice: tuple[str, int] | None = None
    ) -> None:
        """Nothing."""

    def moved(self, tx: Tx, channel: str, old: str, new: str) -> None:
        """Nothing."""

    def too_many_failed(self, tx: Tx, kind: str, kind_id: int, reason: str) -> None:
        """Nothing."""

    def suspended(self, tx: Tx, channel: str, problem: str) -> None:
        """Nothing."""


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _die(tx: Tx, app_id: str, version: int, grant: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def run(given: dict[str, Any]) -> None:
    CLOCK.turn(timedelta(seconds=given["turned"]))
    if given["dies"]:
        tokens._keep = _die  # type: ignore[assignment]
    vault = Vault(Keys.read(Path(given["keys"])))
    engine = make_engine(given["database"])
    writer = Writer(engine, vault, loop=asyncio.get_running_loop())
    writer.start()
    oauth = OAuth(given["app_id"], given["app_secret"], given["oauth"])
    access = tokens.Tokens(
        writer, oauth, name=given["name"], tell=lambda tx, words, works: say(f"told: {words}")
    )
    files = StoredFiles(FileBox(Path(given["folder"]), vault), writer)
    outbound = ZaloOutbound(access, files, base=given["api"])
    sender = Sender(writer, [outbound], Nobody(), name=given["name"], limits={})
    if given["warm"]:
        await access.token()  # holds the pair that is about to end
    say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    if given["looks"]:
        await access.look()
        say("looked")
    else:
        sender.start()
        # Replies of this process, all at once, as after a commit of many events.
        words = Say("Tin mẫu trong cơn bão.")
        sender.hand(
            await writer.run(
                lambda tx: [outbox.reply(tx, "zalo_oa", to, words, sender.name) for to in given["people"]]
            )
        )
        # Other processes send, too: the database tells when nothing waits.
        while await writer.run(outbox.waiting):  # noqa: ASYNC110 - as said
            await asyncio.sleep(0.05)
        say("sent")
    await asyncio.to_thread(sys.stdin.read)
    await sender.stop()
    await access.close()
    await asyncio.to_thread(writer.stop)


if __name__ == "__main__":
    logs.configure()
    asyncio.run(run(json.loads(sys.stdin.readline())))
