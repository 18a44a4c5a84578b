"""The table of the Bot API's methods; each is a function of its own, by the same name in snake case."""

from collections.abc import Callable
from typing import Any

from bot.sandbox import telegram_bot as bot
from bot.sandbox import telegram_media as media
from bot.sandbox import telegram_messages as messages
from bot.sandbox.telegram import Params, Telegram

FUNCTIONS: tuple[Callable[[Telegram, Params], Any], ...] = (
    bot.get_me,
    bot.get_updates,
    bot.set_webhook,
    bot.delete_webhook,
    bot.get_webhook_info,
    messages.send_message,
    media.send_document,
    media.send_photo,
    media.send_media_group,
    media.send_voice,
    media.send_audio,
    media.send_video,
    media.send_animation,
    media.send_sticker,
    messages.send_location,
    messages.send_contact,
    messages.send_chat_action,
    messages.forward_message,
    messages.forward_messages,
    messages.copy_message,
    messages.copy_messages,
    messages.edit_message_text,
    messages.edit_message_caption,
    messages.edit_message_reply_markup,
    messages.delete_message,
    messages.delete_messages,
    messages.set_message_reaction,
    messages.answer_callback_query,
    media.get_file,
    bot.set_my_commands,
    bot.get_my_commands,
    bot.delete_my_commands,
    bot.set_my_name,
    bot.get_my_name,
    bot.set_my_description,
    bot.get_my_description,
    bot.set_my_short_description,
    bot.get_my_short_description,
    bot.set_chat_menu_button,
    bot.get_chat_menu_button,
    bot.get_chat,
    bot.get_chat_administrators,
    bot.get_chat_member,
    bot.get_chat_member_count,
    bot.get_user_profile_photos,
    bot.leave_chat,
)
METHODS = {function.__name__.replace("_", ""): function for function in FUNCTIONS}
"""By name in lower case, which is how Telegram compares them."""


def published(function: Callable[..., Any]) -> str:
    """A method's name as Telegram publishes it: sendMessage."""
    first, *rest = function.__name__.split("_")
    return first + "".join(word.capitalize() for word in rest)
