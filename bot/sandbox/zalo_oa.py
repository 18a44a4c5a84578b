"""The Zalo OA API's server side: calls, uploads. Errors are HTTP 200 with a number, as Zalo's are."""

import asyncio
import io
import json
import secrets
import zipfile
from collections import deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot import clock
from bot.sandbox import zalo_body
from bot.sandbox.world import Json, Person, StoredFile, World
from bot.sandbox.zalo_oauth import ZaloError, ZaloOauth
from bot.sandbox.zalo_quota import WINDOW_MS, Ledger, Spent

ASSET_LIVES_MS = 7 * 24 * 3600 * 1000
CALLS_A_MINUTE = 4000
MOST_FILE = 5 * 1024 * 1024
MOST_IMAGE = 1024 * 1024
GONE = frozenset({"v2.0/oa/message", "v3.0/oa/message/transaction", "v3.0/oa/message/promotion"})
"""What is reported to be shut down."""


def file_kind(name: str, data: bytes) -> str | None:
    """ "pdf", "doc", "docx" or "csv", when content and name agree; None for what an OA does not take."""
    ending = name.rpartition(".")[2].lower()
    if data.startswith(b"%PDF-"):
        kind = "pdf"
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        kind = "doc"
    elif data.startswith(b"PK"):
        try:
            parts = zipfile.ZipFile(io.BytesIO(data)).namelist()
        except zipfile.BadZipFile:
            return None
        kind = "docx" if any(part.startswith("word/") for part in parts) else ""
    else:
        try:
            data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
        kind = "csv" if b"\0" not in data else ""
    return kind if kind and kind == ending else None


