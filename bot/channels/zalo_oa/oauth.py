"""Zalo's OAuth v4 for Official Accounts: the consent address, a code made a pair, a pair made a new one.

Failures come as HTTP 200 with `error` and `error_name`; numbers of the compilations of Zalo's pages:
-14002 the application is not active, -14003 redirect address (or PKCE challenge) other than the console's,
-14020 refresh token used before. Codes not named there are told apart by their words.
"""

import base64
import secrets
import ssl
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx

OFFICIAL = "https://oauth.zaloapp.com"
TIMEOUT_SECONDS = 20
REFRESH_LIVES_SECONDS = 90 * 86_400
"""Three months; an answer that names another life is believed."""
USUAL_LIFE_SECONDS = 90_000
_SPENT = frozenset({-14020, -14014})
_DISABLED = frozenset({-14002})


@dataclass(frozen=True, slots=True)
class Grant:
    """A pair of tokens as Zalo gave it, with the lives it named."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    seconds: int
    refresh_seconds: int


class OAuthRefused(Exception):
    """Zalo said no. `problem` is a word of `texts.PROBLEMS`."""

    def __init__(self, problem: str, code: int) -> None:
        super().__init__(problem, code)
        self.problem = problem
        self.code = code


class OAuthUnclear(Exception):
    """No answer, or none that can be read: what was asked may have been done."""


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # dear to make, and one is enough


def pair(verifier: str = "") -> tuple[str, str]:
    """(verifier, challenge) of PKCE: 43 characters, and base64url without padding of its SHA-256."""
    verifier = verifier or secrets.token_urlsafe(32)
    return verifier, base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class OAuth:
    """Zalo's two addresses, for one application."""

    def __init__(self, app_id: str, app_secret: str, base: str = OFFICIAL) -> None:
        self.app_id = app_id
        self._secret = app_secret
        self._base = base.rstrip("/")

    def consent(self, redirect: str, challenge: str, state: str) -> str:
        """Where the account's administrator agrees."""
        asked = {"app_id": self.app_id, "redirect_uri": redirect, "code_challenge": challenge, "state": state}
        return f"{self._base}/v4/oa/permission?{urlencode(asked)}"

    async def exchange(self, code: str, verifier: str) -> Grant:
        """The pair for a code, which lives ten minutes. Raises OAuthRefused, OAuthUnclear."""
        return await self._ask({"grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    async def refresh(self, token: str) -> Grant:
        """A new pair for a refresh token, which works once. Raises OAuthRefused, OAuthUnclear."""
        return await self._ask({"grant_type": "refresh_token", "refresh_token": token})

    async def _ask(self, form: dict[str, str]) -> Grant:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, verify=_tls()) as client:
                answer = await client.post(
                    f"{self._base}/v4/oa/access_token",
                    data={"app_id": self.app_id, **form},
                    headers={"secret_key": self._secret},
                )
            body = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OAuthUnclear(type(error).__name__) from error
        return _read(body)


def _read(body: Any) -> Grant:
    if not isinstance(body, dict):
        raise OAuthUnclear("no object")
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if isinstance(access, str) and isinstance(refresh, str) and access and refresh:
        return Grant(
            access,
            refresh,
            _seconds(body.get("expires_in"), USUAL_LIFE_SECONDS),
            _seconds(body.get("refresh_token_expires_in"), REFRESH_LIVES_SECONDS),
        )
    if (code := _seconds(body.get("error"), 0)) == 0:
        raise OAuthUnclear("neither tokens nor an error")
    words = " ".join(str(body.get(key, "")) for key in ("error_name", "error_reason", "error_description"))
    raise OAuthRefused(_problem(code, words.lower()), code)


def _problem(code: int, words: str) -> str:
    if code in _SPENT or "refresh token" in words or "refresh_token" in words:
        return "spent"
    if code in _DISABLED:
        return "app_disabled"
    if "secret" in words:
        return "secret_wrong"
    if "redirect" in words:
        return "redirect_wrong"
    if "verifier" in words or "challenge" in words:
        return "verifier_wrong"
    if "code" in words:
        return "code_wrong"
    return "refused"


def _seconds(value: object, otherwise: int) -> int:
    """A number that Zalo writes as text or as number."""
    try:
        return int(str(value))
    except ValueError:
        return otherwise
