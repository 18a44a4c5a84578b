"""What a Zalo Official Account can do on /v3.0/oa/message/cs and, in its own groups, /v3.0/oa/group/message.

The numbers are those of the vendor's SDK and of compilations of its pages (text 2,000; five buttons;
title 100; PDF, DOC, DOCX, CSV up to 5 MB, JPG and PNG up to 1 MB; free for 48 hours and open for seven
days after the person's last interaction). Buttons under a text are not documented for v3: the way out
repeats a refused message with numbers.
"""

from dataclasses import replace
from datetime import timedelta

from bot.channels.capabilities import Capabilities

ZALO_OA = Capabilities(
    channel="zalo_oa",
    max_text=2000,
    max_caption=0,
    buttons=True,
    max_buttons=5,
    max_button_title=100,
    max_payload_bytes=1000,
    edits=False,
    toasts=False,
    max_toast=0,
    ask_contact=False,
    html=False,
    file_types=frozenset({".pdf", ".doc", ".docx", ".csv"}),
    max_file_bytes=5_000_000,
    picture_types=frozenset({".jpg", ".jpeg", ".png"}),
    max_picture_bytes=1_000_000,
    typed_payloads=True,
    link_schemes=frozenset({"https", "tel"}),
    free_for=timedelta(hours=48),
    open_for=timedelta(days=7),
)
"""One person."""

ZALO_OA_GROUP = replace(ZALO_OA, buttons=False, link_schemes=frozenset(), free_for=None, open_for=None)
"""A group of the OA (GMF) takes no templates; writing there is free at any time."""
