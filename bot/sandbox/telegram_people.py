"""What people do on Telegram, and the updates the bot gets of it."""

import asyncio
import base64
import itertools
import secrets
from typing import Any

from bot.sandbox.telegram import Telegram
from bot.sandbox.telegram_media import document, photo
from bot.sandbox.telegram_messages import REACTIONS
from bot.sandbox.telegram_text import found_in
from bot.sandbox.world import Button, Chat, Json, Message, Person, Refused, pick


class TelegramPeople:
    """The people's side: each act takes the person and the control call's body."""

    def __init__(self, api: Telegram) -> None:
        self.api = api
        self.world = api.world
        self._ids = itertools.count(5_000_000_001)

    def create(self, data: Json) -> Person:
        """A new person, who has not opened the bot's chat yet."""
        return self.world.add_person(
            Person(
                "telegram",
                str(next(self._ids)),
                str(data.get("name") or "Người Thử"),
                str(data.get("phone") or ""),
                str(data.get("language") or "vi"),
                str(data.get("username") or ""),
            )
        )

    async def act(self, person: Person, name: str, data: Json) -> Json:
        """Does one act. Raises Refused for an unknown or impossible one."""
        acts: dict[str, Any] = {
            "start": self._start,
            "say": self._say,
            "tap": self._tap,
            "contact": self._contact,
            "file": self._file,
            "photo": self._photo,
            "sticker": self._sticker,
            "voice": self._voice,
            "location": self._location,
            "block": self._block,
            "unblock": self._unblock,
            "join": self._join,
            "leave": self._leave,
            "edit": self._edit,
            "react": self._react,
            "see": lambda *_: {},
        }
        if name not in acts:
            raise Refused(f"nobody can {name!r} on telegram; there are {', '.join(acts)}", 404)
        result: Json = acts[name](person, data)
        # Telegram acts are all immediate; the await keeps both platforms alike to the control API.
        await asyncio.sleep(0)
        return result

    def _where(self, person: Person, data: Json) -> Chat:
        chat = self.world.chat("telegram", str(data.get("chat_id") or person.user_id))
        if chat.kind != "private" and person.user_id not in chat.members:
            raise Refused("the person is not in this group", 409)
        return chat

    def _write(self, person: Person, data: Json, kind: str, content: Json, **more: Any) -> Json:
        chat = self._where(person, data)
        if chat.kind == "private" and person.blocked:
            raise Refused("the person has blocked the bot: unblock first", 409)
        person.open = person.open or chat.kind == "private"
        if reply_to := data.get("reply_to"):
            target = chat.by_id.get(str(reply_to))
            if target is None:
                raise Refused(f"no message {reply_to} to reply to", 404)
            content["reply_to_message"] = dict(target.native)
        message = self.api.write(chat, person, kind, content, **more)
        if self._visible(chat, message):
            self.api.update(chat.chat_id, "message", message.native)
        return {"seq": message.seq, "message_id": message.id}

    def _visible(self, chat: Chat, message: Message) -> bool:
        """Whether the bot sees it: privacy mode hides ordinary talk in groups."""
        if chat.kind == "private" or chat.bot == "administrator":
            return True
        if chat.bot != "member":
            return False
        if not self.api.switches["privacy"]:
            return True
        if message.native.get("reply_to_message", {}).get("from", {}).get("id") == self.api.bot_id:
            return True
        if not message.text.startswith("/"):
            return False
        _, _, name = message.text.split()[0].partition("@")
        return not name or name.lower() == self.api.username.lower()

    def _text(self, person: Person, data: Json, text: str) -> Json:
        if not text:
            raise Refused("an empty message cannot be sent")
        entities = found_in(text)
        # A phone sends what is too long as several messages.
        if len(text) > 4096:
            for start in range(0, len(text) - 4096, 4096):
                self._text(person, data, text[start : start + 4096])
            text = text[(len(text) - 1) // 4096 * 4096 :]
            entities = found_in(text)
        return self._write(
            person, data, "text", {"text": text, **({"entities": entities} if entities else {})}
        )

    def _start(self, person: Person, data: Json) -> Json:
        if person.blocked:
            self._unblock(person, data)
        payload = str(data.get("payload") or "")
        return self._text(person, {}, f"/start {payload}".strip())

    def _say(self, person: Person, data: Json) -> Json:
        return self._text(person, data, str(data.get("text") or ""))

    def _tap(self, person: Person, data: Json) -> Json:
        chat = self._where(person, data)
        message = chat.by_id.get(str(data.get("message_id", "")))
        if message is None:
            raise Refused(f"no message {data.get('message_id')!r} in this chat", 404)
        if data.get("payload") is not None:
            # A press on buttons that changed meanwhile, or one no button ever offered.
            button = Button(str(data["payload"]), "send", str(data["payload"]))
        elif message.deleted:
            raise Refused("the message was deleted", 409)
        else:
            button = pick(message.buttons, index=data.get("index"), label=data.get("label"))
        if button.kind == "link":
            return {"seq": self.world.next(), "opened": button.payload}
        if button.kind == "contact":
            return self._contact(person, {**data, "of": "own"})
        if button.kind == "text":
            return self._text(person, data, button.label)
        tap = self.world.post(chat, "", person.user_id, "tap", button.label)
        query_id = str(secrets.randbits(62))
        self.api.queries[query_id] = (chat, message, self.world.now_ms())
        self.api.update(
            chat.chat_id,
            "callback_query",
            {
                "id": query_id,
                "from": self.api.user(person),
                "message": dict(message.native),
                "chat_instance": chat.chat_id,
                "data": button.payload,
            },
        )
        return {"seq": tap.seq, "callback_query_id": query_id}

    def _contact(self, person: Person, data: Json) -> Json:
        of = data.get("of", "own")
        contact: Json = {"phone_number": person.international, "first_name": person.name}
        if of != "own":
            contact = {
                "phone_number": str(data.get("phone") or ""),
                "first_name": str(data.get("name") or "Người Khác"),
            }
        if of == "own":
            contact["user_id"] = int(person.user_id)
        elif of == "other":
            contact["user_id"] = int(data.get("user_id") or 4_999_999_999)
        elif of == "own_without_id":
            contact["phone_number"] = person.international
        elif of != "unknown":
            raise Refused("'of' is own, other, unknown or own_without_id")
        if not contact["phone_number"]:
            raise Refused("there is no phone number to share", 409)
        return self._write(person, data, "contact", {"contact": contact})

    def _target(self, chat: Chat, data: Json) -> Message:
        message = chat.by_id.get(str(data.get("message_id", "")))
        if message is None or message.deleted:
            raise Refused(f"no message {data.get('message_id')!r} in this chat", 404)
        return message

    def _edit(self, person: Person, data: Json) -> Json:
        """The person changes the words of a message of theirs."""
        chat = self._where(person, data)
        message = self._target(chat, data)
        text = str(data.get("text") or "")
        if message.author != person.user_id or message.kind != "text" or not text:
            raise Refused("a person edits a text of their own, and not into nothing", 409)
        entities = found_in(text)
        kept = {key: value for key, value in message.native.items() if key != "entities"}
        message.native = {**kept, "text": text, "edit_date": self.world.now_ms() // 1000}
        message.native |= {"entities": entities} if entities else {}
        message.text, message.entities, message.edited = text, len(entities), True
        self.world.touch(chat, message, words=True)
        if self._visible(chat, message):
            self.api.update(chat.chat_id, "edited_message", message.native)
        return {"seq": message.changed}

    def _react(self, person: Person, data: Json) -> Json:
        """An emoji on a message, instead of any earlier one; in groups only administrators are told."""
        chat = self._where(person, data)
        message, emoji = self._target(chat, data), str(data.get("emoji", "👍"))
        if emoji and emoji not in REACTIONS:
            raise Refused(f"{emoji} is none of Telegram's reactions")
        kinds = [[{"type": "emoji", "emoji": each}] if each else [] for each in (message.reacted, emoji)]
        message.reacted = emoji
        self.world.touch(chat, message, words=False)
        if chat.kind == "private" or chat.bot == "administrator":
            self.api.update(
                chat.chat_id,
                "message_reaction",
                {
                    "chat": self.api.chat(chat),
                    "message_id": int(message.id),
                    "user": self.api.user(person),
                    "date": self.world.now_ms() // 1000,
                    "old_reaction": kinds[0],
                    "new_reaction": kinds[1],
                },
            )
        return {"seq": message.changed}

    def _bytes(self, data: Json) -> bytes:
        try:
            return (
                base64.b64decode(data["base64"])
                if "base64" in data
                else str(data.get("content", "")).encode()
            )
        except ValueError as error:
            raise Refused(f"base64: {error}") from None

    def _media(
        self, person: Person, data: Json, kind: str, name: str, media_type: str, content: bytes
    ) -> Json:
        file = self.world.store_file(f"BQ{secrets.token_urlsafe(30)}", name, media_type, content)
        about = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(content)}
        sizes = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        fields: Json
        if kind == "document":
            fields = {"document": document(file)}
        elif kind == "photo":
            fields = {"photo": photo(file)}
        elif kind == "voice":
            fields = {"voice": {**about, "duration": 3, "mime_type": media_type}}
        else:
            emoji = str(data.get("emoji") or "👍")
            fields = {"sticker": {**about, **sizes, "type": "regular", "emoji": emoji}}
        if data.get("caption"):
            fields["caption"] = str(data["caption"])
        return self._write(person, data, kind, fields, file=file)

    def _file(self, person: Person, data: Json) -> Json:
        media_type = str(data.get("media_type") or "application/octet-stream")
        return self._media(
            person, data, "document", str(data.get("name") or "tep"), media_type, self._bytes(data)
        )

    def _photo(self, person: Person, data: Json) -> Json:
        return self._media(
            person, data, "photo", "photo.jpg", "image/jpeg", self._bytes(data) or b"\xff\xd8\xff"
        )

    def _sticker(self, person: Person, data: Json) -> Json:
        return self._media(person, data, "sticker", "sticker.webp", "image/webp", b"RIFF")

    def _voice(self, person: Person, data: Json) -> Json:
        return self._media(person, data, "voice", "voice.oga", "audio/ogg", self._bytes(data) or b"OggS")

    def _location(self, person: Person, data: Json) -> Json:
        place = {
            "latitude": float(data.get("latitude", 21.03)),
            "longitude": float(data.get("longitude", 105.85)),
        }
        return self._write(person, data, "location", {"location": place})

    def _standing(self, chat: Chat, person: Person, old: str, new: str) -> None:
        self.api.update(
            chat.chat_id,
            "my_chat_member",
            {
                "chat": self.api.chat(chat),
                "from": self.api.user(person),
                "date": self.world.now_ms() // 1000,
                "old_chat_member": self.api.standing(chat, old),
                "new_chat_member": self.api.standing(chat, new),
            },
        )

    def _block(self, person: Person, data: Json) -> Json:
        if not person.blocked:
            person.blocked = True
            self._standing(self.world.chat("telegram", person.user_id), person, "member", "kicked")
        return {"seq": self.world.next()}

    def _unblock(self, person: Person, data: Json) -> Json:
        if person.blocked:
            person.blocked = False
            self._standing(self.world.chat("telegram", person.user_id), person, "kicked", "member")
        return {"seq": self.world.next()}

    # Groups

    def _join(self, person: Person, data: Json) -> Json:
        chat = self.world.chat("telegram", str(data.get("chat_id", "")))
        if chat.kind == "private":
            raise Refused("a private chat cannot be joined", 409)
        if person.user_id not in chat.members:
            chat.members.append(person.user_id)
            self._service(chat, person, {"new_chat_members": [self.api.user(person)]})
            self._moved(chat, person, "left", "member")
        return {"seq": self.world.next()}

    def _leave(self, person: Person, data: Json) -> Json:
        chat = self._where(person, data)
        chat.members.remove(person.user_id)
        self._service(chat, person, {"left_chat_member": self.api.user(person)})
        self._moved(chat, person, "member", "left")
        return {"seq": self.world.next()}

    def _moved(self, chat: Chat, person: Person, old: str, new: str) -> None:
        """Tells an administrator, who asked for it, that somebody came or went."""
        if chat.bot != "administrator":
            return
        user = self.api.user(person)
        about = {"chat": self.api.chat(chat), "from": user, "date": self.world.now_ms() // 1000}
        ends = {
            "old_chat_member": {"status": old, "user": user},
            "new_chat_member": {"status": new, "user": user},
        }
        self.api.update(chat.chat_id, "chat_member", {**about, **ends})

    def _service(self, chat: Chat, person: Person, content: Json) -> None:
        message = self.api.write(chat, person, "service", content)
        if chat.bot in ("member", "administrator"):
            self.api.update(chat.chat_id, "message", message.native)

    def group(self, data: Json) -> Json:
        """Makes a group: `title`, `kind` (group or supergroup), `members` (user ids, its owner first)."""
        kind = str(data.get("kind") or "group")
        people = [self.world.person("telegram", str(user_id)) for user_id in data.get("members") or []]
        if kind not in ("group", "supergroup") or not people:
            raise Refused("a group has a kind (group or supergroup) and at least one member")
        chat = self.api.new_group(str(data.get("title") or "Nhóm thử"), kind)
        chat.members = [person.user_id for person in people]
        if data.get("bot"):
            self.set_bot(chat, "member", people[0])
        return {"chat_id": chat.chat_id}

    def set_bot(self, chat: Chat, status: str, by: Person | None = None) -> None:
        """Adds the bot to a group, makes it administrator, or takes it out ("left", "kicked")."""
        if chat.kind == "private" or status not in ("member", "administrator", "left", "kicked"):
            raise Refused("the bot's status in a group is member, administrator, left or kicked")
        by = by or self.world.person("telegram", chat.members[0])
        old, chat.bot = chat.bot, status
        if old == status:
            return
        self._standing(chat, by, old, status)
        if old in ("left", "kicked") and status in ("member", "administrator"):
            self._service(chat, by, {"new_chat_members": [self.api.me()]})

    def migrate(self, chat: Chat) -> Json:
        """Turns a group into a supergroup with a new id; both chats say so."""
        if chat.kind != "group" or chat.migrated_to:
            raise Refused("only a group that was not migrated yet becomes a supergroup", 409)
        fresh = self.api.new_group(chat.title, "supergroup")
        fresh.members, fresh.bot = list(chat.members), chat.bot
        owner = self.world.person("telegram", chat.members[0])
        self._service(chat, owner, {"migrate_to_chat_id": int(fresh.chat_id)})
        self._service(fresh, owner, {"migrate_from_chat_id": int(chat.chat_id)})
        chat.migrated_to = fresh.chat_id
        return {"chat_id": fresh.chat_id}
