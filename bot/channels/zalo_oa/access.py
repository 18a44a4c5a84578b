"""What a call to the OA API carries to be let in: the access token and, by setting, its proof."""

import hmac
from hashlib import sha256
from typing import Protocol

from bot.chat.errors import TokenExpired


class Access(Protocol):
    """Where a call finds its token. `tokens.Tokens` keeps one that renews itself."""

    async def token(self) -> str:
        """A token that is good as far as we know. Raises TokenExpired when there is none."""
        ...

    async def renewed(self, refused: str) -> str:
        """Another token after Zalo refused this one (-216, -220). Raises TokenExpired when there is none."""
        ...


class FixedToken:
    """A token from the settings, which nobody renews."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """The token."""
        return self._token

    async def renewed(self, refused: str) -> str:
        """There is no other. Raises TokenExpired."""
        raise TokenExpired("zalo: a fixed token")


def headers(token: str, proof_secret: str = "") -> dict[str, str]:
    """The headers of one call; with the app secret also `appsecret_proof`, HMAC-SHA256 of the token."""
    found = {"access_token": token}
    if proof_secret:
        found["appsecret_proof"] = hmac.new(proof_secret.encode(), token.encode(), sha256).hexdigest()
    return found