class ZaloOa:
    """One Official Account of one application."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.heard: Callable[[Person, str, Json], None] = lambda person, kind, fields: None
        """Told of every message the OA sends: person, kind ("text", "image", …) and the message's fields."""
        self.app_id = str(secrets.randbelow(10**18) + 10**18)
        self.oa_id = str(secrets.randbelow(10**18) + 3 * 10**18)
        self.oa_secret_key = secrets.token_urlsafe(15)
        self.switches: Json = {
            "window": False,
            "free_messages": 0,
            "package": 2000,
            "pays": True,
            "price": 55,
            "limits": False,
            "tokens_end": True,
            "app_enabled": True,
            "proof": "optional",
            "pkce": "request",
            "refresh_ends_old": False,
            "three_months_from": "renewal",
            "buttons_under_text": True,
            "list": True,
            "list_buttons": False,
            "submit_info": "new",
            "echo": True,
            "receipts": False,
            "signature_id": "app_id",
            "signed_with": "oa_secret_key",
            "timestamp_in": "body",
            "mac_prefix": True,
            "retry_on": "any",
            "webhook_timeout": 2.0,
        }
        self.oauth = ZaloOauth(world, self.app_id, self.oa_id, self.switches)
        self._calls: deque[int] = deque()
        self._uploaded: dict[str, str] = {}
        """Of what the account uploaded, by its name: "token" of a file, or "attachment_id"."""
        self.ledger = Ledger(self.switches)
        self.calls: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("POST", "v3.0/oa/message/cs"): self.consult,
            ("POST", "v2.0/oa/upload/file"): self.upload_file,
            ("POST", "v2.0/oa/upload/image"): self.upload_image,
            ("POST", "v2.0/oa/upload/gif"): self.upload_gif,
            ("GET", "v3.0/oa/user/detail"): self.user_detail,
            ("POST", "v3.0/oa/user/detail"): self.user_detail,
            ("GET", "v2.0/oa/getoa"): self.about_oa,
        }

    def routes(self) -> list[web.RouteDef]:
        """Calls below /zalo, in the place of openapi.zalo.me and oauth.zaloapp.com."""
        return [
            *self.oauth.routes(),
            web.get("/zalo/files/{file_id}/{name}", self.download),
            web.route("*", "/zalo/{path:.*}", self.handle),
        ]

    # Calls

    def _admit(self, request: web.Request) -> int:
        """Checks token, proof and rate; calls left in this minute. Raises ZaloError."""
        self.oauth.admit(request.headers.get("access_token", ""), request.headers.get("appsecret_proof"))
        now = self.world.now_ms()
        while self._calls and self._calls[0] <= now - 60_000:
            self._calls.popleft()
        if self.switches["limits"] and len(self._calls) >= CALLS_A_MINUTE:
            raise ZaloError(-32, "Application has reached its request limit")
        self._calls.append(now)
        return max(0, CALLS_A_MINUTE - len(self._calls))

    async def handle(self, request: web.Request) -> web.Response:
        """Any call but OAuth's."""
        path = request.match_info["path"]
        run = self.calls.get((request.method, path))
        self.world.stats["zalo_oa"]["calls"] += 1
        data: Any = await self._read(request)
        user_id = data.get("recipient", data) if isinstance(data, dict) else None
        user_id = user_id.get("user_id", "") if isinstance(user_id, dict) else ""
        fault = self.world.fault("zalo_oa", path, str(user_id))
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and fault.http_status is not None:
            return web.Response(
                status=fault.http_status, text="<html>gateway</html>", content_type="text/html"
            )
        left = CALLS_A_MINUTE
        try:
            if fault is not None and fault.drop == "before":
                raise ConnectionAbortedError
            if fault is not None and fault.error is not None:
                raise ZaloError(fault.error, fault.description)
            left = self._admit(request)
            if run is None:
                raise self._unknown(path)
            answer: Json = {"data": run(data), "error": 0, "message": "Success"}
            if fault is not None and fault.drop == "after":
                raise ConnectionAbortedError
        except ConnectionAbortedError:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        except ZaloError as error:
            answer = {"error": error.error, "message": error.message}
            self.world.stats["zalo_oa"]["refused"] += 1
        shown = {"file": data[0], "size": len(data[1])} if isinstance(data, tuple) else data
        self.world.record("zalo_oa", "call", path, shown, 200, answer)
        self.world.tick()
        limits = {"X-RateLimit-Limit": str(CALLS_A_MINUTE), "X-RateLimit-Remain": str(left)}
        return web.json_response(answer, headers=limits)

    def _unknown(self, path: str) -> ZaloError:
        if path in GONE:
            return ZaloError(-240, "This API has been shut down, please use another version")
        if any(path == known for _method, known in self.calls):
            return ZaloError(-201, "HTTP method is not supported")
        return ZaloError(-212, "API is not registered")

    @staticmethod
    async def _read(request: web.Request) -> Any:
        """JSON body, `data=` of a GET, or an upload as (name, bytes); None when it cannot be read."""
        try:
            if request.method == "GET":
                return json.loads(request.query.get("data", "{}"))
            if request.content_type.startswith("multipart/"):
                part = (await request.post()).get("file")
                return (part.filename, part.file.read()) if isinstance(part, web.FileField) else None
            return json.loads(await request.read())
        except (ValueError, RecursionError):
            return None

    def known(self, user_id: object) -> Person:
        """The person by the OA's id for them. Raises ZaloError (-201)."""
        if not isinstance(user_id, str) or ("zalo_oa", user_id) not in self.world.people:
            raise ZaloError(-201, "user_id is invalid")
        return self.world.people["zalo_oa", user_id]

    def consult(self, data: Any) -> Json:
        """message/cs: to somebody who follows or wrote, and is not cut off."""
        if not isinstance(data, dict) or not isinstance(data.get("recipient"), dict):
            raise ZaloError(-201, "recipient is required")
        person = self.known(data["recipient"].get("user_id"))
        content = self.content(data.get("message"))
        file = self.asset(content)
        chat = self.world.chat("zalo_oa", person.user_id)
        if content.quoted and content.quoted not in chat.by_id:
            raise ZaloError(-201, "quote_message_id is invalid")
        if person.blocked or not person.open:
            raise ZaloError(-213, "User has not followed OA")
        last = person.last_interaction or 0
        if self.switches["window"] and self.world.now_ms() - last > WINDOW_MS:
            self.ledger.books["closed"] += 1
            raise ZaloError(-230, "User has not interacted with the OA in the past 7 days")
        try:
            quota = self.ledger.charge(person, self.world.now_ms(), self.oa_id)
        except Spent:
            raise ZaloError(-211, "Out of quota") from None
        message_id = secrets.token_hex(10)
        self.world.post(
            chat,
            message_id,
            "",
            content.kind,
            content.text,
            buttons=content.buttons,
            keyboard=content.keyboard,
            file=file,
            native=data["message"],
        )
        fields: Json = {"msg_id": message_id, "text": content.text}
        self.heard(person, content.kind, fields)
        return {
            "message_id": message_id,
            "user_id": person.user_id,
            "sent_time": str(self.world.now_ms()),
            "quota": quota,
        }

    def content(self, message: Any) -> zalo_body.Content:
        """What a body says. Raises ZaloError."""
        try:
            return zalo_body.check(message, self.switches)
        except zalo_body.BadBody as error:
            raise ZaloError(error.error, str(error)) from None

    def asset(self, content: zalo_body.Content) -> StoredFile | None:
        """The uploaded file or picture of a message; None for none. Raises ZaloError."""
        name, kind = content.token or content.attachment_id, "token" if content.token else "attachment_id"
        if not name:
            return None
        file = self.world.files.get(name)
        if file is None or self._uploaded.get(name) != kind or self.world.now_ms() - file.at > ASSET_LIVES_MS:
            raise ZaloError(-100, "Attachment is invalid or has expired")
        return file

    def upload_file(self, data: Any) -> Json:
        """upload/file: PDF, DOC, DOCX or CSV up to 5 MB, by content and name."""
        if not isinstance(data, tuple):
            raise ZaloError(-201, "file is required")
        name, content = data
        if len(content) > MOST_FILE:
            raise ZaloError(-210, "File size must not exceed 5MB")
        if not content or file_kind(name, content) is None:
            raise ZaloError(-201, "File type is not supported: PDF, DOC, DOCX or CSV only")
        return self._keep("token", name, content)

    def _keep(self, kind: str, name: str, content: bytes) -> Json:
        try:
            self.ledger.upload(self.world.now_ms())
        except Spent:
            raise ZaloError(-211, "Uploads of this month are used up") from None
        file = self.world.store_file(secrets.token_urlsafe(40), name, "", content)
        self._uploaded[file.file_id] = kind
        return {kind: file.file_id}

    def upload_image(self, data: Any) -> Json:
        """upload/image: JPEG or PNG up to 1 MB."""
        if not isinstance(data, tuple):
            raise ZaloError(-201, "file is required")
        name, content = data
        if len(content) > MOST_IMAGE:
            raise ZaloError(-210, "Image size must not exceed 1MB")
        if not content.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            raise ZaloError(-201, "Image type is not supported: JPG or PNG only")
        return self._keep("attachment_id", name, content)

    def upload_gif(self, data: Any) -> Json:
        """upload/gif: up to 5 MB."""
        if not isinstance(data, tuple):
            raise ZaloError(-201, "file is required")
        name, content = data
        if len(content) > MOST_FILE:
            raise ZaloError(-210, "File size must not exceed 5MB")
        if not content.startswith((b"GIF87a", b"GIF89a")):
            raise ZaloError(-201, "Image type is not supported: GIF only")
        return self._keep("attachment_id", name, content)

    def user_detail(self, data: Any) -> Json:
        """user/detail."""
        person = self.known(data.get("user_id") if isinstance(data, dict) else None)
        if not person.open:
            raise ZaloError(-213, "User has not followed OA")
        last = person.last_interaction
        return {
            "user_id": person.user_id,
            "user_id_by_app": by_app(person.user_id),
            "user_external_id": "",
            "display_name": person.name,
            "user_alias": person.name,
            "is_sensitive": False,
            "user_last_interaction_date": clock.from_ms(last).astimezone(clock.VIETNAM).strftime("%d/%m/%Y")
            if last
            else "",
            "user_is_follower": person.follows,
            "avatar": "",
            "avatars": {"120": "", "240": ""},
            "tags_and_notes_info": {"tag_names": [], "notes": []},
            "shared_info": {"name": "", "phone": "", "address": "", "city": "", "district": ""}
            | person.shared,
        }

    def about_oa(self, data: Any) -> Json:
        """getoa."""
        followers = sum(p.follows for p in self.world.people.values() if p.platform == "zalo_oa")
        return {
            "oa_id": self.oa_id,
            "name": "Sổ tay (sandbox)",
            "description": "",
            "oa_alias": "",
            "is_verified": True,
            "oa_type": 2,
            "cate_name": "",
            "num_follower": followers,
            "avatar": "",
            "cover": "",
            "package_name": "Gói nâng cao",
            "package_valid_through_date": "31/12/2099",
            "package_auto_renew_date": "",
            "linked_ZCA": "",
        }

    async def download(self, request: web.Request) -> web.Response:
        """A file a person sent, by the address in the event: no token needed, as with Zalo's."""
        file = self.world.files.get(request.match_info["file_id"])
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.data, content_type=file.media_type or "application/octet-stream")


def by_app(user_id: str) -> str:
    """The application's own id of the same person."""
    return str(int(user_id) // 7)
