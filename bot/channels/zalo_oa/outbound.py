"""Replies as calls of the Zalo OA Open API, and its errors as ours."""

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import httpx
import structlog

from bot.channels.render import Part, render, shorten, with_link, without_buttons
from bot.channels.uploads import Uploads, file_name
from bot.channels.zalo_oa.access import headers
from bot.channels.zalo_oa.capabilities import ZALO_OA, ZALO_OA_GROUP
from bot.channels.zalo_oa.inbound import GROUP
from bot.chat.errors import (
    OUT_OF_ORDER,
    Later,
    PlatformError,
    Rejected,
    RetryAfter,
    Suspended,
    TokenExpired,
    Unavailable,
    Uncertain,
    Unreachable,
)
from bot.chat.replies import Template
from bot.clock import VIETNAM, now, to_ms
from bot.delivery.outbound import Quota, Sent
from bot.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.channels.zalo_oa.access import Access
    from bot.chat.replies import File, Message
    from bot.delivery.outbound import FileStore

log = structlog.get_logger()

OFFICIAL = "https://openapi.zalo.me"
TEMPLATE = "/v3.0/oa/message/template"
TIMEOUT_SECONDS = 20
IN_FLIGHT = 8
"""httpx rechecks its whole pool at each request: 64 at once halve its speed, and Zalo takes 67 a second."""
TOKEN_VALID_SECONDS = 7 * 86_400 - 3600
"""Upload tokens live seven days."""
MOST_ELEMENTS, MOST_TITLE, MOST_SUBTITLE = 5, 100, 500
BUTTONS_REFUSED = frozenset({-201, -233})
FILE_FORGOTTEN = frozenset({-100, -238, -241})

_UNREACHABLE = {
    -213: "not_follower",
    -217: "refused",
    -227: "refused",
    -230: "window_closed",
    -232: "window_closed",
    -237: "chat_gone",
    -244: "refused",
    -403: "chat_gone",
}
TOKEN_REFUSED = frozenset({-124, -216, -220})
_CALLS_USED_UP = -32
_CALLS_PAUSE_S, _PART_PAUSE_S = 60.0, 3.0
_PASSING = (RetryAfter, Unavailable)
_NO_LIST = "does not fit a list"
"""What we say ourselves, and Zalo does not."""
_LATER = {-211: (3600.0, "quota"), -218: (6 * 3600.0, "person_quota")}
_NIGHT = frozenset({-133, -234})
MORNING_HOUR = 6
_SUSPENDED = {
    -204: "oa_disabled",
    -205: "oa_disabled",
    -209: "app_disabled",
    -212: "not_granted",
    -219: "app_disabled",
    -221: "not_verified",
    -223: "not_granted",
    -224: "package",
    -242: "secret_wrong",
    -320: "no_money",
    -321: "no_money",
}
"""What only a person can set right, by the word in `texts.PROBLEMS`."""
_ACCOUNT = frozenset({-204, -205, -209, -219, -242})
"""Of those, what stops every message and not only a template."""
_TEMPLATE_UNREACHABLE = frozenset({-108, -114, -118, -119})
_TEMPLATE_SPENT = frozenset({-144, -147, -211})
"""As many templates as one day takes."""


