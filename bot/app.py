"""The composition root: the only file that knows every room, and hands each what its Protocols ask for."""

import asyncio
import contextlib
import gc
from collections.abc import Collection, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import runner
from bot.channels import upload_page
from bot.channels.fetching import Fetch, from_hosts
from bot.channels.files import StoredFiles
from bot.channels.webhooks import TelegramHook, ZaloHook, application
from bot.channels.zalo_oa.inbound import translate as translate_zalo
from bot.channels.zalo_oa.outbound import ZaloOutbound
from bot.chat.router import Router
from bot.clock import to_ms
from bot.delivery import outbox
from bot.delivery.outbound import Outbound
from bot.delivery.sender import RING_EVERY, Sender
from bot.dialogs.compose_file import PageAddress
from bot.dialogs.stored import StoredDialogs
from bot.directives import groups, live_cards
from bot.directives import service as directives
from bot.directives.gate.models import Why
from bot.directives.gate.rule import allowed
from bot.handlers import compose, fallback, follow_up, group, history, officer, policy, practice, start
from bot.handlers import directives as directive_handlers
from bot.handlers.gate import MembersGate
from bot.handlers.reader import reader
from bot.intake import Intake, UploadDesk
from bot.organisation import accounts
from bot.policy import queries as rules
from bot.policy import service as rule_verbs
from bot.policy.shelf import Shelf, from_stored
from bot.settings import Settings
from bot.store import files as stored_files
from bot.store import inbox, jobs, openings, upload_pages
from bot.store.files import FileBox
from bot.store.ids import new_id
from bot.store.installation import OnlyOne, open_store
from bot.store.tx import Tx
from bot.store.writer import Writer
from bot.worker import Translate, Worker

log = structlog.get_logger()


def make_router(
    approve_above: int = 500,
    oa_link: str = "",
    page: PageAddress | None = None,
    rule: Collection[Why] = (),
    shelf: Shelf | None = None,
) -> Router[Tx]:
    """The router with every errand registered. Above so many recipients a second person approves.

    `page` and `rule` as in `dialogs.compose_directive.script`; `shelf` holds the rules that answer.
    """
    shelf = shelf or Shelf()
    router: Router[Tx] = Router(MembersGate(), reader, StoredDialogs(), new_id)
    for errand in (start, directive_handlers, officer, follow_up, history, practice):
        errand.register(router)
    policy.register(router, shelf)
    fallback.register(router, shelf)
    compose.register(router, approve_above, page, rule)
    group.register(router, oa_link)
    return router


class Reachability:
    """What a send taught about a person's chat, told to the organisation (`delivery.sender.Reachability`)."""

    def unreachable(self, tx: Tx, channel: str, chat_id: str, reason: str) -> None:
        """Blocked until they write again; a closed window is the platform's to reopen."""
        if reason in ("blocked", "chat_gone", "not_follower"):
            accounts.mark_blocked(tx, channel, chat_id)  # in a private chat the chat is the person

    def moved(self, tx: Tx, channel: str, old: str, new: str) -> None:
        """The chat has a new id."""
        accounts.move_chat(tx, channel, old, new)
        groups.move(tx, channel, old, new)


