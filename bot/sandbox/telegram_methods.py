"""The Bot API's methods, one function each. A function takes the bot's server and the parameters."""

import re
import secrets
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox import telegram_markup
from bot.sandbox.telegram import ApiError, Params, Telegram, bad
from bot.sandbox.telegram_text import BadMarkup, formatted
from bot.sandbox.world import Button, Chat, Json, Message, StoredFile

QUERY_LIVES_MS = 60_000
DELETABLE_MS = 48 * 3600 * 1000
_MOST_DOWN = 20 * 1024 * 1024
_MOST_UP = 50 * 1024 * 1024


def _chat(api: Telegram, params: Params) -> Chat:
    """The chat a call names, known to the bot. Raises ApiError."""
    if not params.text("chat_id"):
        raise bad("chat_id is empty")
    chat = api.world.chats.get(("telegram", params.text("chat_id").strip()))
    if chat is None:
        raise bad("chat not found")
    if chat.migrated_to:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=int(chat.migrated_to),
        )
    return chat


def _open_chat(api: Telegram, params: Params) -> Chat:
    """The chat, if the bot may write there now. Raises ApiError."""
    chat = _chat(api, params)
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


def _words(params: Params, key: str) -> tuple[str, list[Json]]:
    entities = "entities" if key == "text" else f"{key}_entities"
    try:
        return formatted(params.text(key), params.text("parse_mode"), params.data(entities))
    except BadMarkup as error:
        raise bad(str(error) if "parse_mode" in str(error) else f"can't parse entities: {error}") from None


def _keyboard(params: Params, chat: Chat) -> tuple[str, list[Button], Json]:
    try:
        kind, buttons, shown = telegram_markup.read(
            params.data("reply_markup"), private=chat.kind == "private"
        )
    except telegram_markup.BadKeyboard as error:
        raise bad(str(error)) from None
    return kind, buttons, {"reply_markup": shown} if shown else {}


def _reply(params: Params, chat: Chat) -> Json:
    given = params.data("reply_parameters") or {}
    number = given.get("message_id", params.integer("reply_to_message_id"))
    if number is None:
        return {}
    target = chat.by_id.get(str(number))
    if target is None or target.deleted:
        if given.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in target.native.items() if k != "reply_to_message"}}


def _send(api: Telegram, params: Params, kind: str, content: Json, file: StoredFile | None = None) -> Json:
    chat = _open_chat(api, params)
    keyboard, buttons, shown = _keyboard(params, chat)
    content = {**_reply(params, chat), **content, **shown}
    api.check_limits(chat)
    return api.write(chat, None, kind, content, buttons=buttons, keyboard=keyboard, file=file).native


def send_message(api: Telegram, params: Params) -> Json:
    """sendMessage: 1 to 4096 characters after the markup is read."""
    _open_chat(api, params)
    text, entities = _words(params, "text")
    if not text:
        raise bad("message text is empty")
    if len(text) > 4096:
        raise bad("message is too long")
    return _send(api, params, "text", {"text": text, **({"entities": entities} if entities else {})})


def _upload(api: Telegram, params: Params, field: str) -> StoredFile:
    """The file a call carries or names. Raises ApiError."""
    value = params.text(field)
    part = params.files.get(value.removeprefix("attach://") if value.startswith("attach://") else field)
    if part is not None:
        name, media_type, data = part
        if not data:
            raise bad("file must be non-empty")
        if len(data) > _MOST_UP:
            raise ApiError(413, "Request Entity Too Large")
        return api.world.store_file(f"BQ{secrets.token_urlsafe(30)}", name, media_type, data)
    if not value:
        raise bad(f"there is no {field} in the request")
    if urlsplit(value).scheme in ("http", "https"):
        raise bad("failed to get HTTP URL content")
    if file := api.world.files.get(value):
        return file
    raise bad("wrong file identifier/HTTP URL specified")