class _Refused(Exception):
    """Zalo's own answer "no", before it becomes one of our errors."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


class ZaloOutbound:
    """The way out to a Zalo Official Account (implements `bot.delivery.outbound.Outbound`)."""

    channel = "zalo_oa"

    def __init__(
        self,
        access: "Access",
        files: "FileStore",
        *,
        base: str | None = None,
        proof_secret: str = "",
        choices: str = "buttons",
        form_image: str = "",
        saw: "Callable[[str, str], None]" = lambda subject, variant: None,
    ) -> None:
        """`proof_secret`: the app secret, where each call shall carry `appsecret_proof`.

        `choices`: "buttons" under the text, a "list" with a choice in each element, or "numbers" alone.
        `form_image`: https address of the picture on the form that asks for a phone number; "": no form.
        `saw` is told which variant of something unsettled was met (`findings`).
        """
        self._saw = saw
        self._base = (base or OFFICIAL).rstrip("/")
        self._access = access
        self._proof_secret = proof_secret
        self._as_list = choices == "list"
        self._form_image = form_image
        self._caps = replace(ZALO_OA, buttons=choices != "numbers", ask_contact=bool(form_image))
        self._uploads = Uploads(self.channel, files)
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS)
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)

    async def send(self, chat_id: str, reply: "Message") -> Sent:
        """Sends one reply to a person or a group ("group:" + id). Raises the errors of `bot.chat.errors`."""
        if isinstance(reply, Template):
            return await self._template(chat_id, reply)
        caps = self._caps
        if chat_id.startswith(GROUP):
            caps = ZALO_OA_GROUP
        else:
            reply = await with_link(reply, caps, chat_id, self._uploads.link)
        rendered = render(reply, caps)
        if rendered.refused:
            log.warning("file_refused", channel=self.channel, why=rendered.refused)
        choices_as = rendered.choices_as
        answers: list[dict[str, Any]] = []
        try:
            for part in rendered.parts:
                try:
                    answers.append(await self._next(chat_id, part, first=not answers))
                except _Refused as no:
                    if not (part.buttons or part.links or part.ask_contact) or no.code not in BUTTONS_REFUSED:
                        raise
                    if no.message != _NO_LIST:
                        log.warning("zalo_buttons_refused", code=no.code)
                        self._saw("buttons", f"refused {no.code}")
                    choices_as = "numbers" if part.buttons else choices_as
                    for numbered in without_buttons(part, ZALO_OA):
                        answers.append(await self._next(chat_id, numbered, first=not answers))
        except _Refused as no:
            self._saw("error", str(no.code))
            error = ours(no.code, no.message)
            if isinstance(error, Suspended) and chat_id.startswith(GROUP):
                # Groups are a right and a package of their own: without them people are still written to.
                error = Rejected(str(error), f"Zalo {no.code}")
            raise error from None
        message_id = answers[-1].get("message_id") if answers else None
        quotas = tuple(found for answer in answers if (found := quota(answer.get("quota"))) is not None)
        for each in quotas:
            if each.to_person:
                self._saw("free", "unlimited" if each.total is None else str(each.total))
        return Sent(None if message_id is None else str(message_id), choices_as, quotas, max(1, len(answers)))

    async def _template(self, chat_id: str, template: Template) -> Sent:
        body = {
            "user_id": chat_id,
            "template_id": template.template_id,
            "template_data": dict(template.fields),
        }
        try:
            answer = await self._call(TEMPLATE, json=body)
        except _Refused as no:
            self._saw("error", f"template {no.code}")
            raise of_template(no.code, no.message) from None
        message_id = answer.get("message_id") or answer.get("msg_id")
        return Sent(None if message_id is None else str(message_id))

    async def close(self) -> None:
        """Closes connections."""
        await self._client.aclose()

    async def _next(self, chat_id: str, part: Part, *, first: bool) -> dict[str, Any]:
        """A part; one that is not the first waits a moment and is tried again, lest the first be paid for twice."""
        try:
            return await self._part(chat_id, part)
        except (_Refused, RetryAfter, Unavailable) as error:
            passing = isinstance(ours(error.code, "") if isinstance(error, _Refused) else error, _PASSING)
            if first or not passing:
                raise
        await asyncio.sleep(_PART_PAUSE_S)
        return await self._part(chat_id, part)

    async def _part(self, chat_id: str, part: Part) -> dict[str, Any]:
        if part.file:
            return await self._file(chat_id, part.file)
        message: dict[str, Any] = {"text": part.plain}
        if part.ask_contact:
            return await self._form(chat_id, part)
        if self._as_list and part.buttons:
            message = _list(part)
        elif part.buttons or part.links:
            message["attachment"] = {"type": "template", "payload": {"buttons": _buttons(part)}}
        answer = await self._message(chat_id, message)
        if part.buttons:
            self._saw("buttons", "accepted")
        return answer

    async def _form(self, chat_id: str, part: Part) -> dict[str, Any]:
        """Asks for the phone number by Zalo's form: a claim, since people may type any number there."""
        element = {
            "title": shorten(part.ask_contact, MOST_TITLE),
            "subtitle": shorten(part.plain, MOST_SUBTITLE),
            "image_url": self._form_image,
        }
        payload = {"template_type": "request_user_info", "elements": [element]}
        if len(part.plain) > MOST_SUBTITLE:
            await self._message(chat_id, {"text": part.plain})
        return await self._message(chat_id, {"attachment": {"type": "template", "payload": payload}})

    async def _file(self, chat_id: str, file: "File") -> dict[str, Any]:
        known, token = await self._file_token(file)
        try:
            return await self._message(chat_id, _file_message(file, token))
        except _Refused as no:
            if not known or no.code not in FILE_FORGOTTEN:
                raise
        async with self._uploads.lock(file):
            latest = self._uploads.reference(file)
            if latest is None or latest == token:  # else another task has uploaded it anew by now
                latest = await self._upload(file)
        return await self._message(chat_id, _file_message(file, latest))

    async def _file_token(self, file: "File") -> tuple[bool, str]:
        """(whether it was known before, the upload token)."""
        async with self._uploads.lock(file):
            token = self._uploads.reference(file)
            return token is not None, token or await self._upload(file)

    async def _upload(self, file: "File") -> str:
        content = await self._uploads.read(file)
        kind, name = ("image", "attachment_id") if _is_picture(file) else ("file", "token")
        data = await self._call(
            f"/v2.0/oa/upload/{kind}", files={"file": (file_name(file), content, file.media_type)}
        )
        token = data.get(name)
        if not isinstance(token, str) or not token:
            raise Uncertain("upload without token")
        self._uploads.remember(file, token, TOKEN_VALID_SECONDS)
        return token

    async def _message(self, chat_id: str, message: dict[str, Any]) -> dict[str, Any]:
        if chat_id.startswith(GROUP):
            recipient = {"group_id": chat_id.removeprefix(GROUP)}
            if "text" in message:  # "[@id]" would mention a person
                message = {**message, "text": message["text"].replace("[@", "[ @")}
            path = "/v3.0/oa/group/message"
        else:
            recipient = {"user_id": chat_id}
            path = "/v3.0/oa/message/cs"
        return await self._call(path, json={"recipient": recipient, "message": message})

    async def _call(self, path: str, **body: Any) -> dict[str, Any]:
        """The answer's `data`; a refused token is renewed once and the call repeated once.

        Raises _Refused, Unavailable, Uncertain, RetryAfter or TokenExpired.
        """
        data = await self._ask(path, **body)
        return data if isinstance(data, dict) else {}

    async def ask(self, path: str, body: dict[str, Any]) -> Any:
        """Any call with a JSON body; the answer's `data`. Raises the errors of `bot.chat.errors`."""
        try:
            return await self._ask(path, json=body)
        except _Refused as no:
            self._saw("error", str(no.code))
            raise ours(no.code, no.message) from None

    async def _ask(self, path: str, **body: Any) -> Any:
        token = await self._access.token()
        try:
            return await self._call_with(token, path, body)
        except _Refused as no:
            if no.code not in TOKEN_REFUSED:
                raise
        return await self._call_with(await self._access.renewed(token), path, body)

    async def _call_with(self, token: str, path: str, body: dict[str, Any]) -> Any:
        try:
            async with self._in_flight:
                response = await self._client.post(
                    f"{self._base}{path}", headers=headers(token, self._proof_secret), **body
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise Uncertain(type(error).__name__) from error
        if response.status_code == 429:
            raise RetryAfter(_CALLS_PAUSE_S)
        if response.status_code in OUT_OF_ORDER:
            raise Unavailable(f"HTTP {response.status_code}")
        if response.status_code >= 500:
            raise Uncertain(f"HTTP {response.status_code}")
        try:
            answer = response.json()
            code = int(answer["error"])
        except (ValueError, TypeError, KeyError):
            raise Uncertain(f"HTTP {response.status_code}, unreadable") from None
        if code != 0:
            raise _Refused(code, str(answer.get("message", "")))
        return answer.get("data")


def _buttons(part: Part) -> list[dict[str, Any]]:
    buttons: list[dict[str, Any]] = [
        {"title": choice.label, "type": "oa.query.hide", "payload": choice.payload} for choice in part.buttons
    ]
    for link in part.links:
        scheme, _colon, rest = link.url.partition(":")
        if scheme == "tel":
            buttons.append({"title": link.label, "type": "oa.open.phone", "payload": {"phone_code": rest}})
        else:
            buttons.append({"title": link.label, "type": "oa.open.url", "payload": {"url": link.url}})
    return buttons


def _list(part: Part) -> dict[str, Any]:
    """A list: the words first, then an element for each choice. Raises _Refused when it does not fit.

    On v3 a button inside each element is what was seen to work, and an empty subtitle is refused (-201).
    """
    title = part.heading or part.text.partition("\n")[0]
    if len(part.buttons) >= MOST_ELEMENTS or len(part.text) > MOST_SUBTITLE or part.links:
        raise _Refused(-233, _NO_LIST)
    elements: list[dict[str, Any]] = [{"title": shorten(title, MOST_TITLE), "subtitle": part.text or title}]
    for number, choice in enumerate(part.buttons, 1):
        action = {"type": "oa.query.hide", "payload": choice.payload}
        elements.append(
            {"title": choice.label, "subtitle": _("Chọn {number}", number=number), "default_action": action}
        )
    return {"attachment": {"type": "template", "payload": {"template_type": "list", "elements": elements}}}


def _is_picture(file: "File") -> bool:
    return PurePath(file.name).suffix.lower() in ZALO_OA.picture_types


def _file_message(file: "File", token: str) -> dict[str, Any]:
    if _is_picture(file):
        element = {"media_type": "image", "attachment_id": token}
        payload = {"template_type": "media", "elements": [element]}
        return {"attachment": {"type": "template", "payload": payload}}
    return {"attachment": {"type": "file", "payload": {"token": token}}}


FREE_KINDS = frozenset({"reply"})
_MOMENTS = ("%H:%M:%S %d/%m/%Y", "%d/%m/%Y %H:%M:%S", "%H:%M %d/%m/%Y", "%d/%m/%Y")


def quota(block: object) -> Quota | None:
    """The quota block of an answer; numbers and moments come as text or not at all, and in several forms."""
    if not isinstance(block, dict) or not isinstance(kind := block.get("quota_type"), str):
        return None
    remaining, total = _whole(block.get("remain")), _whole(block.get("total"))
    return Quota(kind, kind in FREE_KINDS, remaining, total, _until(block.get("expired_date")))


def _whole(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if re.fullmatch(r"\d{1,9}", text) else None


def _until(value: object) -> int | None:
    text = str(value).strip()
    if re.fullmatch(r"\d{13}", text):
        return int(text)
    for form in _MOMENTS:
        try:
            return to_ms(datetime.strptime(text, form).replace(tzinfo=VIETNAM))
        except ValueError:
            continue
    return None


def ours(code: int, message: str = "") -> PlatformError:
    """Zalo's error code as one of `bot.chat.errors`; a code without a place here is Rejected, kept and shown.

    Codes: reference of the OA API as compiled by third parties; -118 and the like belong to templates.
    """
    if code in _UNREACHABLE:
        return Unreachable(_UNREACHABLE[code])
    if code in TOKEN_REFUSED:
        return TokenExpired(f"zalo {code}")
    if code == _CALLS_USED_UP:
        return RetryAfter(_CALLS_PAUSE_S)
    if code in _LATER:
        return Later(*_LATER[code])
    if code in _NIGHT:
        return Later(seconds_until_morning(), "night")
    if code in _SUSPENDED:
        return Suspended(_SUSPENDED[code])
    if code == -200:  # "send failed": worth one more try
        return Uncertain("zalo -200")
    return Rejected(f"zalo {code}: {message[:120]}", f"Zalo {code}")


def of_template(code: int, message: str = "") -> PlatformError:
    """An answer to a template: what ails the template, or its money, stops no other message."""
    if code in _TEMPLATE_UNREACHABLE:
        return Unreachable("refused")
    if code in _TEMPLATE_SPENT:
        return Later(seconds_until_morning(), "quota")
    if code == -100:  # here: an unknown error
        return Uncertain("zalo template -100")
    found = ours(code, message)
    if isinstance(found, Suspended) and code not in _ACCOUNT:
        return Rejected(f"zalo {code}: {message[:120]}", f"Zalo {code}")
    return found


def seconds_until_morning() -> float:
    """Until 06:00 in Vietnam, when what may not be sent at night may."""
    here = now().astimezone(VIETNAM)
    morning = here.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
    if morning <= here:
        morning += timedelta(days=1)
    return (morning - here).total_seconds()
