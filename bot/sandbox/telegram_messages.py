"""The Bot API's messages: sending, editing, copying, deleting, reactions, presses.

A method is one function: it takes the bot's server and the parameters, and returns the result.
"""

from typing import Any

from bot.sandbox import telegram_markup
from bot.sandbox.telegram import ApiError, Params, Telegram, bad
from bot.sandbox.telegram_text import BadMarkup, formatted
from bot.sandbox.world import Button, Chat, Json, Message, StoredFile

QUERY_LIVES_MS = 60_000
DELETABLE_MS = 48 * 3600 * 1000
MOST_TEXT = 4096
"""Characters (not UTF-16 units, which only offsets are counted in), after the markup is read."""
MOST_AT_ONCE = 100
REACTIONS = set(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡"
)
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_NOT_COPIED = {
    "message_id",
    "from",
    "chat",
    "date",
    "edit_date",
    "reply_to_message",
    "reply_markup",
    "media_group_id",
    "forward_origin",
}


def find_chat(api: Telegram, params: Params, field: str = "chat_id") -> Chat:
    """The chat a call names, known to the bot. Raises ApiError."""
    if not params.text(field):
        raise bad(f"{field} is empty")
    chat = api.world.chats.get(("telegram", params.text(field).strip()))
    if chat is None:
        raise bad("chat not found")
    if chat.migrated_to:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=int(chat.migrated_to),
        )
    return chat


def open_chat(api: Telegram, params: Params) -> Chat:
    """The chat, if the bot may write there now. Raises ApiError."""
    chat = find_chat(api, params)
    if chat.kind == "private":
        person = api.world.person("telegram", chat.chat_id)
        if person.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not person.open:
            met = any(
                other.kind != "private"
                and other.bot in ("member", "administrator")
                and person.user_id in other.members
                for other in api.world.chats.values()
            )
            # Telegram tells a bot of people it has met somewhere; of others it knows nothing.
            raise (
                ApiError(403, "Forbidden: bot can't initiate conversation with a user")
                if met
                else bad("chat not found")
            )
    elif chat.bot == "kicked":
        raise ApiError(403, f"Forbidden: bot was kicked from the {chat.kind} chat")
    elif chat.bot == "left":
        raise ApiError(403, f"Forbidden: bot is not a member of the {chat.kind} chat")
    return chat


def words_of(params: Params, key: str) -> tuple[str, list[Json]]:
    """A text and its entities, by markup or as given. Raises ApiError."""
    entities = "entities" if key == "text" else f"{key}_entities"
    try:
        return formatted(params.text(key), params.text("parse_mode"), params.data(entities))
    except BadMarkup as error:
        raise bad(str(error) if "parse_mode" in str(error) else f"can't parse entities: {error}") from None


def keyboard_of(params: Params, chat: Chat) -> tuple[str, list[Button], Json]:
    """The keyboard's kind, its buttons, and the message's own `reply_markup`. Raises ApiError."""
    try:
        kind, buttons, shown = telegram_markup.read(
            params.data("reply_markup"), private=chat.kind == "private"
        )
    except telegram_markup.BadKeyboard as error:
        raise bad(str(error)) from None
    return kind, buttons, {"reply_markup": shown} if shown else {}


def reply_of(params: Params, chat: Chat) -> Json:
    """`reply_to_message` of what is sent; {} when it answers nothing. Raises ApiError."""
    given = params.data("reply_parameters") or {}
    number = given.get("message_id", params.integer("reply_to_message_id"))
    if not number:
        return {}
    target = chat.by_id.get(str(number))
    if target is None or target.deleted:
        if given.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in target.native.items() if k != "reply_to_message"}}


def post(api: Telegram, params: Params, kind: str, content: Json, file: StoredFile | None = None) -> Json:
    """Sends, with reply and keyboard as the call says; the message. Raises ApiError."""
    chat = open_chat(api, params)
    keyboard, buttons, shown = keyboard_of(params, chat)
    content = {**reply_of(params, chat), **content, **shown}
    if params.flag("protect_content"):
        content["has_protected_content"] = True
    api.check_limits(chat)
    return api.write(chat, None, kind, content, buttons=buttons, keyboard=keyboard, file=file).native


def send_message(api: Telegram, params: Params) -> Json:
    """sendMessage: 1 to 4096 characters after the markup is read."""
    open_chat(api, params)
    text, entities = words_of(params, "text")
    if not text:
        raise bad("message text is empty")
    if len(text) > MOST_TEXT:
        raise bad("message is too long")
    return post(api, params, "text", {"text": text, **({"entities": entities} if entities else {})})


