"""What an account asks about: its people, page by page, and what it may still send."""

from collections.abc import Sequence
from typing import Any, TypeVar

from bot.sandbox.world import Json
from bot.sandbox.zalo_oa import ZaloOa
from bot.sandbox.zalo_oauth import ZaloError
from bot.sandbox.zalo_quota import FREE_MS

MOST_COUNT, MOST_OFFSET = 50, 9951
T = TypeVar("T")


def page(data: Any, listed: Sequence[T]) -> tuple[list[T], Json]:
    """The part of a list that is asked for by offset and count (10), and its numbers. Raises ZaloError."""
    asked = data if isinstance(data, dict) else {}
    offset, count = (_whole(asked, name, usual) for name, usual in (("offset", 0), ("count", 10)))
    if not 1 <= count <= MOST_COUNT or offset > MOST_OFFSET:
        raise ZaloError(-210, f"count must not exceed {MOST_COUNT}, offset {MOST_OFFSET}")
    return list(listed[offset : offset + count]), {"total": len(listed), "count": count, "offset": offset}


def _whole(asked: Json, name: str, usual: int) -> int:
    value = asked.get(name, usual)
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or len(str(value)) > 9:
        raise ZaloError(-201, f"{name} is invalid")
    return int(value)


class ZaloLists:
    """The calls v3.0/oa/user/getlist and v3.0/oa/quota/message."""

    def __init__(self, api: ZaloOa) -> None:
        self.api = api
        self.world = api.world
        api.calls |= {
            ("GET", "v3.0/oa/user/getlist"): self.people,
            ("POST", "v3.0/oa/quota/message"): self.quota,
        }

    def people(self, data: Any) -> Json:
        """user/getlist: who follows or wrote; with is_follower "true" or "false" only those."""
        wanted = data.get("is_follower") if isinstance(data, dict) else None
        if wanted not in (None, "", "true", "false", True, False):
            raise ZaloError(-201, "is_follower is invalid")
        follower = None if wanted in (None, "") else str(wanted).lower() == "true"
        known = [
            {"user_id": each.user_id}
            for each in self.world.people.values()
            if each.platform == "zalo_oa" and each.open and follower in (None, each.follows)
        ]
        some, counted = page(data, known)
        return {**counted, "users": some}

    def quota(self, data: Any) -> Json | list[Json]:
        """quota/message: of one person, or of the account."""
        if not isinstance(data, dict):
            raise ZaloError(-201, "body is invalid")
        now = self.world.now_ms()
        ledger = self.api.ledger
        if "user_id" not in data:
            if data.get("quota_owner") != "OA":
                raise ZaloError(-201, "quota_owner is invalid")
            total = int(self.api.switches["package"])
            block = {
                "product_type": "cs",
                "quota_type": "sub_quota",
                "remain": ledger.left(now),
                "total": total,
            }
            return [block]
        person = self.api.known(data["user_id"])
        if not person.open:
            raise ZaloError(-213, "User has not followed OA")
        last = person.last_interaction or 0
        left, most = ledger.free_left(person)
        if now - last > FREE_MS:
            left = 0
        none = {"remain": 0, "total": 0}
        reply = {"remain": left, "total": most}
        return {"user_id": person.user_id, "last_interaction": last, "cs_reply": reply, "promotion": none}
