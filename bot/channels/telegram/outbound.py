"""Replies as calls of the Telegram Bot API, and its errors as ours."""

import asyncio
from html import escape
from typing import TYPE_CHECKING

import structlog
from aiogram import Bot
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
)

from bot.channels.render import Part, Rendered, render
from bot.channels.telegram.capabilities import TELEGRAM, TELEGRAM_GROUP
from bot.channels.telegram.session import JsonSession
from bot.channels.uploads import Uploads, file_name
from bot.chat.errors import PlatformError, Rejected, RetryAfter, TokenExpired, Uncertain, Unreachable
from bot.chat.replies import Edit
from bot.delivery.outbound import Sent

if TYPE_CHECKING:
    from aiogram.types import Message

    from bot.chat.replies import File, Reply
    from bot.delivery.outbound import FileStore

log = structlog.get_logger()

TIMEOUT_SECONDS = 30
LONGEST_PAUSE_SECONDS = 10
"""Between parts of one reply a 429 up to this long is waited out: giving all back would double the first."""
SHORT_LABEL = 14
"""Two buttons of at most this many characters share a row of a small phone in large type."""


def make_bot(token: str, base: str | None = None) -> Bot:
    """aiogram's Bot on our session; `base` is another server that speaks the Bot API (a sandbox)."""
    api = TelegramAPIServer.from_base(base) if base else PRODUCTION
    return Bot(token, session=JsonSession(api=api, timeout=TIMEOUT_SECONDS))


class TelegramOutbound:
    """The way out to Telegram (implements `bot.delivery.outbound.Outbound`)."""

    channel = "telegram"

    def __init__(self, token: str, files: "FileStore", *, base: str | None = None) -> None:
        self.bot = make_bot(token, base)
        self._uploads = Uploads(self.channel, files)

    async def send(self, chat_id: str, reply: "Reply") -> Sent:
        """Sends one reply. Raises the errors of `bot.chat.errors`."""
        try:
            chat = int(chat_id)
        except ValueError:
            raise Rejected("not a Telegram chat id") from None
        rendered = render(reply, TELEGRAM if chat > 0 else TELEGRAM_GROUP)
        if rendered.refused:
            log.warning("file_refused", channel=self.channel, why=rendered.refused)
        try:
            if rendered.toast:
                return await self._toast(rendered.toast.callback_id or "", rendered.toast.text)
            if rendered.edit_of:
                return await self._edit(chat, rendered, correction=reply_is_correction(reply))
            if isinstance(reply, Edit) and reply.purpose == "withdraw":
                await self._delete(chat, reply.message_id)
            return await self._say(chat, rendered)
        except AiogramError as error:
            raise ours(error) from error

    async def close(self) -> None:
        """Closes connections."""
        await self.bot.session.close()

    async def _delete(self, chat: int, message_ids: str) -> None:
        """Deletes messages of ours. One older than 48 hours stays: what is said next must do."""
        wanted = [int(each) for each in message_ids.split(",") if each.isdigit()]
        try:
            if wanted:
                await self.bot.delete_messages(chat, wanted)
        except TelegramBadRequest as error:
            if not _says(error, "can't be deleted", "not found", "message_id_invalid", "message identifier"):
                raise

    async def _toast(self, callback_id: str, text: str) -> Sent:
        try:
            await self.bot.answer_callback_query(callback_id, text=text or None)
        except TelegramBadRequest as error:
            if not _says(error, "query is too old", "query id is invalid", "query_id_invalid"):
                raise
        return Sent(None)

    async def _say(self, chat: int, rendered: Rendered) -> Sent:
        message_id = None
        for part in rendered.parts:
            try:
                message = await self._part(chat, part)
            except TelegramRetryAfter as error:
                if message_id is None or error.retry_after > LONGEST_PAUSE_SECONDS:
                    raise
                await asyncio.sleep(error.retry_after)
                message = await self._part(chat, part)
            message_id = str(message.message_id)
        return Sent(message_id, rendered.choices_as)

    async def _part(self, chat: int, part: Part) -> "Message":
        if part.file:
            return await self._document(chat, part, part.file)
        return await self.bot.send_message(
            chat,
            html(part),
            parse_mode="HTML",
            link_preview_options=LinkPreviewOptions(is_disabled=not part.preview),
            reply_markup=keyboard(part),
        )

    async def _document(self, chat: int, part: Part, file: "File") -> "Message":
        reference = self._uploads.reference(file)
        if reference is None:
            async with self._uploads.lock(file):
                reference = self._uploads.reference(file)
                if reference is None:
                    return await self._upload(chat, part, file)
        try:
            return await self._send_document(chat, part, reference)
        except TelegramBadRequest as error:
            if not _says(
                error, "wrong file identifier", "wrong remote file", "file_reference", "invalid file_id"
            ):
                raise
        return await self._upload(chat, part, file)  # Telegram forgot it, or the bot is another one now

    async def _upload(self, chat: int, part: Part, file: "File") -> "Message":
        """The first send of a file is its upload; Telegram tells the id for all later ones."""
        content = BufferedInputFile(await self._uploads.read(file), file_name(file))
        message = await self._send_document(chat, part, content)
        if message.document:
            self._uploads.remember(file, message.document.file_id, None)
        return message

    async def _send_document(self, chat: int, part: Part, document: "str | BufferedInputFile") -> "Message":
        return await self.bot.send_document(
            chat, document, caption=html(part) or None, parse_mode="HTML", reply_markup=keyboard(part)
        )

    async def _edit(self, chat: int, rendered: Rendered, *, correction: bool) -> Sent:
        part = rendered.parts[0]
        try:
            message_id = int(rendered.edit_of)
        except ValueError:
            raise Rejected("not a Telegram message id") from None
        try:
            if part.plain:
                await self._edit_words(chat, message_id, part)
            else:
                await self.bot.edit_message_reply_markup(chat_id=chat, message_id=message_id)
        except TelegramBadRequest as error:
            if _says(error, "message is not modified"):
                pass
            elif not _says(
                error, "message to edit not found", "message can't be edited", "message_id_invalid"
            ):
                raise
            elif correction:  # the person must learn it, with or without the old message
                return await self._say(chat, rendered)
        return Sent(rendered.edit_of, rendered.choices_as)

    async def _edit_words(self, chat: int, message_id: int, part: Part) -> None:
        markup = inline_keyboard(part)
        try:
            await self.bot.edit_message_text(
                html(part),
                chat_id=chat,
                message_id=message_id,
                parse_mode="HTML",
                link_preview_options=LinkPreviewOptions(is_disabled=not part.preview),
                reply_markup=markup,
            )
        except TelegramBadRequest as error:
            if not _says(error, "no text in the message"):
                raise
            await self.bot.edit_message_caption(  # the words are a document's caption
                chat_id=chat,
                message_id=message_id,
                caption=html(part),
                parse_mode="HTML",
                reply_markup=markup,
            )


