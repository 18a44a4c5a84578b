"""Groups of the Official Account (GMF): packages, making one, inviting, messages and their events."""

import secrets
from typing import Any

from bot.sandbox import zalo_body
from bot.sandbox.world import Chat, Json, Person, Refused
from bot.sandbox.zalo_lists import page
from bot.sandbox.zalo_oauth import ZaloError
from bot.sandbox.zalo_people import ZaloPeople
from bot.sandbox.zalo_quota import WINDOW_MS

MOST_FIRST_MEMBERS = 99
MOST_NAME = 100
DAY_MS = 24 * 3600 * 1000
KINDS = frozenset({"text", "image", "gif", "sticker", "file"})


def _name(data: Any) -> str:
    if not isinstance(data, dict):
        raise ZaloError(-201, "body is invalid")
    try:
        return zalo_body.text(data.get("group_name"), "group_name", MOST_NAME)
    except zalo_body.BadBody as error:
        raise ZaloError(error.error, str(error)) from None


class ZaloGroups:
    """The calls below v3.0/oa/group and v3.0/oa/quota/group, and what people do in groups."""

    def __init__(self, people: ZaloPeople) -> None:
        self.people = people
        self.api = people.api
        self.world = people.world
        self.assets: dict[str, Json] = {}
        """Packages by asset id: "seats", "until" (epoch ms), "group" ("" while unused)."""
        self.api.calls |= {
            ("POST", "v3.0/oa/quota/group"): self.quota,
            ("POST", "v3.0/oa/group/creategroupwithoa"): self.make,
            ("POST", "v3.0/oa/group/invite"): self.invite,
            ("POST", "v3.0/oa/group/message"): self.message,
            ("GET", "v3.0/oa/group/getgroupsofoa"): self.groups,
            ("GET", "v3.0/oa/group/listmember"): self.members,
            ("POST", "v3.0/oa/group/updateinfo"): self.rename,
            ("GET", "v3.0/oa/group/conversation"): self.conversation,
        }
        people.in_group = self.says

    def buy(self, seats: int, days: float) -> Json:
        """The account's administrator buys a package for one group."""
        asset = {"seats": seats, "until": self.world.now_ms() + int(days * DAY_MS), "group": ""}
        self.assets[f"{secrets.randbelow(10**12):012d}"] = asset
        return asset

    # Calls

    def quota(self, data: Any) -> list[Json]:
        """quota/group: the packages that can be used for a group."""
        now = self.world.now_ms()
        return [
            {
                "asset_id": asset_id,
                "product_type": f"gmf{asset['seats']}",
                "quota_type": "purchase_quota",
                "status": "used" if asset["group"] else "available",
                "valid_through": asset["until"],
            }
            for asset_id, asset in self.assets.items()
            if asset["until"] > now
        ]

    def make(self, data: Any) -> Json:
        """group/creategroupwithoa."""
        name = _name(data)
        asset = self.assets.get(str(data.get("asset_id")))
        if asset is None or asset["until"] <= self.world.now_ms():
            raise ZaloError(-241, "asset_id is disabled")
        if asset["group"]:
            raise ZaloError(-238, "asset_id is used")
        invited = self._invited(data.get("member_user_ids"), asset["seats"])
        group_id = secrets.token_hex(10)
        asset["group"] = group_id
        members = [person.user_id for person in invited]
        self.world.chats["zalo_oa", group_id] = Chat("zalo_oa", group_id, "group", name, members)
        self._event("create_group", group_id, members)
        return {
            "group_id": group_id,
            "group_link": f"https://zalo.me/g/{group_id[:8]}",
            "name": name,
        }

    def invite(self, data: Any) -> Json:
        """group/invite."""
        chat = self._chat(data.get("group_id") if isinstance(data, dict) else None)
        seats = next(each["seats"] for each in self.assets.values() if each["group"] == chat.chat_id)
        free = seats - len(chat.members)
        invited = [person.user_id for person in self._invited(data.get("member_user_ids"), free)]
        chat.members += [each for each in invited if each not in chat.members]
        self._event("user_join_group", chat.chat_id, invited)
        return {}

    def _invited(self, ids: Any, seats: int) -> list[Person]:
        if not isinstance(ids, list) or not ids:
            raise ZaloError(-201, "member_user_ids is invalid")
        if len(ids) > MOST_FIRST_MEMBERS:
            raise ZaloError(-210, f"member_user_ids must not exceed {MOST_FIRST_MEMBERS}")
        invited = [self.api.known(each) for each in ids]
        lately = self.world.now_ms() - WINDOW_MS if self.api.switches["window"] else 0
        able = [p for p in invited if p.open and not p.blocked and (p.last_interaction or 0) >= lately]
        if len(able) > seats:
            raise ZaloError(-210, f"this group takes {seats} more members")
        return able

    def message(self, data: Any) -> Json:
        """group/message: words, pictures and files; no buttons, no lists."""
        if not isinstance(data, dict) or not isinstance(data.get("recipient"), dict):
            raise ZaloError(-201, "recipient is required")
        chat = self._chat(data["recipient"].get("group_id"))
        content = self.api.content(data.get("message"))
        if content.kind not in KINDS or content.buttons:
            raise ZaloError(-233, "Message type is not supported")
        message_id = secrets.token_hex(10)
        file = self.api.asset(content)
        self.world.post(chat, message_id, "", content.kind, content.text, file=file, native=data["message"])
        return {"message_id": message_id, "group_id": chat.chat_id, "sent_time": str(self.world.now_ms())}

    def groups(self, data: Any) -> Json:
        """group/getgroupsofoa."""
        found = [
            {"group_id": asset["group"], "name": self.world.chats["zalo_oa", asset["group"]].title}
            for asset in self.assets.values()
            if asset["group"]
        ]
        some, counted = page(data, found)
        return {**counted, "groups": some}

    def members(self, data: Any) -> Json:
        """group/listmember."""
        chat = self._chat(data.get("group_id") if isinstance(data, dict) else None)
        some, counted = page(data, chat.members)
        return {**counted, "member_user_ids": some}

    def rename(self, data: Any) -> Json:
        """group/updateinfo: the name alone."""
        chat = self._chat(data.get("group_id") if isinstance(data, dict) else None)
        chat.title = _name(data)
        self._event("update_group_info", chat.chat_id, [])
        return {}

    def conversation(self, data: Any) -> Json:
        """group/conversation: what was written, the newest first."""
        chat = self._chat(data.get("group_id") if isinstance(data, dict) else None)
        some, counted = page(data, chat.messages[::-1])
        written = [
            {"message_id": each.id, "from_id": each.author or self.api.oa_id, "type": each.kind}
            | {"message": each.text, "time": each.at}
            for each in some
        ]
        return {**counted, "messages": written}

    def _chat(self, group_id: object) -> Chat:
        asset = next(
            (each for each in self.assets.values() if each["group"] and each["group"] == group_id), None
        )
        if asset is None:
            raise ZaloError(-403, "OA is not in this group")
        if asset["until"] <= self.world.now_ms():
            raise ZaloError(-237, "Group has expired")
        return self.world.chats["zalo_oa", asset["group"]]

    # People

    def _event(self, name: str, group_id: str, users: list[str]) -> None:
        fields = {"oa_id": self.api.oa_id, "group_id": group_id, "users": [{"id": each} for each in users]}
        self.people.event(None, name, fields)

    def says(self, person: Person, chat: Chat, text: str) -> Json:
        """A member writes in a group."""
        if person.user_id not in chat.members:
            raise Refused("only members write in a group", 409)
        message_id = secrets.token_hex(10)
        entry = self.world.post(chat, message_id, person.user_id, "text", text)
        ends = {"sender": {"id": person.user_id}, "recipient": {"id": chat.chat_id}, "oa_id": self.api.oa_id}
        self.people.event(
            person, "user_send_group_text", {**ends, "message": {"text": text, "msg_id": message_id}}
        )
        return {"seq": entry.seq, "message_id": message_id}
