"""The composition root: the only file that knows every room, and hands each what its Protocols ask for."""

import asyncio
import contextlib
import gc
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import DBAPIError

from bot import runner
from bot.alerts import tell_administrators, tell_member
from bot.channels import link_page, screen_page, upload_page
from bot.channels.fetching import Fetch, from_hosts
from bot.channels.files import StoredFiles
from bot.channels.tariff import limits, terms
from bot.channels.telegram.api import Api
from bot.channels.telegram.fetching import fetcher
from bot.channels.telegram.groups import admin_asker
from bot.channels.telegram.inbound import translate as translate_telegram
from bot.channels.telegram.joining import join, join_later
from bot.channels.telegram.outbound import TelegramOutbound
from bot.channels.telegram.polling import Polling
from bot.channels.webhooks import TelegramHook, ZaloHook, application
from bot.channels.zalo_oa import connect, tokens
from bot.channels.zalo_oa.access import Access, FixedToken
from bot.channels.zalo_oa.findings import Findings
from bot.channels.zalo_oa.groups import group_maker
from bot.channels.zalo_oa.inbound import translate as translate_zalo
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.outbound import ZaloOutbound
from bot.channels.zalo_oa.tokens import Tokens
from bot.chat.errors import NotAccepted, PlatformError
from bot.clock import to_ms
from bot.delivery import outbox
from bot.delivery.outbound import Outbound
from bot.delivery.quiet import Quiet
from bot.delivery.sender import RING_EVERY, Sender
from bot.directives import catching_up, correcting, live_cards, reminding
from bot.directives import service as directives
from bot.directives.gate.rule import allowed
from bot.errands import WAITING, make_router
from bot.guard import Guard, forget_drafts, forget_strangers
from bot.handlers import adoption, group, meetings, officer, privacy, zalo_group
from bot.intake import Intake, UploadDesk
from bot.invitations import Invitations
from bot.links import LinkDesk
from bot.meeting_desk import ScreenDesk, screen_address, ticks
from bot.meeting_files import MeetingFiles
from bot.newsroom import Newsroom, desk
from bot.paperwork import Paperwork
from bot.policy.service import forget_questions
from bot.reachability import Reachability
from bot.replica import Duty, Replica, say_why, task_duty
from bot.reports import escalation
from bot.rooms import ROOMS
from bot.rosters import Rosters
from bot.rulebook import Rulebook
from bot.settings import Role, Settings
from bot.store import files as stored_files
from bot.store import inbox, inbox_shared, jobs, leases, links, openings, signals, upload_pages
from bot.store.engine import reading
from bot.store.files import FileBox
from bot.store.ids import new_id
from bot.store.installation import OnlyOne, RoleRefused, open_store
from bot.store.tx import Tx
from bot.store.writer import Writer, write
from bot.worker import Translate, Worker
from bot.worker_shared import SharedWorker

log = structlog.get_logger()
_FREEZING = "freezing"


