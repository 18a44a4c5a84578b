"""Replies as calls of the Telegram Bot API."""

import asyncio
import json
from html import escape
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import FormData

from bot.channels.render import Part, Rendered, render, with_link
from bot.channels.telegram.api import Api, as_json, says
from bot.channels.telegram.capabilities import TELEGRAM, TELEGRAM_GROUP
from bot.channels.uploads import Uploads, file_name
from bot.chat.errors import Rejected, RetryAfter, Uncertain
from bot.chat.replies import Edit, Template
from bot.delivery.outbound import Sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.channels.capabilities import Capabilities
    from bot.chat.replies import File, Message, Reply
    from bot.delivery.outbound import FileStore

log = structlog.get_logger()

LONGEST_PAUSE_SECONDS = 10
"""Between parts of one reply a 429 up to this long is waited out: giving all back would double the first."""
SHORT_LABEL = 14
"""Two buttons of at most this many characters share a row of a small phone in large type."""


JSON = dict[str, Any]


class TelegramOutbound:
    """The way out to Telegram (implements `bot.delivery.outbound.Outbound`)."""

    channel = "telegram"

    def __init__(self, token: str, files: "FileStore", *, base: str | None = None) -> None:
        self.api = Api(token, base)
        self._uploads = Uploads(self.channel, files)
        self._newest: tuple[Reply, Capabilities, Rendered] | None = None
        self._bodies: dict[tuple[int, str], bytes] = {}

    async def send(self, chat_id: str, reply: "Message") -> Sent:
        """Sends one reply. Raises the errors of `bot.chat.errors`."""
        if isinstance(reply, Template):
            raise Rejected("Telegram has no templates")
        try:
            chat = int(chat_id)
        except ValueError:
            raise Rejected("not a Telegram chat id") from None
        if chat > 0:
            reply = await with_link(reply, TELEGRAM, chat_id, self._uploads.link)
        rendered = self._rendered(reply, TELEGRAM if chat > 0 else TELEGRAM_GROUP)
        if rendered.refused:
            log.warning("file_refused", channel=self.channel, why=rendered.refused)
        if rendered.toast:
            return await self._toast(rendered.toast.callback_id or "", rendered.toast.text)
        if rendered.edit_of:
            return await self._edit(chat, rendered, correction=reply_is_correction(reply))
        if isinstance(reply, Edit) and reply.purpose == "withdraw":
            await self._delete(chat, reply.message_id)
        return await self._say(chat, rendered)

    async def close(self) -> None:
        """Closes connections."""
        await self.api.close()

    def _rendered(self, reply: "Reply", caps: "Capabilities") -> Rendered:
        """A notice to many is the same value for all of them, and is rendered once."""
        if self._newest is None or self._newest[0] is not reply or self._newest[1] is not caps:
            self._newest = reply, caps, render(reply, caps)
            self._bodies = {}
        return self._newest[2]

    async def _delete(self, chat: int, message_ids: str) -> None:
        """Deletes messages of ours. One older than 48 hours stays: what is said next must do."""
        wanted = [int(each) for each in message_ids.split(",") if each.isdigit()]
        try:
            if wanted:
                await self.api.call("deleteMessages", {"chat_id": chat, "message_ids": wanted})
        except Rejected as error:
            if not says(error, "can't be deleted", "not found", "message_id_invalid", "message identifier"):
                raise

    async def _toast(self, callback_id: str, text: str) -> Sent:
        try:
            await self.api.call(
                "answerCallbackQuery", {"callback_query_id": callback_id, "text": text or None}
            )
        except Rejected as error:
            if not says(error, "query is too old", "query id is invalid", "query_id_invalid"):
                raise
        return Sent(None)

    async def _say(self, chat: int, rendered: Rendered) -> Sent:
        message_id = None
        for part in rendered.parts:
            try:
                message_id = await self._part(chat, part)
            except RetryAfter as error:
                if message_id is None or error.seconds > LONGEST_PAUSE_SECONDS:
                    raise
                await asyncio.sleep(error.seconds)
                message_id = await self._part(chat, part)
        return Sent(message_id, rendered.choices_as, messages=max(1, len(rendered.parts)))

    async def _part(self, chat: int, part: Part) -> str:
        if part.file:
            return await self._document(chat, part, part.file)
        return _id(await self.api.call("sendMessage", self._to(chat, part, "", _text)))

    def _to(self, chat: int, part: Part, document: str, make: "Callable[[Part, str], JSON]") -> bytes:
        """The body of a call: all but the chat is the same for everybody who gets this part."""
        key = (id(part), document)  # of a part that is in `_newest`, so that no other has its id meanwhile
        newest = self._newest is not None and any(part is each for each in self._newest[2].parts)
        if not newest:
            return as_json({"chat_id": chat, **make(part, document)})
        if key not in self._bodies:
            self._bodies[key] = as_json(make(part, document))[1:]
        return b'{"chat_id": %d, ' % chat + self._bodies[key]

    async def _document(self, chat: int, part: Part, file: "File") -> str:
        reference = self._uploads.reference(file)
        if reference is None:
            async with self._uploads.lock(file):
                reference = self._uploads.reference(file)
                if reference is None:
                    return await self._upload(chat, part, file)
        try:
            return await self._send_document(chat, part, reference)
        except Rejected as error:
            if not says(
                error, "wrong file identifier", "wrong remote file", "file_reference", "invalid file_id"
            ):
                raise
        return await self._upload(chat, part, file)  # Telegram forgot it, or the bot is another one now

    async def _upload(self, chat: int, part: Part, file: "File") -> str:
        """The first send of a file is its upload; Telegram tells the id for all later ones."""
        form = FormData()
        for name, value in {"chat_id": chat, **_words(part)}.items():
            if value is not None:
                form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        form.add_field(
            "document",
            await self._uploads.read(file),
            filename=file_name(file),
            content_type="application/octet-stream",
        )
        message = await self.api.call("sendDocument", {}, form=form)
        if isinstance(message, dict) and isinstance(message.get("document"), dict):
            self._uploads.remember(file, str(message["document"]["file_id"]), None)
        return _id(message)

    async def _send_document(self, chat: int, part: Part, reference: str) -> str:
        return _id(await self.api.call("sendDocument", self._to(chat, part, reference, _document)))

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
                await self.api.call("editMessageReplyMarkup", {"chat_id": chat, "message_id": message_id})
        except Rejected as error:
            if says(error, "message is not modified"):
                pass
            elif not says(
                error, "message to edit not found", "message can't be edited", "message_id_invalid"
            ):
                raise
            elif correction:  # the person must learn it, with or without the old message
                return await self._say(chat, rendered)
        return Sent(rendered.edit_of, rendered.choices_as)

    async def _edit_words(self, chat: int, message_id: int, part: Part) -> None:
        body: JSON = {
            "chat_id": chat,
            "message_id": message_id,
            "parse_mode": "HTML",
            "reply_markup": inline_keyboard(part),
        }
        preview = {"is_disabled": not part.preview}
        try:
            await self.api.call(
                "editMessageText", body | {"text": html(part), "link_preview_options": preview}
            )
        except Rejected as error:
            if not says(error, "no text in the message"):
                raise
            # the words are a document's caption
            await self.api.call("editMessageCaption", body | {"caption": html(part)})