def _caption(params: Params) -> Json:
    caption, entities = _words(params, "caption")
    if len(caption) > 1024:
        raise bad("message caption is too long")
    return ({"caption": caption} if caption else {}) | ({"caption_entities": entities} if entities else {})


def document(file: StoredFile) -> Json:
    """A file as messages carry it."""
    return {
        "file_name": file.name,
        "mime_type": file.media_type,
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.data),
    }


def photo(file: StoredFile) -> list[Json]:
    """A picture's sizes: the sandbox keeps one."""
    about = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(file.data)}
    return [{**about, "width": 640, "height": 480}]


def send_document(api: Telegram, params: Params) -> Json:
    """sendDocument: bytes up to 50 MB or an earlier file_id; caption up to 1024 characters."""
    _open_chat(api, params)
    caption = _caption(params)
    file = _upload(api, params, "document")
    return _send(api, params, "document", {"document": document(file), **caption}, file)


def send_photo(api: Telegram, params: Params) -> Json:
    """sendPhoto: JPEG, PNG, GIF or WebP."""
    _open_chat(api, params)
    caption = _caption(params)
    file = _upload(api, params, "photo")
    if not file.data.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")):
        raise bad("IMAGE_PROCESS_FAILED")
    return _send(api, params, "photo", {"photo": photo(file), **caption}, file)


def _mine(api: Telegram, params: Params, what: str) -> tuple[Chat, Message]:
    """The bot's own message a call wants to edit. Raises ApiError."""
    chat = _open_chat(api, params)
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
    keyboard, buttons, shown = _keyboard(params, chat)
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
    text, entities = _words(params, "text")
    if not text:
        raise bad("message text is empty")
    if len(text) > 4096:
        raise bad("MESSAGE_TOO_LONG")
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    return _edit(api, chat, message, params, {"text": text, **({"entities": entities} if entities else {})})


def edit_message_caption(api: Telegram, params: Params) -> Json:
    """editMessageCaption."""
    chat, message = _mine(api, params, "edit")
    if message.kind == "text":
        raise bad("there is no caption in the message to edit")
    return _edit(api, chat, message, params, _caption(params))


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


def delete_message(api: Telegram, params: Params) -> bool:
    """deleteMessage: within 48 hours."""
    _delete(api, _open_chat(api, params), params.integer("message_id"))
    return True


def delete_messages(api: Telegram, params: Params) -> bool:
    """deleteMessages: those not found are skipped."""
    chat = _open_chat(api, params)
    for number in params.data("message_ids") or []:
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


def get_file(api: Telegram, params: Params) -> Json:
    """getFile: up to 20 MB."""
    file = api.world.files.get(params.text("file_id"))
    if file is None:
        raise bad("invalid file_id" if params.text("file_id") else "file_id is empty")
    if len(file.data) > _MOST_DOWN:
        raise bad("file is too big")
    about = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(file.data)}
    ending = re.sub(r"[^A-Za-z0-9.]", "", PurePosixPath(file.name).suffix)
    return {**about, "file_path": f"documents/{file.file_id}/file{ending}"}


async def get_updates(api: Telegram, params: Params) -> list[Json]:
    """getUpdates: an offset confirms what came before it; refused while a webhook is set."""
    if api.webhook["url"]:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    if "allowed_updates" in params.values:
        api.allowed = params.data("allowed_updates") or None
    offset = params.integer("offset") or 0
    if offset < 0:
        for number in list(api.updates)[:offset]:
            api.confirm(number)
    for number in [n for n in api.updates if n < offset]:
        api.confirm(number)
    limit = min(max(params.integer("limit") or 100, 1), 100)
    return await api.take(limit, min(params.integer("timeout") or 0, 50))


async def set_webhook(api: Telegram, params: Params) -> bool:
    """setWebhook. Telegram takes HTTPS on four ports only; here any http address will do."""
    url = params.text("url")
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if secret and (len(secret) > 256 or not secret.replace("-", "").replace("_", "").isalnum()):
        raise bad("secret token contains unallowed characters")
    if "allowed_updates" in params.values:
        api.allowed = params.data("allowed_updates") or None
    limit = min(max(params.integer("max_connections") or 40, 1), 100)
    await api.set_webhook(url, secret, limit, drop=params.flag("drop_pending_updates"))
    return True


