"""The Bot API's updates, webhook, commands, the bot itself, and what it may ask about chats."""

from urllib.parse import urlsplit

from bot.sandbox.telegram import ApiError, Params, Telegram, bad
from bot.sandbox.telegram_messages import find_chat, open_chat
from bot.sandbox.world import Chat, Json

NAMES = {"name": 64, "short_description": 120, "description": 512}
"""What a bot may call itself, and how long."""


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


def get_chat(api: Telegram, params: Params) -> Json:
    """getChat."""
    return {
        **api.chat(find_chat(api, params)),
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


def _member(api: Telegram, chat: Chat, user_id: str) -> Json:
    person = api.world.people.get(("telegram", user_id))
    if person is None:
        raise bad("user not found")
    if chat.kind != "private" and chat.members[:1] == [user_id]:  # whoever made the group owns it
        return {"status": "creator", "user": api.user(person), "is_anonymous": False}
    return {"status": "member" if user_id in chat.members else "left", "user": api.user(person)}


def get_chat_member(api: Telegram, params: Params) -> Json:
    """getChatMember."""
    chat = find_chat(api, params)
    user_id = params.text("user_id")
    return api.standing(chat) if user_id == str(api.bot_id) else _member(api, chat, user_id)


def get_chat_member_count(api: Telegram, params: Params) -> int:
    """getChatMemberCount."""
    chat = find_chat(api, params)
    return len(chat.members) + (chat.bot in ("member", "administrator"))


def leave_chat(api: Telegram, params: Params) -> bool:
    """leaveChat."""
    chat = open_chat(api, params)
    if chat.kind == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.bot = "left"
    return True


def get_chat_administrators(api: Telegram, params: Params) -> list[Json]:
    """getChatAdministrators: the owner, and the bot where it is one. Other bots are left out."""
    chat = find_chat(api, params)
    if chat.kind == "private":
        raise bad("there are no administrators in the private chat")
    found = [_member(api, chat, user_id) for user_id in chat.members[:1]]
    return found + ([api.standing(chat)] if chat.bot == "administrator" else [])


def get_user_profile_photos(api: Telegram, params: Params) -> Json:
    """getUserProfilePhotos: nobody here has one."""
    if ("telegram", params.text("user_id")) not in api.world.people:
        raise bad("user not found")
    return {"total_count": 0, "photos": []}


def _set_name(api: Telegram, params: Params, which: str) -> bool:
    given = params.text(which)
    if len(given) > NAMES[which]:
        raise bad(f"bot {which.replace('_', ' ')} is too long")
    api.settings[f"{which}/{params.text('language_code')}"] = given
    return True


def _get_name(api: Telegram, params: Params, which: str) -> Json:
    fallback = api.settings.get(f"{which}/", api.me()["first_name"] if which == "name" else "")
    return {which: api.settings.get(f"{which}/{params.text('language_code')}") or fallback}


def set_my_name(api: Telegram, params: Params) -> bool:
    """setMyName."""
    return _set_name(api, params, "name")


def get_my_name(api: Telegram, params: Params) -> Json:
    """getMyName."""
    return _get_name(api, params, "name")


def set_my_description(api: Telegram, params: Params) -> bool:
    """setMyDescription."""
    return _set_name(api, params, "description")


def get_my_description(api: Telegram, params: Params) -> Json:
    """getMyDescription."""
    return _get_name(api, params, "description")


def set_my_short_description(api: Telegram, params: Params) -> bool:
    """setMyShortDescription."""
    return _set_name(api, params, "short_description")


def get_my_short_description(api: Telegram, params: Params) -> Json:
    """getMyShortDescription."""
    return _get_name(api, params, "short_description")


def set_chat_menu_button(api: Telegram, params: Params) -> bool:
    """setChatMenuButton."""
    button = params.data("menu_button") or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise bad("menu button has an unknown type")
    api.settings[f"menu/{params.text('chat_id')}"] = button
    return True


def get_chat_menu_button(api: Telegram, params: Params) -> Json:
    """getChatMenuButton."""
    found: Json = api.settings.get(f"menu/{params.text('chat_id')}") or api.settings.get(
        "menu/", {"type": "commands"}
    )
    return found