def _text(part: Part, _document: str) -> JSON:
    return {
        "text": html(part),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": not part.preview},
        "reply_markup": keyboard(part),
    }


def _document(part: Part, reference: str) -> JSON:
    return {"document": reference, **_words(part)}


def _words(part: Part) -> JSON:
    return {"caption": html(part) or None, "parse_mode": "HTML", "reply_markup": keyboard(part)}


def reply_is_correction(reply: "Reply") -> bool:
    """Whether what an edit says must reach the person even if the old message cannot be changed."""
    return getattr(reply, "purpose", "") == "correction"


def html(part: Part) -> str:
    """The part's words as Telegram HTML: all escaped, the heading bold."""
    heading = f"<b>{escape(part.heading, quote=False)}</b>" if part.heading else ""
    return "\n".join(line for line in (heading, escape(part.text, quote=False)) if line)


def keyboard(part: Part) -> JSON | None:
    """The part's buttons, or its request for the person's own number."""
    if part.ask_contact:
        button = {"text": part.ask_contact, "request_contact": True}
        return {"keyboard": [[button]], "resize_keyboard": True, "one_time_keyboard": True}
    return inline_keyboard(part)


def inline_keyboard(part: Part) -> JSON | None:
    """The part's buttons under the message; short ones share a row."""
    buttons = [{"text": c.label, "callback_data": c.payload} for c in part.buttons]
    buttons += [{"text": link.label, "url": link.url} for link in part.links]
    if not buttons:
        return None
    width = 2 if max(len(each["text"]) for each in buttons) <= SHORT_LABEL else 1
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    return {"inline_keyboard": rows}


def _id(message: Any) -> str:
    """The id of the message that Telegram says it sent. Raises Uncertain when it does not say."""
    if not isinstance(message, dict) or type(message.get("message_id")) is not int:
        raise Uncertain("no message id")
    return str(message["message_id"])
