"""Keyboards: what Telegram accepts, what it refuses, and the buttons a person sees."""

from typing import Any

from bot.sandbox.world import Button, Json

_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


class BadKeyboard(Exception):
    """The keyboard is refused; the message is Telegram's, after "Bad Request: "."""


def _inline(rows: Any) -> list[Button]:
    if not isinstance(rows, list) or any(not isinstance(row, list) for row in rows):
        raise BadKeyboard(
            'can\'t parse inline keyboard: Field "inline_keyboard" must be of type Array of Arrays'
        )
    buttons = []
    for button in [button for row in rows for button in row]:
        if not isinstance(button, dict) or not isinstance(button.get("text"), str):
            raise BadKeyboard("can't parse inline keyboard button: Can't find field \"text\"")
        if not button["text"].strip():
            raise BadKeyboard("inline keyboard button text is empty")
        actions = [name for name in _ACTIONS if button.get(name) is not None]
        if not actions:
            raise BadKeyboard(
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
            )
        data = button.get("callback_data")
        if data is not None and not 1 <= len(str(data).encode()) <= 64:
            raise BadKeyboard("BUTTON_DATA_INVALID")
        url = button.get("url")
        if url is not None and not str(url).startswith(("http://", "https://", "tg://", "t.me/")):
            raise BadKeyboard(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
        kind = "send" if data is not None else "link"
        buttons.append(
            Button(button["text"], kind, str(data if data is not None else url or ""), hidden=True)
        )
    if len(buttons) > 100:
        raise BadKeyboard("REPLY_MARKUP_TOO_LONG")
    return buttons


def _reply(rows: Any, *, private: bool) -> list[Button]:
    if not isinstance(rows, list) or any(not isinstance(row, list) for row in rows):
        raise BadKeyboard('can\'t parse reply keyboard: Field "keyboard" must be of type Array of Arrays')
    buttons = []
    for button in [button for row in rows for button in row]:
        given = {"text": button} if isinstance(button, str) else button
        if not isinstance(given, dict) or not given.get("text"):
            raise BadKeyboard("can't parse keyboard button: Can't find field \"text\"")
        if given.get("request_contact") and not private:
            raise BadKeyboard("phone number can be requested in private chats only")
        buttons.append(
            Button(given["text"], "contact" if given.get("request_contact") else "text", given["text"])
        )
    if not buttons:
        raise BadKeyboard("reply keyboard is empty")
    return buttons


def read(markup: Any, *, private: bool) -> tuple[str, list[Button], Json | None]:
    """The kind of keyboard, its buttons, and what the message object carries (inline keyboards only).

    Raises BadKeyboard.
    """
    if markup is None or markup == "":
        return "", [], None
    if not isinstance(markup, dict):
        raise BadKeyboard("object expected as reply markup")
    if "inline_keyboard" in markup:
        buttons = _inline(markup["inline_keyboard"])
        return (
            ("inline", buttons, {"inline_keyboard": markup["inline_keyboard"]}) if buttons else ("", [], None)
        )
    if "keyboard" in markup:
        return "reply", _reply(markup["keyboard"], private=private), None
    if markup.get("remove_keyboard"):
        return "remove", [], None
    if markup.get("force_reply"):
        return "force_reply", [], None
    return "", [], None