def reply_is_correction(reply: "Reply") -> bool:
    """Whether what an edit says must reach the person even if the old message cannot be changed."""
    return getattr(reply, "purpose", "") == "correction"


def html(part: Part) -> str:
    """The part's words as Telegram HTML: all escaped, the heading bold."""
    heading = f"<b>{escape(part.heading, quote=False)}</b>" if part.heading else ""
    return "\n".join(line for line in (heading, escape(part.text, quote=False)) if line)


def keyboard(part: Part) -> "InlineKeyboardMarkup | ReplyKeyboardMarkup | None":
    """The part's buttons, or its request for the person's own number."""
    if part.ask_contact:
        button = KeyboardButton(text=part.ask_contact, request_contact=True)
        return ReplyKeyboardMarkup(keyboard=[[button]], resize_keyboard=True, one_time_keyboard=True)
    return inline_keyboard(part)


def inline_keyboard(part: Part) -> InlineKeyboardMarkup | None:
    """The part's buttons under the message; short ones share a row."""
    if not part.buttons:
        return None
    buttons = [InlineKeyboardButton(text=c.label, callback_data=c.payload) for c in part.buttons]
    width = 2 if max(len(c.label) for c in part.buttons) <= SHORT_LABEL else 1
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def ours(error: AiogramError) -> PlatformError:
    """aiogram's error as one of `bot.chat.errors`. Network errors lose their text: it may hold the token."""
    if isinstance(error, TelegramRetryAfter):
        return RetryAfter(error.retry_after)
    if isinstance(error, TelegramMigrateToChat):
        return Unreachable("chat_gone", str(error.migrate_to_chat_id))
    if isinstance(error, TelegramForbiddenError):
        return Unreachable("blocked")
    if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
        # 404 for a method that exists means that no bot has this token
        return TokenExpired(type(error).__name__)
    if isinstance(error, TelegramEntityTooLarge):
        return Rejected("too large")
    if isinstance(error, TelegramNetworkError | TelegramServerError | ClientDecodeError):
        return Uncertain(type(error).__name__)
    if isinstance(error, TelegramBadRequest):
        if _says(error, "chat not found", "peer_id_invalid", "user not found"):
            return Unreachable("chat_gone")
        if _says(error, "not enough rights", "have no rights", "chat_write_forbidden"):
            return Unreachable("refused")
        return Rejected(error.message)
    return Rejected(f"{type(error).__name__}: {error}")


def _says(error: TelegramBadRequest, *phrases: str) -> bool:
    message = error.message.lower()
    return any(phrase in message for phrase in phrases)