class App:
    """One process: webhooks (and polling), the worker, the sender, the bell."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine, self.vault = open_store(settings.database, settings.keys)
        self.port = settings.listen_port
        self.shelf = Shelf()
        self._only_one = OnlyOne(settings.data_dir)
        self._runner: web.AppRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Starts everything; returns when updates are taken.

        Raises AlreadyRunning, OSError when the port is taken, ValueError for a gate rule that cannot be.
        """
        settings = self.settings
        if self.engine.dialect.name == "sqlite":
            self._only_one.take()
        self.writer = Writer(self.engine, self.vault, loop=asyncio.get_running_loop())
        self.writer.start()
        rule = allowed(settings.gate_rules)
        files = StoredFiles(FileBox(settings.files, self.vault), self.writer)
        outbounds, translators = self._channels(files)
        self.sender = Sender(
            self.writer,
            outbounds,
            Reachability(),
            name=f"process-{new_id():x}",
            rates={"telegram": settings.telegram_rate, "zalo_oa": settings.zalo_oa_rate},
        )
        translators[jobs.CHANNEL] = runner.translate
        self.worker = Worker(
            self.writer,
            make_router(settings.approve_above, self._oa_link(), self._page_address, rule, self.shelf),
            self.sender,
            translators,
            limit=settings.inbox_limit,
        )
        self.intake = Intake(self._fetchers(outbounds), FileBox(settings.files, self.vault), rule)
        doers = {"check_file": self.intake.check_file, "freeze": self._freeze, **self._askers(outbounds)}
        self.runner = runner.Runner(self.writer, self.worker, doers)
        await files.load(self.sender.channels)
        if self.engine.dialect.name == "sqlite":  # nobody else sends: what an earlier run held is free
            await self.writer.run(partial(outbox.release, channels=self.sender.channels))
        await self.refresh_rules()
        await self.worker.start()
        self.sender.start()
        self._spawn(self.runner.run())
        self._start_bell()
        await self._listen()
        if settings.telegram_token.get_secret_value():
            await self._start_telegram()
        gc.collect()
        gc.freeze()  # what is loaded now stays; full collections of it would stop the loop
        log.info("ready", port=self.port, channels=self.sender.channels)

    async def stop(self) -> None:
        """Takes nothing more, finishes what is in flight, closes the database."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        self._bell.shutdown(wait=False)
        await self.sender.stop()
        await asyncio.to_thread(self.writer.stop)
        self.engine.dispose()
        self._only_one.release()

    def _channels(self, files: StoredFiles) -> tuple[list[Outbound], dict[str, Translate]]:
        settings = self.settings
        outbounds: list[Outbound] = []
        translators: dict[str, Translate] = {}
        if token := settings.telegram_token.get_secret_value():
            from bot.channels.telegram.inbound import translate
            from bot.channels.telegram.outbound import TelegramOutbound

            outbounds.append(TelegramOutbound(token, files, base=settings.telegram_api))
            translators["telegram"] = translate
        if settings.zalo_oa_app_id:
            token_of = settings.zalo_oa_access_token.get_secret_value
            outbounds.append(ZaloOutbound(token_of, files, base=settings.zalo_oa_api))
            translators["zalo_oa"] = translate_zalo
        return outbounds, translators

    def _fetchers(self, outbounds: list[Outbound]) -> dict[str, Fetch]:
        settings = self.settings
        hosts = [host.strip() for host in settings.zalo_oa_file_hosts.split(",") if host.strip()]
        fetchers: dict[str, Fetch] = {"zalo_oa": from_hosts(hosts, trusted=settings.zalo_oa_api)}
        if settings.telegram_token.get_secret_value():
            from bot.channels.telegram.fetching import fetcher
            from bot.channels.telegram.outbound import TelegramOutbound

            telegram = next(each for each in outbounds if isinstance(each, TelegramOutbound))
            fetchers["telegram"] = fetcher(telegram)
        return fetchers

    def _askers(self, outbounds: list[Outbound]) -> dict[str, runner.Doer]:
        """Jobs that ask a platform something."""
        if not self.settings.telegram_token.get_secret_value():
            return {}
        from bot.channels.telegram.groups import admin_asker
        from bot.channels.telegram.outbound import TelegramOutbound

        telegram = next(each for each in outbounds if isinstance(each, TelegramOutbound))
        return {group.ADMIN_JOB: admin_asker(telegram)}

    def _oa_link(self) -> str:
        return f"https://zalo.me/{self.settings.zalo_oa_id}" if self.settings.zalo_oa_app_id else ""

    def _public(self) -> str:
        """The address under which platforms and phones reach us, without a slash at its end."""
        return (self.settings.public_url or f"http://{self.settings.listen_host}:{self.port}").rstrip("/")

    def _page_address(self, tx: Tx, job_id: int) -> str:
        token = upload_pages.token(tx.vault, job_id)
        return self._public() + upload_page.PATH.format(token=token)

    async def _freeze(self, directive_id: Any) -> Any:
        """The job that freezes a directive's audience, slice by slice, other work in between."""
        while await self.writer.run(partial(directives.freeze_slice, directive_id=directive_id)):
            pass
        self.sender.ring()
        return {}

    async def _listen(self) -> None:
        settings = self.settings
        telegram = zalo = None
        if settings.telegram_token.get_secret_value() and settings.telegram_mode == "webhook":
            telegram = TelegramHook(settings.telegram_secret.get_secret_value())
        if settings.zalo_oa_app_id:
            names = [name.strip() for name in settings.zalo_oa_signatures.split(",") if name.strip()]
            zalo = ZaloHook(
                settings.zalo_oa_app_id,
                settings.zalo_oa_id,
                settings.zalo_oa_secret_key.get_secret_value(),
                frozenset(names) if names else None,
            )
        app = application(self.worker, telegram_hook=telegram, zalo_hook=zalo)
        upload_page.add_to(app, UploadDesk(self.writer, self.intake, self.worker.take))
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, settings.listen_host, settings.listen_port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _start_telegram(self) -> None:
        settings = self.settings
        token = settings.telegram_token.get_secret_value()
        if settings.telegram_mode == "polling":
            from bot.channels.telegram.polling import Polling

            self._spawn(Polling(token, self.worker, base=settings.telegram_api).run())
            return
        from bot.channels.telegram.outbound import make_bot
        from bot.channels.telegram.webhook import set_webhook

        bot = make_bot(token, settings.telegram_api)
        try:
            await set_webhook(
                bot, f"{self._public()}/webhook/telegram", settings.telegram_secret.get_secret_value()
            )
        finally:
            await bot.session.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(_say_why)

    def _start_bell(self) -> None:
        # APScheduler only rings: what is due is found by query, so a late or missed ring loses nothing.
        self._bell = AsyncIOScheduler(timezone="UTC")
        quiet = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._bell.add_job(self._ring, "interval", seconds=RING_EVERY.total_seconds(), **quiet)
        self._bell.add_job(self._resume_freezing, "interval", seconds=5, **quiet)
        self._bell.add_job(self._keep_up, "interval", seconds=1, **quiet)
        self._bell.add_job(self.refresh_rules, "interval", seconds=3, **quiet)
        self._bell.add_job(self._escalate, "interval", minutes=5, **quiet)
        self._bell.add_job(self._tidy, "interval", hours=1, **quiet)
        self._bell.start()

    async def _ring(self) -> None:
        # A coroutine, so that the bell rings on the event loop and not in a thread.
        self.sender.ring()

    async def _resume_freezing(self) -> None:
        """Goes on with audiences whose freezing was interrupted."""
        for directive_id in await self.writer.run(directives.freezing):
            await self._freeze(directive_id)

    async def _keep_up(self) -> None:
        """Posts and edits the cards that follow a directive."""
        with contextlib.suppress(asyncio.CancelledError):  # the bell falls silent first at the end
            if await self.writer.run(live_cards.tick):
                self.sender.ring()

    async def refresh_rules(self) -> None:
        """Takes up a changed corpus: read in one go, indexed beside the one in use, which answers meanwhile."""
        with contextlib.suppress(asyncio.CancelledError):
            if await self.writer.run(rules.version) != self.shelf.version:
                stored = await self.writer.run(rules.stored)
                self.shelf.current = await asyncio.to_thread(from_stored, stored)

    async def _escalate(self) -> None:
        """Tells of questions that officers left unanswered."""
        if await self.writer.run(policy.escalate):
            self.sender.ring()

    async def _tidy(self) -> None:
        await self.writer.run(rule_verbs.forget_questions)
        keep = timedelta(days=self.settings.inbox_keep_days)
        await self.writer.run(lambda tx: inbox.forget_before(tx, to_ms(tx.now - keep)))
        await self.writer.run(openings.forget_expired)
        await self.writer.run(upload_pages.forget_expired)
        # What passed the gate but reached no dialog any more (it was left meanwhile) is not kept.
        known = await self.writer.run(stored_files.known)
        await asyncio.to_thread(FileBox(self.settings.files, self.vault).sweep, known)


def _say_why(task: asyncio.Task[None]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        if (error := task.exception()) is not None:
            log.error("task_ended", error=type(error).__name__, alert=True)
