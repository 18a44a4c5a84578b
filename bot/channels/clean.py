"""Foreign text made fit to be kept: every string of a payload that becomes part of an event passes here."""

import unicodedata


def clean(value: object) -> str:
    """A payload's text as NFC, without NUL and lone surrogates (no database takes them); "" for no text."""
    if not isinstance(value, str):
        return ""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        value = unicodedata.normalize("NFC", value)
    return value.replace("\0", "")


def identifier(value: object) -> str:
    """A platform's id as text (at most 128 characters); "" when there is none or it is no id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return clean(value)[:128]