class App:
    """One process: webhooks (and polling), the worker, the sender, the bell."""

    def __init__(self, settings: Settings, role: Role = "all") -> None:
        """On PostgreSQL a process may be one of several: "web" takes updates in, "worker" handles and sends.

        Raises as `open_store`, and RoleRefused when there can be only one process.
        """
        self.settings = settings
        self.engine, self.vault = open_store(settings.database, settings.keys)
        self.shared = self.engine.dialect.name != "sqlite"
        if role != "all" and not self.shared:
            raise RoleRefused
        self.web, self.works = role != "worker", role != "web"
        self.port = settings.listen_port
        self.rulebook = Rulebook(settings.data_dir)
        self._only_one = OnlyOne(settings.data_dir)
        self.tokens: Tokens | None = None
        self._runner: web.AppRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Starts everything; returns when updates are taken.

        Raises AlreadyRunning, OSError when the port is taken, ValueError for a gate rule that cannot be,
        NotAccepted when the only platform does not know us.
        """
        settings = self.settings
        if not self.shared:
            self._only_one.take()
        loop = asyncio.get_running_loop()
        self.writer = Writer(self.engine, self.vault, loop=loop)
        self.writer.start()
        rule = allowed(settings.gate_rules)
        self.quiet = Quiet.parse(settings.quiet_hours)
        box = FileBox(settings.files, self.vault)
        files = StoredFiles(box, self.writer, lambda: settings.public_url.rstrip("/"), settings.link_days)
        self.findings = Findings(self.writer)
        outbounds, translators = self._channels(files, await self._zalo_access())
        self.sender = Sender(
            self.writer,
            outbounds,
            Reachability(self._tell, lambda tx, member, words: tell_member(tx, member, words, self.sender)),
            name=f"process-{new_id():x}",
            limits=limits(settings.telegram_rate, settings.zalo_oa_rate),
            terms=terms(settings.zalo_oa_kept),
            shared=self.shared,
            reply_share=settings.reply_share,
            quiet=self.quiet,
            unwanted=reminding.unwanted,
        )
        translators[jobs.CHANNEL] = runner.translate
        router = make_router(
            settings.approve_above,
            self._oa_link(),
            self._page_address,
            rule,
            settings.zalo_oa_price,
            settings.dpo_contact,
            settings.abroad_may_carry,
            desk(settings),
            self.rulebook,
            screen_address(self._public),
        )
        limit, chat_limit = settings.inbox_limit, settings.inbox_chat_limit
        how = (router, self.sender, translators)
        if self.shared:
            # One unit a commit: what takes updates in locks chats, and never several times in one transaction.
            self.intake_writer = Writer(self.engine, self.vault, loop=loop, batch_units=1, patient=False)
            self.intake_writer.start()
            # Large audiences go their own way: PostgreSQL works on them while others are answered.
            self.bulk_writer = Writer(self.engine, self.vault, loop=loop, batch_units=1)
            self.bulk_writer.start()
            taking = self.intake_writer
            shared = SharedWorker(
                self.writer, taking, *how, limit=limit, chat_limit=chat_limit, handles=self.works
            )
            self.worker: Worker = shared
            self._spawn(shared.keep_count())
        else:
            self.intake_writer = self.bulk_writer = self.writer
            self.worker = Worker(self.writer, *how, limit=limit, chat_limit=chat_limit)
        self.guard = Guard(self.engine, self.vault, self.writer, box, ROOMS, self.sender.ring, self.quiet)
        links_in = (self._oa_link(), settings.telegram_username)
        papers = Paperwork(self.writer, box, ROOMS, settings.abroad_may_carry, links_in)
        fetchers = self._fetchers(outbounds)
        self.intake = Intake(fetchers, box, rule)
        self.invitations = Invitations(fetchers, rule)
        self.rosters = Rosters(settings, self.vault, fetchers)
        doers = {
            "check_file": self.intake.check_file,
            "read_invitation": self.invitations.read,
            "freeze": self._freeze,
            "roster_read": self.rosters.read,
            "roster_apply": self.rosters.apply,
            "roster_undo": self.rosters.undo,
            "roster_drop": self.rosters.drop,
            privacy.EXPORT_JOB: papers.export,
            adoption.SLIPS_JOB: papers.slips,
            officer.TABLE_JOB: papers.table,
            meetings.FILE_JOB: MeetingFiles(self.writer, box).make,
            **self._askers(outbounds),
        }
        self.runner = runner.Runner(self.intake_writer, self.worker, doers)
        await files.load(self.sender.channels)
        if not self.shared:  # nobody else sends: what an earlier run held is free
            await self.writer.run(partial(outbox.release, channels=self.sender.channels))
        self.newsroom = Newsroom(self.writer, settings, self.sender.ring, WAITING)
        await self.newsroom.prepare()
        self._start_bell()
        self._spawn(self.guard.follow_keys())
        if self.shared:
            self._bell.pause()
            self.replica = self._replica()
            await self.replica.join()
        await self.worker.start()
        if self.web:  # before anything is sent: who cannot listen ends here, and is started again and again
            await self._listen()
        if self.works:
            self.sender.start()
            self._spawn(self.rulebook.follow(self.writer))
            self._spawn(asyncio.to_thread(self.rosters.resume, self.engine))
            if self.tokens is not None:
                self._spawn(self.tokens.keep())
        if self.shared:
            self._spawn(self.replica.run())
        else:
            self._spawn(self.runner.run())
        if settings.telegram_token.get_secret_value():
            await self._start_telegram()
        gc.collect()
        gc.freeze()  # what is loaded now stays; full collections of it would stop the loop
        gc.set_threshold(20_000, 20)  # an update makes thousands of objects, and hardly a cycle
        log.info("ready", port=self.port, channels=self.sender.channels, process=self.sender.name)

    async def stop(self) -> None:
        """Takes nothing more, finishes what is in flight, closes the database."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._runner is not None:
            await self._runner.cleanup()
        self._bell.shutdown(wait=False)
        self.newsroom.close()
        await self.sender.stop()
        if self.tokens is not None:
            await self.tokens.close()
        await self.findings.flush()
        if self.shared:
            with contextlib.suppress(DBAPIError):  # else they end by themselves
                await self.replica.leave()
            await asyncio.to_thread(self.intake_writer.stop)
            await asyncio.to_thread(self.bulk_writer.stop)
        await asyncio.to_thread(self.writer.stop)
        self.engine.dispose()
        self._only_one.release()

    def _channels(self, files: StoredFiles, access: Access) -> tuple[list[Outbound], dict[str, Translate]]:
        settings = self.settings
        outbounds: list[Outbound] = []
        translators: dict[str, Translate] = {}
        if token := settings.telegram_token.get_secret_value():
            outbounds.append(TelegramOutbound(token, files, base=settings.telegram_api))
            translators["telegram"] = translate_telegram
        if settings.zalo_oa_app_id:
            proof = settings.zalo_oa_app_secret.get_secret_value() if settings.zalo_oa_secret_proof else ""
            saw = self.findings.saw
            outbounds.append(
                ZaloOutbound(
                    access,
                    files,
                    base=settings.zalo_oa_api,
                    proof_secret=proof,
                    choices=settings.zalo_oa_choices,
                    form_image=settings.zalo_oa_form_image,
                    saw=saw,
                )
            )
            translators["zalo_oa"] = translate_zalo
        return outbounds, translators

    async def _zalo_access(self) -> Access:
        """The account's pair that renews itself; a fixed token for a trial, until it is connected."""
        settings = self.settings
        if not settings.zalo_oa_app_id:
            return FixedToken("")
        known = await self.writer.run(partial(tokens.read, app_id=settings.zalo_oa_app_id))
        if known is None and (fixed := settings.zalo_oa_access_token.get_secret_value()):
            return FixedToken(fixed)
        secret = settings.zalo_oa_app_secret.get_secret_value()
        oauth = OAuth(settings.zalo_oa_app_id, secret, settings.zalo_oa_oauth)
        self.tokens = Tokens(self.writer, oauth, name=f"process-{new_id():x}", tell=self._tell)
        return self.tokens

    def _tell(self, tx: Tx, words: str, zalo_works: bool) -> None:
        tell_administrators(tx, words, self.sender, without="" if zalo_works else "zalo_oa")

    def _fetchers(self, outbounds: list[Outbound]) -> dict[str, Fetch]:
        settings = self.settings
        hosts = [host.strip() for host in settings.zalo_oa_file_hosts.split(",") if host.strip()]
        fetchers: dict[str, Fetch] = {"zalo_oa": from_hosts(hosts, trusted=settings.zalo_oa_api)}
        if settings.telegram_token.get_secret_value():
            fetchers["telegram"] = fetcher(_telegram(outbounds))
        return fetchers

    def _askers(self, outbounds: list[Outbound]) -> dict[str, runner.Doer]:
        """Jobs that ask a platform something."""
        askers: dict[str, runner.Doer] = {}
        for each in outbounds:
            if isinstance(each, ZaloOutbound):
                askers[zalo_group.MAKE_JOB] = group_maker(each, self.settings.zalo_oa_admin_id)
        if not self.settings.telegram_token.get_secret_value():
            return askers
        return {**askers, group.ADMIN_JOB: admin_asker(_telegram(outbounds))}

    def _oa_link(self) -> str:
        known = self.settings.zalo_oa_app_id and self.settings.zalo_oa_id
        return f"https://zalo.me/{self.settings.zalo_oa_id}" if known else ""

    def _public(self) -> str:
        """The address under which platforms and phones reach us, without a slash at its end."""
        return (self.settings.public_url or f"http://{self.settings.listen_host}:{self.port}").rstrip("/")

    def _page_address(self, tx: Tx, job_id: int) -> str:
        token = upload_pages.token(tx.vault, job_id)
        return self._public() + upload_page.PATH.format(token=token)

    async def _freeze(self, directive_id: Any) -> Any:
        """The job that freezes a directive's audience, slice by slice, other work in between."""
        while await self.bulk_writer.run(partial(directives.freeze_slice, directive_id=directive_id)):
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
                settings.zalo_oa_app_secret.get_secret_value(),
                timedelta(days=settings.inbox_keep_days),
            )
        app = application(
            self.worker,
            telegram_hook=telegram,
            zalo_hook=zalo,
            zalo_page=connect.page(self.writer) if zalo else None,
            saw=self.findings.saw,
        )
        link_page.add_to(app, LinkDesk(self.writer, FileBox(settings.files, self.vault), self.vault))
        screen_page.add_to(app, ScreenDesk(self.writer, self.vault))
        takers = (self.intake, self.worker.take, self.rosters, self.invitations)
        upload_page.add_to(app, UploadDesk(self.writer, *takers))
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, settings.listen_host, settings.listen_port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    def _replica(self) -> Replica:
        """What this process does as one of several."""
        duties = []
        if self.works:
            duties = [
                Duty("timers", self._bell.resume, self._bell.pause),
                task_duty("jobs", self.runner.run),
                *(
                    Duty(
                        f"send:{channel}",
                        partial(self.sender.hold, channel, True),
                        partial(self.sender.hold, channel, False),
                    )
                    for channel in self.sender.channels
                ),
            ]
        if self.web and self.settings.polls:
            duties.append(task_duty("poll:telegram", self._poll))
        name, url = self.sender.name, self.settings.database
        return Replica(url, self.intake_writer, name, duties, self._heard, self._company)

    def _company(self, others: int, died: bool) -> None:
        self.sender.share_with(others, died=died)

    def _heard(self, what: str) -> None:
        """Some process told that there is something, or a second has passed."""
        if what == signals.INBOX:
            self.worker.ring()
        elif what == signals.OUTBOX:
            self.sender.ring()
        elif what == signals.JOBS:
            self.runner.ring()
            with contextlib.suppress(JobLookupError):  # the bell falls silent first at the end
                self._bell.modify_job(_FREEZING, next_run_time=datetime.now(UTC))

    async def _poll(self) -> None:
        token = self.settings.telegram_token.get_secret_value()
        await Polling(token, self.worker, base=self.settings.telegram_api).run()

    async def _start_telegram(self) -> None:
        settings = self.settings
        secret = settings.telegram_secret.get_secret_value()
        hook = None if settings.polls else (f"{self._public()}/webhook/telegram", secret)
        if self.web:
            api = Api(settings.telegram_token.get_secret_value(), settings.telegram_api)
            try:
                await join(api, hook)
                await api.close()
            except (NotAccepted, PlatformError) as error:
                if isinstance(error, NotAccepted) and not settings.zalo_oa_app_id:
                    raise
                self._spawn(join_later(api, hook))  # Zalo works meanwhile
        if settings.polls and not self.shared:  # else it is a duty
            self._spawn(self._poll())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(say_why)

    def _start_bell(self) -> None:
        # APScheduler only rings: what is due is found by query, so a late or missed ring loses nothing.
        self._bell = AsyncIOScheduler(timezone="UTC")
        quiet = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        overdue = partial(self.rulebook.tell_overdue, self.writer, self.sender.ring)
        for work, seconds in (
            (self._ring, RING_EVERY.total_seconds()),
            (self._keep_cards, 1),
            (self._catch_up, 1),
            (self._remind, 2),
            (self.guard.tick, 5),
            (self._keep_findings, 10),
            *((partial(self._look, tick), seconds) for tick, seconds in ticks(self.settings)),
            (overdue, 300),
            (self._tidy, 3600),
        ):
            self._bell.add_job(work, "interval", seconds=seconds, **quiet)
        self._bell.add_job(self._resume_freezing, "interval", seconds=1, id=_FREEZING, **quiet)
        self.newsroom.hang(self._bell, quiet)
        self._bell.start()

    async def _ring(self) -> None:
        self.sender.ring()  # a coroutine, so that the bell rings on the event loop and not in a thread

    async def _resume_freezing(self) -> None:
        """Goes on with audiences whose freezing was interrupted."""
        with contextlib.suppress(asyncio.CancelledError):  # as below
            for directive_id in await self.writer.run(directives.freezing):
                await self._freeze(directive_id)

    async def _look(self, tick: Callable[[Tx], object]) -> None:
        """One look for what is due; what was queued leaves at once."""
        with contextlib.suppress(asyncio.CancelledError):  # the bell falls silent first at the end
            if await self.writer.run(tick):
                self.sender.ring()

    async def _keep_cards(self) -> None:
        """Cards with counts, counted in a snapshot: that of a large audience would hold up the writer."""
        with contextlib.suppress(asyncio.CancelledError):
            counted = {}
            if ids := await self.writer.run(live_cards.due):
                count = partial(live_cards.count, ids=ids)
                counted = await asyncio.to_thread(write, reading(self.engine), self.vault, count)
            await self._look(partial(live_cards.tick, counted=counted))

    async def _catch_up(self) -> None:
        """Brings what was missed to who can be reached now."""
        with contextlib.suppress(asyncio.CancelledError):
            while await self.writer.run(catching_up.tick):
                self.sender.ring()

    async def _remind(self) -> None:
        """Corrections, reminders, those before windows close; what secretaries and the units above are told."""
        lead = timedelta(hours=self.settings.window_reminder_hours)
        with contextlib.suppress(asyncio.CancelledError):
            for due in (
                correcting.tick,
                partial(reminding.before_windows_close, quiet=self.quiet, lead=lead),
                partial(reminding.tick, quiet=self.quiet),
                partial(escalation.tick, quiet=self.quiet),
            ):
                while await self.writer.run(due):
                    self.sender.ring()

    async def _keep_findings(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self.findings.flush()

    async def _tidy(self) -> None:
        await self.writer.run(forget_questions)
        keep = timedelta(days=self.settings.inbox_keep_days)
        await self.writer.run(lambda tx: inbox.forget_before(tx, to_ms(tx.now - keep)))
        await self.writer.run(openings.forget_expired)
        await self.writer.run(partial(forget_strangers, keep=keep))
        await self.writer.run(forget_drafts)
        await self.writer.run(links.forget_expired)
        await self.writer.run(upload_pages.forget_expired)
        await asyncio.to_thread(self.rosters.tidy)
        # What passed the gate but reached no dialog any more (it was left meanwhile) is not kept.
        known = await self.writer.run(stored_files.known)
        await asyncio.to_thread(FileBox(self.settings.files, self.vault).sweep, known)
        if self.shared:
            await self.writer.run(inbox_shared.forget_quiet_chats)
            await self.writer.run(leases.forget_ended)


def _telegram(outbounds: list[Outbound]) -> Api:
    return next(each for each in outbounds if isinstance(each, TelegramOutbound)).api
