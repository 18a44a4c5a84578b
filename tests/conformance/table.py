"""Every Telegram method of the sandbox, and how two clients that nobody here wrote call it.

`python tests/conformance/table.py` prints the table that docs/sandbox.md shows.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from bot.sandbox.telegram_methods import FUNCTIONS, published
from bot.testing import Person

CLIENTS = {"aiogram": "aiogram", "ptb": "python-telegram-bot"}
CANNOT: dict[tuple[str, str], str] = {}
"""(method, client): why the client cannot call it. None at present."""
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@dataclass
class Scene:
    """What a call needs: a client, somebody to write to, and what was said before."""

    bot: Any
    types: ModuleType
    """Both clients name Telegram's objects alike."""
    file: Callable[[bytes, str], Any]
    person: Person
    group: int
    sent: int
    """A text of the bot's with a button."""
    document: int
    file_id: str
    query: str
    """A press on that button."""

    @property
    def chat(self) -> int:
        return int(self.person.chat_id)

    @property
    def copied(self) -> dict[str, int]:
        return {"chat_id": self.chat, "from_chat_id": self.chat}

    def keys(self, label: str) -> Any:
        button = self.types.InlineKeyboardButton(text=label, callback_data="x")
        return self.types.InlineKeyboardMarkup(inline_keyboard=[[button]])

    def album(self) -> list[Any]:
        photo = self.types.InputMediaPhoto
        return [photo(media=self.file(PNG, "1.png"), caption="Một"), photo(media=self.file(PNG, "2.png"))]


CALLS: dict[str, Callable[[Scene], Awaitable[Any]]] = {
    "getMe": lambda s: s.bot.get_me(),
    "getUpdates": lambda s: s.bot.get_updates(limit=1, timeout=0, allowed_updates=["message"]),
    "setWebhook": lambda s: s.bot.set_webhook(url="http://127.0.0.1:9/hook", secret_token="bi-mat"),
    "deleteWebhook": lambda s: s.bot.delete_webhook(drop_pending_updates=True),
    "getWebhookInfo": lambda s: s.bot.get_webhook_info(),
    "sendMessage": lambda s: s.bot.send_message(chat_id=s.chat, text="*Chào*", parse_mode="MarkdownV2"),
    "sendDocument": lambda s: s.bot.send_document(chat_id=s.chat, document=s.file(b"%PDF-", "a.pdf")),
    "sendPhoto": lambda s: s.bot.send_photo(chat_id=s.chat, photo=s.file(PNG, "a.png")),
    "sendMediaGroup": lambda s: s.bot.send_media_group(chat_id=s.chat, media=s.album()),
    "sendVoice": lambda s: s.bot.send_voice(chat_id=s.chat, voice=s.file(b"OggS", "a.oga")),
    "sendAudio": lambda s: s.bot.send_audio(chat_id=s.chat, audio=s.file(b"ID3", "a.mp3")),
    "sendVideo": lambda s: s.bot.send_video(chat_id=s.chat, video=s.file(b"mp4", "a.mp4")),
    "sendAnimation": lambda s: s.bot.send_animation(chat_id=s.chat, animation=s.file(b"GIF8", "a.gif")),
    "sendSticker": lambda s: s.bot.send_sticker(chat_id=s.chat, sticker=s.file(b"RIFF", "a.webp")),
    "sendLocation": lambda s: s.bot.send_location(chat_id=s.chat, latitude=21.03, longitude=105.85),
    "sendContact": lambda s: s.bot.send_contact(chat_id=s.chat, phone_number="0900", first_name="Mẫu"),
    "sendChatAction": lambda s: s.bot.send_chat_action(chat_id=s.chat, action="typing"),
    "forwardMessage": lambda s: s.bot.forward_message(**s.copied, message_id=s.document),
    "forwardMessages": lambda s: s.bot.forward_messages(**s.copied, message_ids=[s.sent, s.document]),
    "copyMessage": lambda s: s.bot.copy_message(**s.copied, message_id=s.document, caption="Bản sao"),
    "copyMessages": lambda s: s.bot.copy_messages(**s.copied, message_ids=[s.sent, 999]),
    "editMessageText": lambda s: s.bot.edit_message_text("Mới", chat_id=s.chat, message_id=s.sent),
    "editMessageCaption": lambda s: s.bot.edit_message_caption(
        chat_id=s.chat, message_id=s.document, caption="Mới"
    ),
    "editMessageReplyMarkup": lambda s: s.bot.edit_message_reply_markup(
        chat_id=s.chat, message_id=s.sent, reply_markup=s.keys("Khác")
    ),
    "deleteMessage": lambda s: s.bot.delete_message(chat_id=s.chat, message_id=s.sent),
    "deleteMessages": lambda s: s.bot.delete_messages(chat_id=s.chat, message_ids=[s.sent, s.document]),
    "setMessageReaction": lambda s: s.bot.set_message_reaction(
        chat_id=s.chat, message_id=s.sent, reaction=[s.types.ReactionTypeEmoji(emoji="👍")]
    ),
    "answerCallbackQuery": lambda s: s.bot.answer_callback_query(s.query, text="Đã ghi nhận"),
    "getFile": lambda s: s.bot.get_file(s.file_id),
    "setMyCommands": lambda s: s.bot.set_my_commands(
        [s.types.BotCommand(command="menu", description="Các việc")]
    ),
    "getMyCommands": lambda s: s.bot.get_my_commands(),
    "deleteMyCommands": lambda s: s.bot.delete_my_commands(),
    "setMyName": lambda s: s.bot.set_my_name(name="Sổ tay"),
    "getMyName": lambda s: s.bot.get_my_name(),
    "setMyDescription": lambda s: s.bot.set_my_description(description="Thử"),
    "getMyDescription": lambda s: s.bot.get_my_description(),
    "setMyShortDescription": lambda s: s.bot.set_my_short_description(short_description="Thử"),
    "getMyShortDescription": lambda s: s.bot.get_my_short_description(),
    "setChatMenuButton": lambda s: s.bot.set_chat_menu_button(
        chat_id=s.chat, menu_button=s.types.MenuButtonCommands()
    ),
    "getChatMenuButton": lambda s: s.bot.get_chat_menu_button(chat_id=s.chat),
    "getChat": lambda s: s.bot.get_chat(chat_id=s.group),
    "getChatAdministrators": lambda s: s.bot.get_chat_administrators(chat_id=s.group),
    "getChatMember": lambda s: s.bot.get_chat_member(chat_id=s.group, user_id=s.chat),
    "getChatMemberCount": lambda s: s.bot.get_chat_member_count(chat_id=s.group),
    "getUserProfilePhotos": lambda s: s.bot.get_user_profile_photos(user_id=s.chat),
    "leaveChat": lambda s: s.bot.leave_chat(chat_id=s.group),
}
METHODS = [published(function) for function in FUNCTIONS]


def counted() -> str:
    """The sum below the table."""
    calls = len(METHODS) * len(CLIENTS) - len(CANNOT)
    return f"{len(METHODS)} methods x {len(CLIENTS)} clients: {calls} calls driven, {len(CANNOT)} impossible"


def render() -> str:
    """The table in Markdown: a method, and what each client says of it."""
    rows = [["method", *CLIENTS.values()], ["---"] * (1 + len(CLIENTS))]
    rows += [[f"`{name}`", *(CANNOT.get((name, client), "yes") for client in CLIENTS)] for name in METHODS]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(render())  # noqa: T201 - its purpose
    print(f"\n{counted()}")  # noqa: T201
