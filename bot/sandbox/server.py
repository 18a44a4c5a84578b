"""Starts the local platforms: inside a test's loop, or alone in the terminal."""

import asyncio
import json
import signal
import sys

from aiohttp import web

from bot.sandbox.control import Control, body, plain_errors
from bot.sandbox.news import News
from bot.sandbox.phone import Phone
from bot.sandbox.telegram import Telegram
from bot.sandbox.telegram_methods import METHODS
from bot.sandbox.telegram_people import TelegramPeople
from bot.sandbox.world import Json, Refused, World
from bot.sandbox.zalo_groups import ZaloGroups
from bot.sandbox.zalo_lists import ZaloLists
from bot.sandbox.zalo_oa import ZaloOa
from bot.sandbox.zalo_people import ZaloPeople
from bot.sandbox.zalo_templates import ZaloTemplates

MOST_BODY = 64 * 1024 * 1024
"""Bytes of one request: over Telegram's 50 MB for a file, so that the platform's own limit answers."""


class Sandbox:
    """A running sandbox. Make it with `start`."""

    def __init__(self, host: str) -> None:
        self.world = World()
        self.telegram = Telegram(self.world, METHODS)
        self.zalo = ZaloOa(self.world)
        self._telegram_people = TelegramPeople(self.telegram)
        self._zalo_people = ZaloPeople(self.zalo)
        self.zalo_groups = ZaloGroups(self._zalo_people)
        ZaloLists(self.zalo)
        self.zalo_templates = ZaloTemplates(self._zalo_people)
        self.control = Control(
            self.world, self.telegram, self._telegram_people, self.zalo, self._zalo_people, self.info
        )
        self.phone = Phone(self.world)
        self.news = News(lambda: self.base)
        self.host = host
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def base(self) -> str:
        """The server's address, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def control_url(self) -> str:
        """Where the control API is."""
        return f"{self.base}/control"

    async def open(self, port: int) -> None:
        """Listens; port 0 takes a free one. Raises OSError when the port is taken."""
        app = web.Application(client_max_size=MOST_BODY, middlewares=[plain_errors])
        app.add_routes([*self.telegram.routes(), *self.zalo.routes()])
        app.add_routes([*self.control.routes(), *self.phone.routes(), *self.news.routes()])
        app.add_routes([web.post("/control/zalo_oa/gmf", self._buy_group)])
        app.add_routes([web.post("/control/zalo_oa/templates", self._approve_template)])
        app.add_routes([web.post("/control/zalo_oa/event", self._event)])
        app.on_shutdown.append(self.phone.close)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, port, backlog=1024).start()
        self.port = self._runner.addresses[0][1]
        self._zalo_people.base = self.base

    def info(self) -> Json:
        """Everything a client needs to find its way: base addresses, ids, tokens."""
        return {
            "telegram": {"base_url": f"{self.base}/telegram", "token": self.telegram.token},
            "zalo_oa": {
                "base_url": f"{self.base}/zalo",
                "oauth_url": f"{self.base}/zalo",
                "app_id": self.zalo.app_id,
                "oa_id": self.zalo.oa_id,
                "oa_secret_key": self.zalo.oa_secret_key,
                "app_secret": self.zalo.oauth.app_secret,
                "access_token": self.zalo.oauth.access_token,
                "refresh_token": self.zalo.oauth.refresh_token,
            },
            "control_url": self.control_url,
        }

    async def _buy_group(self, request: web.Request) -> web.Response:
        """A package for one group of the OA: {"seats", "days"}."""
        data = await body(request)
        return web.json_response(
            self.zalo_groups.buy(int(data.get("seats", 100)), float(data.get("days", 30)))
        )

    async def _approve_template(self, request: web.Request) -> web.Response:
        """Zalo approves a template: {"template_id", "fields", "price"}."""
        return web.json_response(self.zalo_templates.approve(await body(request)))

    async def _event(self, request: web.Request) -> web.Response:
        """Any event of Zalo's, signed and on its way: {"event_name", "fields", "user_id"?}."""
        data = await body(request)
        name, fields = data.get("event_name"), data.get("fields", {})
        if not isinstance(name, str) or not name or not isinstance(fields, dict):
            raise Refused("an event has an event_name and fields")
        person = self.world.person("zalo_oa", str(data["user_id"])) if "user_id" in data else None
        self._zalo_people.event(person, name, fields)
        return web.json_response({"seq": self.world.next()})

    async def stop(self) -> None:
        """Ends deliveries and closes the port."""
        await self.telegram.close()
        await self._zalo_people.close()
        if self._runner is not None:
            await self._runner.cleanup()


async def start(host: str = "127.0.0.1", port: int = 0) -> Sandbox:
    """Starts a sandbox in this event loop. Raises OSError when the port is taken."""
    sandbox = Sandbox(host)
    await sandbox.open(port)
    return sandbox


async def _serve(port: int, *, as_json: bool) -> None:
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    sandbox = await start(port=port)
    info = sandbox.info()
    if as_json:
        sys.stdout.write(json.dumps(info) + "\n")
    else:
        for group, values in info.items():
            pairs = values.items() if isinstance(values, dict) else [("", values)]
            sys.stdout.writelines(
                f"{group + '.' + name if name else group}: {value}\n" for name, value in pairs
            )
        sys.stdout.write(f"phone: {sandbox.base}/\n")
    sys.stdout.flush()
    await ended.wait()
    await sandbox.stop()


def run(port: int, as_json: bool) -> None:
    """Runs a sandbox alone until SIGTERM or SIGINT; says first where it is, as one JSON line if asked."""
    asyncio.run(_serve(port, as_json=as_json))
