"""What Telegram can do.

Text, caption, callback data and toast limits: Bot API (sendMessage, sendDocument, InlineKeyboardButton,
answerCallbackQuery). The 100 buttons are known from experience only. Titles have no limit there; longer
ones are cut by a phone's screen. Messages a second: Bots FAQ, "My bot is hitting limits".
"""

from dataclasses import replace

from bot.channels.capabilities import Capabilities
from bot.delivery.pace import Limits, Most

TELEGRAM = Capabilities(
    channel="telegram",
    max_text=4096,
    max_caption=1024,
    buttons=True,
    max_buttons=100,
    max_button_title=64,
    max_payload_bytes=64,
    edits=True,
    toasts=True,
    max_toast=200,
    ask_contact=True,
    html=True,
    file_types=None,
    max_file_bytes=50_000_000,
    typed_payloads=False,
    link_schemes=frozenset({"https"}),
    limits=Limits(0, chat=Most(1, 1.0), group=Most(20, 60.0), groups="-"),
)
"""A private chat."""

TELEGRAM_GROUP = replace(TELEGRAM, ask_contact=False)
"""`request_contact` exists in private chats only."""
