"""The Zalo OA API's server side: tokens, calls, uploads. Errors are HTTP 200 with a number, as Zalo's are."""

import asyncio
import base64
import hashlib
import hmac
import io
import json
import secrets
import zipfile
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot import clock
from bot.sandbox import zalo_body
from bot.sandbox.world import Json, Person, StoredFile, World

TOKEN_LIVES_MS = 90_000 * 1000
REFRESH_LIVES_MS = 90 * 24 * 3600 * 1000
CODE_LIVES_MS = 10 * 60 * 1000
ASSET_LIVES_MS = 7 * 24 * 3600 * 1000
FREE_MS = 48 * 3600 * 1000
WINDOW_MS = 7 * 24 * 3600 * 1000
CALLS_A_MINUTE = 4000
MOST_FILE = 5 * 1024 * 1024
MOST_IMAGE = 1024 * 1024


class ZaloError(Exception):
    """What Zalo answers instead of data: a number below zero and words."""

    def __init__(self, error: int, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


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
        self.app_secret = secrets.token_urlsafe(15)
        self.oa_secret_key = secrets.token_urlsafe(15)
        self.switches: Json = {
            "window": False,
            "price": 55,
            "limits": False,
            "tokens_end": True,
            "buttons_under_text": True,
            "list": True,
            "echo": True,
            "receipts": False,
            "signature_id": "app_id",
            "timestamp_in": "body",
            "mac_prefix": True,
            "retry_on": "any",
            "webhook_timeout": 2.0,
        }
        self.access: dict[str, int] = {}
        """Access tokens and when they end, epoch ms."""
        self.refresh: dict[str, int] = {}
        self.spent: set[str] = set()
        self.codes: dict[str, tuple[str, int]] = {}
        self.access_token, self.refresh_token = self._grant()
        self._calls: deque[float] = deque()

    def routes(self) -> list[web.RouteDef]:
        """Calls below /zalo, in the place of openapi.zalo.me and oauth.zaloapp.com."""
        return [
            web.post("/zalo/v4/oa/access_token", self.token),
            web.get("/zalo/v4/oa/permission", self.permission),
            web.get("/zalo/files/{file_id}/{name}", self.download),
            web.route("*", r"/zalo/{path:v\d.*}", self.handle),
        ]

    # OAuth v4

    def _grant(self) -> tuple[str, str]:
        now = self.world.now_ms()
        access, refresh = secrets.token_urlsafe(60), secrets.token_urlsafe(60)
        self.access[access] = now + TOKEN_LIVES_MS
        self.refresh[refresh] = now + REFRESH_LIVES_MS
        return access, refresh

    def authorize(self, challenge: str) -> str:
        """The OA's administrator agrees: a code, good for ten minutes."""
        code = secrets.token_urlsafe(40)
        self.codes[code] = (challenge, self.world.now_ms() + CODE_LIVES_MS)
        return code

    async def permission(self, request: web.Request) -> web.Response:
        """The consent page, where everybody agrees at once."""
        query = request.query
        if query.get("app_id") != self.app_id or not query.get("redirect_uri"):
            return web.json_response({"error": -14003, "error_name": "Invalid redirect uri"})
        answer = {"code": self.authorize(query.get("code_challenge", "")), "oa_id": self.oa_id}
        if "state" in query:
            answer["state"] = query["state"]
        glue = "&" if "?" in query["redirect_uri"] else "?"
        raise web.HTTPFound(query["redirect_uri"] + glue + urlencode(answer))

    async def token(self, request: web.Request) -> web.Response:
        """POST v4/oa/access_token: a code, or a refresh token that works once."""
        form = {key: str(value) for key, value in (await request.post()).items()}
        fault = self.world.fault("zalo_oa", "access_token", "")
        try:
            if fault is not None and fault.delay:
                await asyncio.sleep(fault.delay)
            if fault is not None and fault.error is not None:
                raise ZaloError(fault.error, fault.description)
            if fault is not None and fault.http_status is not None:
                return web.Response(
                    status=fault.http_status, text="<html>gateway</html>", content_type="text/html"
                )
            if not hmac.compare_digest(request.headers.get("secret_key", ""), self.app_secret):
                raise ZaloError(-14004, "Invalid secret key")
            if form.get("app_id") != self.app_id:
                raise ZaloError(-14002, "Invalid app id")
            self._redeem(form)
        except ZaloError as error:
            answer: Json = {
                "error": error.error,
                "error_name": error.message,
                "error_reason": error.message,
                "error_description": error.message,
            }
        else:
            access, refresh = self._grant()
            self.access_token, self.refresh_token = access, refresh
            answer = {"access_token": access, "refresh_token": refresh, "expires_in": "90000"}
        self.world.record("zalo_oa", "call", "oauth/access_token", form, 200, answer)
        if fault is not None and fault.drop and request.transport is not None:
            request.transport.close()
        return web.json_response(answer)

    def _redeem(self, form: dict[str, str]) -> None:
        now = self.world.now_ms()
        if form.get("grant_type") == "refresh_token":
            given = form.get("refresh_token", "")
            if given in self.spent:
                raise ZaloError(-14020, "Refresh token has been used")
            if self.refresh.get(given, 0) <= now:
                raise ZaloError(-14014, "Invalid refresh token")
            del self.refresh[given]
            self.spent.add(given)
        elif form.get("grant_type") == "authorization_code":
            challenge, ends = self.codes.pop(form.get("code", ""), ("", 0))
            if ends <= now:
                raise ZaloError(-14019, "Invalid authorized code")
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if challenge and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
                raise ZaloError(-14010, "Invalid code verifier")
        else:
            raise ZaloError(-14001, "Invalid grant type")

    # Calls

    def _admit(self, request: web.Request) -> int:
        """Checks token, proof and rate; calls left in this minute. Raises ZaloError."""
        token = request.headers.get("access_token", "")
        if token not in self.access:
            raise ZaloError(-216, "Access token is invalid")
        if self.switches["tokens_end"] and self.access[token] <= self.world.now_ms():
            raise ZaloError(-220, "Access token has expired")
        if proof := request.headers.get("appsecret_proof"):
            expected = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
            if not hmac.compare_digest(proof, expected):
                raise ZaloError(-242, "appsecret_proof is invalid")
        now = asyncio.get_running_loop().time()
        while self._calls and self._calls[0] <= now - 60:
            self._calls.popleft()
        if self.switches["limits"] and len(self._calls) >= CALLS_A_MINUTE:
            raise ZaloError(-32, "Application has reached its request limit")
        self._calls.append(now)
        return max(0, CALLS_A_MINUTE - len(self._calls))

    async def handle(self, request: web.Request) -> web.Response:
        """Any call but OAuth's."""
        path = request.match_info["path"]
        run = CALLS.get((request.method, path))
        if run is None:
            return web.json_response({"error": -212, "message": "API is not registered"}, status=404)
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
            answer: Json = {"data": run(self, data), "error": 0, "message": "Success"}
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
        except ValueError:
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
        try:
            content = zalo_body.check(data.get("message"), self.switches)
        except zalo_body.BadBody as error:
            raise ZaloError(error.error, str(error)) from None
        file = self._asset(content.token or content.attachment_id)
        if person.blocked or not person.open:
            raise ZaloError(-213, "User has not followed OA")
        last = person.last_interaction or 0
        if self.switches["window"] and self.world.now_ms() - last > WINDOW_MS:
            raise ZaloError(-230, "User has not interacted with the OA in the past 7 days")
        billed = self.world.now_ms() - last > FREE_MS
        person.paid += billed
        message_id = secrets.token_hex(10)
        chat = self.world.chat("zalo_oa", person.user_id)
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
            "quota": {
                "quota_type": "purchase_quota" if billed else "reply",
                "remain": "7",
                "total": "8",
                "expired_date": clock.from_ms(last + WINDOW_MS).strftime("%H:%M:%S %d/%m/%Y"),
                "owner_type": "OA",
                "owner_id": self.oa_id,
            },
        }

    def _asset(self, name: str) -> StoredFile | None:
        if not name:
            return None
        file = self.world.files.get(name)
        if file is None or self.world.now_ms() - file.at > ASSET_LIVES_MS:
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
        return {"token": self.world.store_file(secrets.token_urlsafe(40), name, "", content).file_id}

    def upload_image(self, data: Any) -> Json:
        """upload/image: JPEG or PNG up to 1 MB."""
        if not isinstance(data, tuple):
            raise ZaloError(-201, "file is required")
        name, content = data
        if len(content) > MOST_IMAGE:
            raise ZaloError(-210, "Image size must not exceed 1MB")
        if not content.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            raise ZaloError(-201, "Image type is not supported: JPG or PNG only")
        return {"attachment_id": self.world.store_file(secrets.token_urlsafe(30), name, "", content).file_id}

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


CALLS: dict[tuple[str, str], Callable[[ZaloOa, Any], Json]] = {
    ("POST", "v3.0/oa/message/cs"): ZaloOa.consult,
    ("POST", "v2.0/oa/upload/file"): ZaloOa.upload_file,
    ("POST", "v2.0/oa/upload/image"): ZaloOa.upload_image,
    ("GET", "v3.0/oa/user/detail"): ZaloOa.user_detail,
    ("POST", "v3.0/oa/user/detail"): ZaloOa.user_detail,
    ("GET", "v2.0/oa/getoa"): ZaloOa.about_oa,
}
