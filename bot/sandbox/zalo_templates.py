"""Template messages by user id: approved beforehand, outside any window, for money, not at night."""

import secrets
from typing import Any

from bot import clock
from bot.sandbox.world import Json
from bot.sandbox.zalo_oauth import ZaloError
from bot.sandbox.zalo_people import ZaloPeople

MORNING, NIGHT = 6, 22


class ZaloTemplates:
    """The call v3.0/oa/message/template, and the console's approval."""

    def __init__(self, people: ZaloPeople) -> None:
        self.api = people.api
        self.world = people.world
        self.approved: dict[str, Json] = {}
        """Templates by id: "fields" (their names), "price" (đồng)."""
        self.api.calls["POST", "v3.0/oa/message/template"] = self.send

    def approve(self, data: Json) -> Json:
        """A template that may be sent by user id from now on."""
        template = {"fields": list(data.get("fields") or []), "price": int(data.get("price", 200))}
        self.approved[str(data.get("template_id") or len(self.approved) + 1)] = template
        return self.approved

    def send(self, data: Any) -> Json:
        """message/template."""
        if not isinstance(data, dict):
            raise ZaloError(-201, "body is invalid")
        person = self.api.known(data.get("user_id"))
        template = self.approved.get(str(data.get("template_id")))
        if template is None:
            raise ZaloError(-249, "Template cannot be sent by UID")
        given = data.get("template_data")
        if not isinstance(given, dict) or set(given) != set(template["fields"]):
            raise ZaloError(-201, "template_data is invalid")
        if person.blocked or not person.open:
            raise ZaloError(-213, "User has not followed OA")
        if not MORNING <= clock.now().astimezone(clock.VIETNAM).hour < NIGHT:
            raise ZaloError(-234, "Not at night")
        books = self.api.ledger.books
        books["templates"] = books.get("templates", 0) + 1
        books["spent"] += template["price"]
        message_id = secrets.token_hex(10)
        words = "\n".join(f"{name}: {value}" for name, value in given.items())
        chat = self.world.chat("zalo_oa", person.user_id)
        self.world.post(chat, message_id, "", "template", words, native=data)
        self.api.heard(person, "template", {"msg_id": message_id, "text": words})
        return {"message_id": message_id, "user_id": person.user_id}
