"""Template messages by user id: approved beforehand, outside any window, for money, not at night.

How many characters a field takes, and what its button does, are fixed with the approval.
"""

import secrets
from typing import Any

from bot import clock
from bot.sandbox import zalo_body
from bot.sandbox.world import Button, Json, Refused
from bot.sandbox.zalo_oauth import ZaloError
from bot.sandbox.zalo_people import ZaloPeople

MORNING, NIGHT = 6, 22
MOST_FIELD = 100


class ZaloTemplates:
    """The call v3.0/oa/message/template, and the console's approval."""

    def __init__(self, people: ZaloPeople) -> None:
        self.api = people.api
        self.world = people.world
        self.approved: dict[str, Json] = {}
        """Templates by id: "fields" (name: most characters), "price" (đồng), "buttons"."""
        self.api.calls["POST", "v3.0/oa/message/template"] = self.send

    def approve(self, data: Json) -> Json:
        """A template that may be sent by user id from now on."""
        try:
            given = data.get("fields") or []
            fields = {str(name): int(most) for name, most in given.items()} if isinstance(given, dict) else {}
            fields = fields or {str(name): MOST_FIELD for name in given}
            buttons = [zalo_body.button(each) for each in data.get("buttons") or []]
            template = {"fields": fields, "price": int(data.get("price", 200)), "buttons": buttons}
        except (ValueError, TypeError, zalo_body.BadBody) as error:
            raise Refused(f"this is no template: {error}") from None
        self.approved[str(data.get("template_id") or len(self.approved) + 1)] = template
        return {
            key: {"fields": each["fields"], "price": each["price"]} for key, each in self.approved.items()
        }

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
        for name, most in template["fields"].items():
            try:
                zalo_body.text(given[name], name, most)
            except zalo_body.BadBody as error:
                raise ZaloError(-201, str(error)) from None
        if person.blocked or not person.open:
            raise ZaloError(-213, "User has not followed OA")
        if not MORNING <= clock.now().astimezone(clock.VIETNAM).hour < NIGHT:
            raise ZaloError(-234, "Not at night")
        if not self.api.switches["pays"]:
            raise ZaloError(-321, "ZCA is out of money")
        books = self.api.ledger.books
        books["templates"] = books.get("templates", 0) + 1
        books["spent"] += template["price"]
        message_id = secrets.token_hex(10)
        words = "\n".join(f"{name}: {value}" for name, value in given.items())
        chat = self.world.chat("zalo_oa", person.user_id)
        buttons: list[Button] = list(template["buttons"])
        shown = "inline" if buttons else ""
        self.world.post(chat, message_id, "", "template", words, buttons=buttons, keyboard=shown, native=data)
        self.api.heard(person, "template", {"msg_id": message_id, "text": words})
        return {"message_id": message_id, "user_id": person.user_id}
