"""Making a group that the account owns (GMF): the job of kind "group_make". Needs a bought package."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.channels.zalo_oa.inbound import GROUP
from bot.channels.zalo_oa.outbound import ZaloOutbound
from bot.chat.errors import PlatformError

log = structlog.get_logger()

KIND = "group_make"
QUOTA, MAKE = "/v3.0/oa/quota/group", "/v3.0/oa/group/creategroupwithoa"
MOST_FIRST_MEMBERS = 99


def group_maker(outbound: ZaloOutbound, admin_id: str = "") -> Callable[[Any], Awaitable[Any]]:
    """Answers {"unit", "name", "members"} with {"kind", "unit", "group", "link", "why"}.

    `admin_id`: an administrator of the account by Zalo's id, whom Zalo wants among the first members.
    `why`: "" when it was made, "no_package", or "refused".
    """

    async def make(asked: Any) -> Any:
        answer = {"kind": KIND, "unit": asked["unit"], "group": "", "link": "", "why": ""}
        try:
            asset = _usable(await outbound.ask(QUOTA, {"quota_owner": "OA"}))
            if asset is None:
                return {**answer, "why": "no_package"}
            members = list(dict.fromkeys([each for each in (admin_id,) if each] + asked["members"]))
            body = {
                "group_name": asked["name"],
                "asset_id": asset,
                "member_user_ids": members[:MOST_FIRST_MEMBERS],
            }
            made = await outbound.ask(MAKE, body)
        except PlatformError as error:
            log.warning("group_not_made", error=str(error))
            return {**answer, "why": "refused"}
        if not isinstance(made, dict) or not made.get("group_id"):
            return {**answer, "why": "refused"}
        link = str(made.get("group_link") or "")
        return {**answer, "group": f"{GROUP}{made['group_id']}", "link": link}

    return make


def _usable(listed: Any) -> str | None:
    """A package that holds no group yet. Its standing comes as a word or as counts."""
    for each in listed if isinstance(listed, list) else []:
        if not isinstance(each, dict) or not each.get("asset_id"):
            continue
        free = each.get("status") == "available"
        try:
            free = free or int(each.get("used_group", 1)) < int(each.get("total_group", 1))
        except (TypeError, ValueError):
            continue
        if free:
            return str(each["asset_id"])
    return None
