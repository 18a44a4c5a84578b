"""A bot in a process of its own that can be killed at any moment and is back in a fraction of a second.

Run as a program this file is the parent that bots are forked from: it imports everything the bot needs,
opens neither loop nor database, and obeys its standard input: "start JSON", "kill", "stop".
"""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any


class Killable:
    """The test's side of it."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.port = 0
        self._err = log.open("ab")
        self._parent = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._err,
            text=True,
        )
        self.kills = 0

    def _ask(self, line: str) -> str:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(line + "\n")
        self._parent.stdin.flush()
        answer = self._parent.stdout.readline().strip()
        if answer.startswith("failed") or not answer:
            raise AssertionError(f"the bot did not start:\n{self.log.read_text()[-3000:]}")
        return answer

    async def start(self, settings: dict[str, Any], errand: str = "") -> None:
        """Forks a bot; returns when it takes updates. A later start comes back at the same port."""
        settings = settings | ({"listen_port": self.port} if self.port else {})
        self.port = int(await asyncio.to_thread(self._ask, "start " + json.dumps([settings, errand])))

    def kill_at_once(self) -> None:
        """SIGKILL, in this very moment; returns when the process is no more."""
        assert self._ask("kill") == "dead"
        self.kills += 1

    async def stop(self) -> None:
        """The ordinary end of a bot."""
        assert await asyncio.to_thread(self._ask, "stop") == "dead"

    def close(self) -> None:
        """Ends the parent with whatever it still has."""
        if self._parent.poll() is None:
            self._ask("kill")
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(5)
        self._err.close()


def two_questions(talk: Any) -> None:
    """A dialog that is in no errand of the product: two answers, then one effect."""
    from bot.chat.replies import Say
    from bot.chat.talk import Retry
    from bot.store import audit

    def number(text: str) -> int:
        if not text.isdigit():
            raise Retry("Xin một con số.")
        return int(text)

    talk.given()
    name = talk.ask("name", Say("Tên gì?"), parse=str)
    count = talk.ask("count", Say("Bao nhiêu?"), parse=number)
    who = talk.address.user_id
    talk.once("effect", lambda: audit.record(talk.tx, "two.done", f"{who}:{name}:{count}"))
    talk.say(Say(f"Xong: {name} {count}"))


def _with_two_questions() -> Any:
    from bot.chat.events import Started
    from bot.errands import make_router

    router = make_router()
    router.dialog("two", two_questions, version=1, title=lambda: "hai câu hỏi", need="public")
    router.on(Started, lambda event, tx: router.begin("two", event, tx))
    return router


def _bot(given: dict[str, Any], errand: str, ready: int) -> None:
    from bot import app, logs
    from bot.settings import Settings

    role = given.pop("role", "all")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    logs.configure()
    if errand == "two":
        router = _with_two_questions()
        app.make_router = lambda *_: router  # type: ignore[assignment]

    async def run() -> None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        bot = app.App(Settings(_env_file=None, **given), role)
        await bot.start()
        os.write(ready, f"{bot.port}\n".encode())
        await ended.wait()
        await bot.stop()

    asyncio.run(run())


def _serve() -> None:
    import bot.app
    import bot.channels.telegram.inbound
    import bot.channels.telegram.outbound
    import bot.channels.telegram.polling
    import bot.channels.telegram.webhook  # noqa: F401 - imported before the fork, used after it
    from bot.i18n import catalogue

    for language in ("vi", "en"):
        catalogue(language)
    gc.freeze()
    child = 0

    def end(how: int) -> str:
        nonlocal child
        if child:
            os.kill(child, how)
            os.waitpid(child, 0)
            child = 0
        return "dead"

    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "start":
            read, write = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(read)
                code = 1
                try:
                    _bot(*json.loads(rest), write)
                    code = 0
                finally:
                    if code:
                        import traceback

                        traceback.print_exc()
                    os._exit(code)
            os.close(write)
            with os.fdopen(read) as pipe:
                answer = pipe.readline().strip()
            if not answer:
                os.waitpid(child, 0)
                child = 0
            sys.stdout.write((answer or "failed") + "\n")
        else:
            sys.stdout.write(end(signal.SIGKILL if word == "kill" else signal.SIGTERM) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