async def delete_webhook(api: Telegram, params: Params) -> bool:
    """deleteWebhook."""
    await api.set_webhook("", "", 40, drop=params.flag("drop_pending_updates"))
    return True


def get_webhook_info(api: Telegram, params: Params) -> Json:
    """getWebhookInfo."""
    info = {**api.webhook, "has_custom_certificate": False, "pending_update_count": len(api.updates)}
    return info | ({"allowed_updates": api.allowed} if api.allowed else {})


def get_me(api: Telegram, params: Params) -> Json:
    """getMe."""
    return {
        **api.me(),
        "can_join_groups": True,
        "can_read_all_group_messages": not api.switches["privacy"],
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _scope(params: Params) -> str:
    scope = params.data("scope") or {"type": "default"}
    return "/".join(str(scope.get(key, "")) for key in ("type", "chat_id", "user_id")) + params.text(
        "language_code"
    )


def set_my_commands(api: Telegram, params: Params) -> bool:
    """setMyCommands."""
    commands = params.data("commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("commands must be an Array of at most 100")
    for command in commands:
        name, about = str(command.get("command", "")), str(command.get("description", ""))
        if (
            not 1 <= len(name) <= 32
            or not name.replace("_", "").isalnum()
            or name != name.lower()
            or not name.isascii()
        ):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(about) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    api.settings["commands" + _scope(params)] = commands
    return True


def get_my_commands(api: Telegram, params: Params) -> list[Json]:
    """getMyCommands."""
    commands: list[Json] = api.settings.get("commands" + _scope(params), [])
    return commands


def delete_my_commands(api: Telegram, params: Params) -> bool:
    """deleteMyCommands."""
    api.settings.pop("commands" + _scope(params), None)
    return True


def send_chat_action(api: Telegram, params: Params) -> bool:
    """sendChatAction."""
    _open_chat(api, params)
    if not params.text("action"):
        raise bad("wrong parameter action in request")
    return True


def get_chat(api: Telegram, params: Params) -> Json:
    """getChat."""
    return {
        **api.chat(_chat(api, params)),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }


def get_chat_member(api: Telegram, params: Params) -> Json:
    """getChatMember."""
    chat = _chat(api, params)
    user_id = params.text("user_id")
    if user_id == str(api.bot_id):
        return api.standing(chat)
    person = api.world.people.get(("telegram", user_id))
    if person is None:
        raise bad("invalid user_id specified")
    if chat.kind != "private" and chat.members[:1] == [user_id]:  # whoever made the group owns it
        return {"status": "creator", "user": api.user(person), "is_anonymous": False}
    return {"status": "member" if user_id in chat.members else "left", "user": api.user(person)}


def get_chat_member_count(api: Telegram, params: Params) -> int:
    """getChatMemberCount."""
    chat = _chat(api, params)
    return len(chat.members) + (chat.bot in ("member", "administrator"))


def leave_chat(api: Telegram, params: Params) -> bool:
    """leaveChat."""
    chat = _open_chat(api, params)
    if chat.kind == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.bot = "left"
    return True


METHODS: dict[str, Callable[[Telegram, Params], Any]] = {
    function.__name__.replace("_", ""): function
    for function in (
        answer_callback_query,
        delete_message,
        delete_messages,
        delete_my_commands,
        delete_webhook,
        edit_message_caption,
        edit_message_reply_markup,
        edit_message_text,
        get_chat,
        get_chat_member,
        get_chat_member_count,
        get_file,
        get_me,
        get_my_commands,
        get_updates,
        get_webhook_info,
        leave_chat,
        send_chat_action,
        send_document,
        send_message,
        send_photo,
        set_my_commands,
        set_webhook,
    )
}
