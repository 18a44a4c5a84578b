"""Zalo's webhook signature: "mac=" + hex SHA-256 of app id + raw body + timestamp + secret.

A plain hash, no HMAC. Sources disagree on four points (with or without "mac=", the timestamp of the body
or of the header X-ZEvent-Timestamp, app id or OA id first, OA secret key or app secret last), so every
variant is accepted, and named.
"""

import hmac
import re
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SIGNATURE_HEADER = "X-ZEvent-Signature"
TIMESTAMP_HEADER = "X-ZEvent-Timestamp"

# read without parsing: nothing of the body is trusted yet. Inside a text the quotes would be escaped.
_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*"?(\d{1,20})')


def verify(
    raw: bytes,
    headers: "Mapping[str, str]",
    *,
    app_id: str,
    oa_id: str,
    secret: str,
    app_secret: str = "",
    allowed: "Collection[str] | None" = None,
) -> str | None:
    """The name of the variant that matched, such as "mac:body:app_id" or "bare:header:oa_id"; None: forged.

    `raw` are the bytes as received, `secret` is the OA secret key of the webhook page; a match by the app
    secret ends in ":app_secret". `allowed` narrows the variants to these names. Compares in constant time.
    """
    given = headers.get(SIGNATURE_HEADER, "").strip().lower()
    form = "mac" if given.startswith("mac=") else "bare"
    digest = given.removeprefix("mac=").encode("utf-8", "replace")
    if not digest or not secret:
        return None
    moments = [("body", found) for found in _body_timestamps(raw)]
    if TIMESTAMP_HEADER in headers:
        moments.append(("header", headers[TIMESTAMP_HEADER].strip().encode("utf-8", "replace")))
    for term, first in (("app_id", app_id), ("oa_id", oa_id)):
        if not first:
            continue
        head = sha256(first.encode() + raw)
        for where, moment in moments:
            for by, key in (("", secret), (":app_secret", app_secret)):
                name = f"{form}:{where}:{term}{by}"
                if not key or (allowed is not None and name not in allowed):
                    continue
                expected = head.copy()
                expected.update(moment + key.encode())
                if hmac.compare_digest(expected.hexdigest().encode(), digest):
                    return name
    return None


def _body_timestamps(raw: bytes) -> list[bytes]:
    """The body's timestamp; the first and the last when an inner object has one as well."""
    found = _TIMESTAMP.findall(raw)
    return list(dict.fromkeys([found[0], found[-1]])) if found else []
