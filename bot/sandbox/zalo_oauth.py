"""Zalo's OAuth v4: consent, codes, tokens that end, refresh tokens that work once; by the switches, in its variants."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from urllib.parse import urlencode

from aiohttp import web

from bot.sandbox.world import Json, World

TOKEN_LIVES_MS = 90_000 * 1000
REFRESH_LIVES_MS = 90 * 24 * 3600 * 1000
CODE_LIVES_MS = 10 * 60 * 1000


def same(given: str, expected: str) -> bool:
    """Whether two secrets are equal, whatever bytes a header held."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), expected.encode())


class ZaloError(Exception):
    """What Zalo answers instead of data: a number below zero and words."""

    def __init__(self, error: int, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


class ZaloOauth:
    """The tokens of one Official Account and one application."""

    def __init__(self, world: World, app_id: str, oa_id: str, switches: Json) -> None:
        self.world = world
        self.app_id = app_id
        self.oa_id = oa_id
        self.switches = switches
        self.app_secret = secrets.token_urlsafe(15)
        self.console: Json = {"callback": "", "code_challenge": ""}
        """What the application's page in the console says; "" is not filled in."""
        self.access: dict[str, int] = {}
        """Access tokens and when they end, epoch ms."""
        self.refresh: dict[str, int] = {}
        self.spent: set[str] = set()
        self.codes: dict[str, tuple[str, int]] = {}
        self.renewals = 0
        """Refresh tokens that were taken."""
        self.access_token, self.refresh_token = self._grant(world.now_ms() + REFRESH_LIVES_MS)

    def routes(self) -> list[web.RouteDef]:
        """Calls in the place of oauth.zaloapp.com."""
        return [
            web.route("*", "/zalo/v4/oa/access_token", self.token),
            web.get("/zalo/v4/oa/permission", self.permission),
        ]

    def admit(self, token: str, proof: str | None) -> None:
        """Checks what a call to the API carries. Raises ZaloError."""
        if not self.switches["app_enabled"]:
            raise ZaloError(-209, "Application is not active")
        if token not in self.access:
            raise ZaloError(-216, "Access token is invalid")
        if self.switches["tokens_end"] and self.access[token] <= self.world.now_ms():
            raise ZaloError(-220, "Access token has expired")
        if proof is None and self.switches["proof"] == "optional":
            return
        expected = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if not same(proof or "", expected):
            raise ZaloError(-242, "appsecret_proof is invalid")

    def expire(self) -> None:
        """Ends every access token now."""
        self.access = dict.fromkeys(self.access, 0)

    def set_console(self, changes: Json) -> None:
        """Fills in the application's page. Another callback address voids what was granted."""
        if "callback" in changes and changes["callback"] != self.console["callback"]:
            self.access.clear()
            self.refresh.clear()
        self.console |= {key: str(changes[key]) for key in self.console if key in changes}

    def _grant(self, refresh_until: int) -> tuple[str, str]:
        access, refresh = secrets.token_urlsafe(60), secrets.token_urlsafe(60)
        self.access[access] = self.world.now_ms() + TOKEN_LIVES_MS
        self.refresh[refresh] = refresh_until
        return access, refresh

    def authorize(self, challenge: str) -> str:
        """The OA's administrator agrees: a code, good for ten minutes."""
        code = secrets.token_urlsafe(40)
        self.codes[code] = (challenge, self.world.now_ms() + CODE_LIVES_MS)
        return code

    async def permission(self, request: web.Request) -> web.Response:
        """The consent page, where everybody agrees at once."""
        query = request.query
        back, challenge = query.get("redirect_uri", ""), query.get("code_challenge", "")
        console = self.console
        wrong = query.get("app_id") != self.app_id or not back or console["callback"] not in ("", back)
        if wrong or (self.switches["pkce"] == "console" and challenge != console["code_challenge"]):
            return web.json_response({"error": -14003, "error_name": "Invalid redirect uri"})
        answer = {"code": self.authorize(challenge), "oa_id": self.oa_id}
        if "state" in query:
            answer["state"] = query["state"]
        raise web.HTTPFound(back + ("&" if "?" in back else "?") + urlencode(answer))

    async def token(self, request: web.Request) -> web.Response:
        """POST v4/oa/access_token: a code, or a refresh token that works once."""
        try:
            form = {key: str(value) for key, value in (await request.post()).items()}
        except ValueError:  # a broken multipart
            form = {}
        fault = self.world.fault("zalo_oa", "access_token", "")
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and fault.http_status is not None:
            return web.Response(
                status=fault.http_status, text="<html>gateway</html>", content_type="text/html"
            )
        if fault is not None and fault.drop == "before":
            return _dropped(request)
        try:
            if fault is not None and fault.error is not None:
                raise ZaloError(fault.error, fault.description)
            if not self.switches["app_enabled"]:
                raise ZaloError(-14002, "Application is not active")
            if not same(request.headers.get("secret_key", ""), self.app_secret):
                raise ZaloError(-14004, "Invalid secret key")
            if form.get("app_id") != self.app_id:
                raise ZaloError(-14002, "Invalid app id")
            refresh_until = self._redeem(form)
        except ZaloError as error:
            names = ("error_name", "error_reason", "error_description")
            answer: Json = {"error": error.error, **dict.fromkeys(names, error.message)}
            self.world.stats["zalo_oa"][f"oauth_{error.error}"] += 1
        else:
            if self.switches["refresh_ends_old"]:
                self.access.clear()
            self.access_token, self.refresh_token = self._grant(refresh_until)
            answer = {
                "access_token": self.access_token,
                "refresh_token": self.refresh_token,
                "expires_in": str(TOKEN_LIVES_MS // 1000),
            }
        self.world.record("zalo_oa", "call", "oauth/access_token", form, 200, answer)
        if fault is not None and fault.drop:
            return _dropped(request)
        return web.json_response(answer)

    def _redeem(self, form: dict[str, str]) -> int:
        """Takes a code or a refresh token; when the next refresh token ends, epoch ms. Raises ZaloError."""
        now = self.world.now_ms()
        if form.get("grant_type") == "refresh_token":
            given = form.get("refresh_token", "")
            if given in self.spent:
                raise ZaloError(-14020, "Refresh token has been used")
            if self.refresh.get(given, 0) <= now:
                raise ZaloError(-14014, "Invalid refresh token")
            self.spent.add(given)
            self.renewals += 1
            ends = self.refresh.pop(given)
            return ends if self.switches["three_months_from"] == "grant" else now + REFRESH_LIVES_MS
        if form.get("grant_type") == "authorization_code":
            challenge, ends = self.codes.pop(form.get("code", ""), ("", 0))
            if ends <= now:
                raise ZaloError(-14019, "Invalid authorized code")
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if challenge and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
                raise ZaloError(-14010, "Invalid code verifier")
            return now + REFRESH_LIVES_MS
        raise ZaloError(-14001, "Invalid grant type")


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()
