"""What people do on Zalo, and the signed events the bot gets of it, with the retry ladder."""

import asyncio
import base64
import contextlib
import hashlib
import itertools
import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from bot.sandbox.webhooks import Delivery, Lanes, Poster
from bot.sandbox.world import Button, Chat, Json, Message, Person, Refused, World, pick
from bot.sandbox.zalo_oa import ZaloOa, by_app

LADDER_S = (30, 5 * 60, 15 * 60, 30 * 60, 3600)
"""Waits before each repetition, each from the try before it."""
ECHOES = {
    "text": "oa_send_text",
    "image": "oa_send_image",
    "gif": "oa_send_gif",
    "sticker": "oa_send_sticker",
    "file": "oa_send_file",
    "list": "oa_send_list",
    "request_user_info": "oa_send_template",
    "template": "oa_send_template",
}


def no_groups(person: Person, chat: Chat, text: str) -> Json:
    """Until groups are there."""
    raise Refused("there are no groups here", 404)


class ZaloPeople:
    """The people's side: each act takes the person and the control call's body."""

    def __init__(self, api: ZaloOa) -> None:
        self.api = api
        self.world: World = api.world
        self.base = ""
        """This server's own address, for links to files."""
        self.url = ""
        """Where the console says that events go; without it they are lost, as on Zalo."""
        self.later: list[Delivery] = []
        """Deliveries that wait for their next try."""
        self.pending = 0
        """Deliveries not yet answered for the first time, or on their way again."""
        self.last: Delivery | None = None
        self.in_group: Callable[[Person, Chat, str], Json] = no_groups
        api.heard = self._heard
        self._numbers = itertools.count(1)
        self._people = itertools.count(1)
        self._lanes = Lanes(self._deliver)
        self._poster = Poster(self.world, "zalo_oa")
        self._ladder: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stops delivering."""
        if self._ladder is not None:
            self._ladder.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ladder
        await self._lanes.clear()
        await self._poster.close()

    # Events

    async def set_webhook(self, url: str) -> None:
        """The console's "save": probes with an unsigned `{}`, which must be answered 200. Raises Refused."""
        if url:
            status, _ = await self._poster.post(url, b"{}", {}, self.api.switches["webhook_timeout"])
            if status != 200:
                raise Refused(f"the webhook answered {status or 'nothing'} to the probe; it must answer 200")
        self.url = url

    def event(self, person: Person | None, name: str, fields: Json) -> None:
        """Sends an event on its way; without a person it is the group's own."""
        body = {
            "app_id": self.api.app_id,
            "event_name": name,
            **({"user_id_by_app": by_app(person.user_id)} if person is not None else {}),
            **fields,
            "timestamp": str(self.world.now_ms()),
        }
        stats = self.world.stats["zalo_oa"]
        stats["updates_created"] += 1
        if not self.url:
            stats["updates_dropped"] += 1
            return
        self.pending += 1
        self._lanes.put(Delivery(next(self._numbers), person.user_id if person is not None else "", body))

    def _from_user(self, person: Person, name: str, message: Json) -> None:
        ends = {"sender": {"id": person.user_id}, "recipient": {"id": self.api.oa_id}}
        self.event(person, name, {**ends, "message": message})

    def _from_oa(self, person: Person, name: str, message: Json) -> None:
        ends = {"sender": {"id": self.api.oa_id}, "recipient": {"id": person.user_id}}
        self.event(person, name, {**ends, "message": message})

    def _heard(self, person: Person, kind: str, fields: Json) -> None:
        if self.api.switches["echo"]:
            self._from_oa(person, ECHOES[kind], {k: v for k, v in fields.items() if v})
        if self.api.switches["receipts"]:
            self._from_oa(person, "user_received_message", {"msg_id": fields["msg_id"]})

    def signed(self, body: Json) -> tuple[bytes, dict[str, str]]:
        """The raw bytes and headers of an event, by the switches for what is unsettled of the signature."""
        switches = self.api.switches
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        stamp = body["timestamp"]
        headers = {}
        if switches["timestamp_in"] == "header":
            stamp = str(max(self.world.now_ms(), int(stamp) + 1))  # when it is sent: after it happened
            headers["X-ZEvent-Timestamp"] = stamp
        first = self.api.oa_id if switches["signature_id"] == "oa_id" else self.api.app_id
        app_secret = switches["signed_with"] == "app_secret"
        secret = self.api.oauth.app_secret if app_secret else self.api.oa_secret_key
        mac = hashlib.sha256(first.encode() + raw + stamp.encode() + secret.encode()).hexdigest()
        headers["X-ZEvent-Signature"] = f"mac={mac}" if switches["mac_prefix"] else mac
        return raw, headers

    async def _deliver(self, delivery: Delivery) -> float | None:
        """One try. A failed one steps aside for its rung of the ladder; the lane goes on."""
        raw, headers = self.signed(delivery.body)
        if delivery.attempts:
            headers["num_retry"] = str(delivery.attempts)
        delivery.attempts += 1
        delivery.due = None
        status, _ = await self._poster.post(self.url, raw, headers, self.api.switches["webhook_timeout"])
        delivery.status = status
        self.pending -= 1
        stats = self.world.stats["zalo_oa"]
        if status == 200:
            stats["updates_answered"] += 1
            self.last = delivery
        elif delivery.attempts > len(LADDER_S) or (status and self.api.switches["retry_on"] == "connection"):
            stats["updates_lost"] += 1
        else:
            delivery.due = self.world.now_ms() + LADDER_S[delivery.attempts - 1] * 1000
            self.later.append(delivery)
            if self._ladder is None or self._ladder.done():
                self._ladder = asyncio.get_running_loop().create_task(self._climb())
        self.world.tick()
        return None

    async def _climb(self) -> None:
        # The clock may be turned from anywhere in this process, so it is looked at, not slept towards.
        while self.later:
            self.retry(before=self.world.now_ms())
            await asyncio.sleep(0.1)

    def retry(self, before: int | None = None) -> int:
        """Sends again what is due before this moment (epoch ms), or all that waits; how many."""
        due = [d for d in self.later if before is None or (d.due or 0) <= before]
        for delivery in due:
            self.later.remove(delivery)
            self.pending += 1
            self._lanes.put(delivery)
        return len(due)

    async def again(self) -> None:
        """Delivers the last answered event a second time."""
        if self.last is not None and self.url:
            self.pending += 1
            self._lanes.put(self.last)

    # People

    def create(self, data: Json) -> Person:
        """A new person, who neither follows the OA nor has written to it."""
        number = next(self._people)
        return self.world.add_person(
            Person(
                "zalo_oa",
                str(2_400_000_000_000_000_000 + number * 7_919_000_003),
                str(data.get("name") or "Người Thử"),
                str(data.get("phone") or ""),
                str(data.get("language") or "vi"),
            )
        )

    async def act(self, person: Person, name: str, data: Json) -> Json:
        """Does one act. Raises Refused for an unknown or impossible one."""
        acts: dict[str, Any] = {
            "start": self._follow,
            "follow": self._follow,
            "unfollow": self._unfollow,
            "block": self._block,
            "unblock": self._unblock,
            "say": self._say,
            "tap": self._tap,
            "contact": self._contact,
            "file": self._file,
            "photo": self._photo,
            "sticker": self._sticker,
            "voice": self._voice,
            "location": self._location,
            "see": self._see,
            "react": self._react,
        }
        if name not in acts:
            raise Refused(f"nobody can {name!r} on zalo_oa; there are {', '.join(acts)}", 404)
        result: Json = acts[name](person, data)
        return result

    def _chat(self, person: Person) -> Chat:
        return self.world.chat("zalo_oa", person.user_id)

    def _interacts(self, person: Person) -> None:
        person.open, person.blocked = True, False
        person.last_interaction = self.world.now_ms()

    def _write(self, person: Person, kind: str, event: str, message: Json, **more: Any) -> Json:
        self._interacts(person)
        message_id = secrets.token_hex(10)
        entry = self.world.post(
            self._chat(person), message_id, person.user_id, kind, message.get("text", ""), **more
        )
        self._from_user(person, event, {**message, "msg_id": message_id})
        return {"seq": entry.seq, "message_id": message_id}

    def _follow(self, person: Person, data: Json) -> Json:
        if not person.follows:
            person.follows = True
            self._interacts(person)
            self._following(person, "follow")
        return {"seq": self.world.next()}

    def _unfollow(self, person: Person, data: Json) -> Json:
        if person.follows:
            self._following(person, "unfollow")
        person.follows = person.open = False
        return {"seq": self.world.next()}

    def _following(self, person: Person, name: str) -> None:
        source = {"source": "oa_profile"} if name == "follow" else {}
        self.event(person, name, {"oa_id": self.api.oa_id, "follower": {"id": person.user_id}, **source})

    def _block(self, person: Person, data: Json) -> Json:
        answer = self._unfollow(person, data)
        person.blocked = True
        return answer

    def _unblock(self, person: Person, data: Json) -> Json:
        person.blocked = False
        return self._follow(person, data)

    def _say(self, person: Person, data: Json) -> Json:
        text = str(data.get("text") or "")
        if not text:
            raise Refused("an empty message cannot be sent")
        place = self.world.chats.get(("zalo_oa", str(data.get("chat_id") or "")))
        if place is not None and place.kind == "group":
            return self.in_group(person, place, text)
        message: Json = {"text": text}
        if data.get("reply_to"):
            message["quote_msg_id"] = str(data["reply_to"])
        return self._write(person, "text", "user_send_text", message)

    def _message(self, person: Person, data: Json) -> Message:
        message = self._chat(person).by_id.get(str(data.get("message_id", "")))
        if message is None:
            raise Refused(f"no message {data.get('message_id')!r} in this chat", 404)
        return message

    def _tap(self, person: Person, data: Json) -> Json:
        message = self._message(person, data)
        if data.get("payload") is not None:
            button = Button(str(data["payload"]), "send", str(data["payload"]), hidden=True)
        else:
            button = pick(message.buttons, index=data.get("index"), label=data.get("label"))
        if button.kind == "link":
            return {"seq": self.world.next(), "opened": button.payload}
        if button.kind == "contact":
            return self._contact(person, {"of": "own"})
        if not button.hidden:
            return self._write(person, "text", "user_send_text", {"text": button.payload})
        self._interacts(person)
        message_id = secrets.token_hex(10)
        tap = self.world.post(self._chat(person), message_id, person.user_id, "tap", button.label)
        self._from_user(person, "user_send_text", {"text": button.payload, "msg_id": message_id})
        return {"seq": tap.seq}

    def _contact(self, person: Person, data: Json) -> Json:
        if data.get("of", "own") != "own":
            card = {"phone": str(data.get("phone") or ""), "qrCodeUrl": f"{self.base}/zalo/files/none/qr.png"}
            payload = {"thumbnail": "", "description": json.dumps(card), "url": ""}
            message: Json = {
                "text": str(data.get("name") or ""),
                "attachments": [{"type": "link", "payload": payload}],
            }
            return self._write(person, "contact", "user_send_business_card", message)
        if not person.phone:
            raise Refused("there is no phone number to share", 409)
        # A filled-in form is in nobody's list of what counts as an interaction.
        person.shared = {"name": person.name, "phone": person.international}
        entry = self.world.post(self._chat(person), "", person.user_id, "contact", "")
        address: Json = {"user_city": "", "user_ward": "", "user_address": ""}
        info: Json = {**person.shared, "user_dob": "", "gender": "", "full_address": address}
        if self.api.switches["submit_info"] == "old":
            info = {**person.shared, "address": "", "district": "", "city": "", "ward": ""}
        ends = {"sender": {"id": person.user_id}, "recipient": {"id": self.api.oa_id}}
        self.event(person, "user_submit_info", {**ends, "info": info})
        return {"seq": entry.seq}

    def _media(self, person: Person, data: Json, kind: str, name: str, media_type: str) -> Json:
        try:
            content = (
                base64.b64decode(data["base64"])
                if "base64" in data
                else str(data.get("content", "")).encode()
            )
        except ValueError as error:
            raise Refused(f"base64: {error}") from None
        file = self.world.store_file(secrets.token_urlsafe(30), name, media_type, content)
        url = f"{self.base}/zalo/files/{file.file_id}/{quote(name)}"
        payload: Json = {
            "file": {
                "size": str(len(content)),
                "name": name,
                "checksum": hashlib.md5(content, usedforsecurity=False).hexdigest(),
                "type": name.rpartition(".")[2].lower(),
                "url": url,
            },
            "image": {"thumbnail": url, "url": url},
            "audio": {"url": url},
            "sticker": {"url": url, "id": str(sum(map(ord, str(data.get("emoji") or "👍"))))},
        }[kind]
        message: Json = {"attachments": [{"type": kind, "payload": payload}]}
        if data.get("caption"):
            message["text"] = str(data["caption"])
        shown = {"file": "document", "image": "photo", "audio": "voice"}.get(kind, kind)
        return self._write(person, shown, f"user_send_{kind}", message, file=file)

    def _file(self, person: Person, data: Json) -> Json:
        media_type = str(data.get("media_type") or "application/octet-stream")
        return self._media(person, data, "file", str(data.get("name") or "tep"), media_type)

    def _photo(self, person: Person, data: Json) -> Json:
        return self._media(person, data, "image", "photo.jpg", "image/jpeg")

    def _sticker(self, person: Person, data: Json) -> Json:
        return self._media(person, data, "sticker", "sticker.webp", "image/webp")

    def _voice(self, person: Person, data: Json) -> Json:
        return self._media(person, data, "audio", "voice.amr", "audio/amr")

    def _location(self, person: Person, data: Json) -> Json:
        place = {
            "latitude": str(data.get("latitude", 21.03)),
            "longitude": str(data.get("longitude", 105.85)),
        }
        attachment = {"type": "location", "payload": {"coordinates": place}}
        return self._write(person, "location", "user_send_location", {"attachments": [attachment]})

    def _see(self, person: Person, data: Json) -> Json:
        """Opens the chat: every message of the OA, or those named, is seen."""
        messages = self._chat(person).messages
        ids = data.get("message_ids") or [m.id for m in messages if not m.author and m.id]
        if ids:
            self._from_oa(person, "user_seen_message", {"msg_ids": [str(message_id) for message_id in ids]})
        return {"seq": self.world.next()}

    def _react(self, person: Person, data: Json) -> Json:
        message = self._message(person, data)
        icon = str(data.get("emoji") or "/-strong")
        self._from_user(person, "user_reacted_message", {"msg_id": message.id, "react_icon": icon})
        return {"seq": self.world.next()}