def _mine(api: Telegram, params: Params, what: str) -> tuple[Chat, Message]:
    """The bot's own message a call wants to edit. Raises ApiError."""
    chat = open_chat(api, params)
    number = params.integer("message_id")
    if number is None:
        raise bad("message identifier is not specified")
    message = chat.by_id.get(str(number))
    if message is None or message.deleted:
        raise bad(f"message to {what} not found")
    if message.author or message.keyboard in ("reply", "remove", "force_reply"):
        raise bad("message can't be edited")
    return chat, message


def _edit(api: Telegram, chat: Chat, message: Message, params: Params, content: Json | None) -> Json:
    """Changes words (unless None) and buttons; without reply_markup the buttons go. Raises ApiError."""
    keyboard, buttons, shown = keyboard_of(params, chat)
    if keyboard not in ("", "inline"):
        raise bad("inline keyboard expected")
    own = ("text", "entities", "caption", "caption_entities")
    kept = {
        k: v for k, v in message.native.items() if k != "reply_markup" and (content is None or k not in own)
    }
    fresh = {**kept, **(content or {}), **shown}
    if {k: v for k, v in fresh.items() if k != "edit_date"} == {
        k: v for k, v in message.native.items() if k != "edit_date"
    }:
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    if chat.kind != "private":
        api.check_limits(chat)
    message.native = {**fresh, "edit_date": api.world.now_ms() // 1000}
    message.keyboard, message.buttons = keyboard, buttons
    if content is not None:
        message.text = content.get("text") or content.get("caption") or ""
        message.entities = len(content.get("entities") or content.get("caption_entities") or [])
        message.edited = True
    api.world.touch(chat, message, words=content is not None)
    return message.native


def edit_message_text(api: Telegram, params: Params) -> Json:
    """editMessageText."""
    chat, message = _mine(api, params, "edit")
    text, entities = words_of(params, "text")
    if not text:
        raise bad("message text is empty")
    if len(text) > MOST_TEXT:
        raise bad("MESSAGE_TOO_LONG")
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    return _edit(api, chat, message, params, {"text": text, **({"entities": entities} if entities else {})})


def caption_of(params: Params) -> Json:
    """A caption and its entities, as messages carry them. Raises ApiError."""
    caption, entities = words_of(params, "caption")
    if len(caption) > 1024:
        raise bad("message caption is too long")
    return ({"caption": caption} if caption else {}) | ({"caption_entities": entities} if entities else {})


def edit_message_caption(api: Telegram, params: Params) -> Json:
    """editMessageCaption."""
    chat, message = _mine(api, params, "edit")
    if message.kind == "text":
        raise bad("there is no caption in the message to edit")
    return _edit(api, chat, message, params, caption_of(params))


def edit_message_reply_markup(api: Telegram, params: Params) -> Json:
    """editMessageReplyMarkup."""
    chat, message = _mine(api, params, "edit")
    return _edit(api, chat, message, params, None)


def _delete(api: Telegram, chat: Chat, number: object) -> None:
    message = chat.by_id.get(str(number))
    if message is None or message.deleted:
        raise bad("message to delete not found")
    foreign = bool(message.author) and chat.kind != "private" and chat.bot != "administrator"
    if foreign or api.world.now_ms() - message.at > DELETABLE_MS:
        raise bad("message can't be deleted for everyone" if not foreign else "message can't be deleted")
    message.deleted = True
    message.buttons = []
    api.world.touch(chat, message, words=False)


def _numbers(params: Params) -> list[int]:
    numbers = params.data("message_ids")
    if not isinstance(numbers, list) or not all(isinstance(number, int) for number in numbers):
        raise bad("message identifiers are not specified")
    if not 1 <= len(numbers) <= MOST_AT_ONCE:
        raise bad(
            "too many message identifiers specified" if numbers else "message identifiers are not specified"
        )
    return numbers


def delete_message(api: Telegram, params: Params) -> bool:
    """deleteMessage: within 48 hours."""
    _delete(api, open_chat(api, params), params.integer("message_id"))
    return True


def delete_messages(api: Telegram, params: Params) -> bool:
    """deleteMessages: those not found are skipped."""
    chat = open_chat(api, params)
    for number in _numbers(params):
        if str(number) in chat.by_id and not chat.by_id[str(number)].deleted:
            _delete(api, chat, number)
    return True


def answer_callback_query(api: Telegram, params: Params) -> bool:
    """answerCallbackQuery: text up to 200 characters; an old or unknown query is a 400."""
    found = api.queries.get(params.text("callback_query_id"))
    if found is None or api.world.now_ms() - found[2] > QUERY_LIVES_MS:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    chat, message, _ = found
    text = params.text("text")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    if text and message is not None:
        message.toast = text
        api.world.touch(chat, message, words=False)
        message.toast_seq = message.changed
    return True


def send_chat_action(api: Telegram, params: Params) -> bool:
    """sendChatAction."""
    open_chat(api, params)
    if params.text("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    return True


def _again(api: Telegram, params: Params, number: object, what: str) -> Json:
    """Sends an earlier message's content once more. Raises ApiError."""
    source = find_chat(api, params, "from_chat_id").by_id.get(str(number))
    if source is None or source.deleted:
        raise bad(f"message to {what} not found")
    if source.kind in ("service", "tap"):
        raise bad("message can't be copied" if what == "copy" else "message can't be forwarded")
    if source.native.get("has_protected_content"):
        raise bad("message can't be copied" if what == "copy" else "message can't be forwarded")
    content = {key: value for key, value in source.native.items() if key not in _NOT_COPIED}
    if what == "copy" and source.kind != "text" and "caption" in params.values:
        content = {key: value for key, value in content.items() if not key.startswith("caption")}
        content |= caption_of(params)
    if what == "forward":
        content["forward_origin"] = source.native.get("forward_origin") or {
            "type": "user",
            "sender_user": source.native["from"],
            "date": source.native["date"],
        }
    return post(api, params, source.kind, content, source.file)


def forward_message(api: Telegram, params: Params) -> Json:
    """forwardMessage: with its origin, without buttons."""
    return _again(api, params, params.integer("message_id"), "forward")


def copy_message(api: Telegram, params: Params) -> Json:
    """copyMessage: a new message of the bot's own; its number alone."""
    return {"message_id": _again(api, params, params.integer("message_id"), "copy")["message_id"]}


def _several(api: Telegram, params: Params, what: str) -> list[Json]:
    source = find_chat(api, params, "from_chat_id")
    found = [number for number in _numbers(params) if str(number) in source.by_id]
    if not found:
        raise bad(f"there are no messages to {what}")
    return [{"message_id": _again(api, params, number, what)["message_id"]} for number in found]


def forward_messages(api: Telegram, params: Params) -> list[Json]:
    """forwardMessages: those not found are skipped."""
    return _several(api, params, "forward")


def copy_messages(api: Telegram, params: Params) -> list[Json]:
    """copyMessages: those not found are skipped."""
    return _several(api, params, "copy")


def set_message_reaction(api: Telegram, params: Params) -> bool:
    """setMessageReaction: one emoji of Telegram's list, or none."""
    chat = open_chat(api, params)
    message = chat.by_id.get(params.text("message_id"))
    if message is None or message.deleted:
        raise bad("message to react not found")
    given: list[Any] = params.data("reaction") or []
    emoji = [str(each.get("emoji", "")) for each in given]
    if len(emoji) > 1:
        raise bad("REACTIONS_TOO_MANY")
    # Some clients write the heart with a variation selector, Telegram lists it without.
    if any(each.rstrip("\ufe0f") not in REACTIONS for each in emoji):
        raise bad("REACTION_INVALID")
    message.reaction = "".join(emoji)
    api.world.touch(chat, message, words=False)
    return True


def send_location(api: Telegram, params: Params) -> Json:
    """sendLocation."""
    open_chat(api, params)
    place = {name: float(params.text(name) or "nan") for name in ("latitude", "longitude")}
    if not (abs(place["latitude"]) <= 90 and abs(place["longitude"]) <= 180):
        raise bad("wrong location specified")
    return post(api, params, "location", {"location": place})


def send_contact(api: Telegram, params: Params) -> Json:
    """sendContact."""
    open_chat(api, params)
    contact = {name: params.text(name) for name in ("phone_number", "first_name", "last_name")}
    if not contact["phone_number"] or not contact["first_name"]:
        raise bad("PHONE_NUMBER_INVALID" if not contact["phone_number"] else "contact first name is empty")
    return post(api, params, "contact", {"contact": {key: value for key, value in contact.items() if value}})
