"""Vietnamese OCR of pictures by tesseract (Debian: tesseract-ocr-vie), where it is installed.

It only ever adds refusals: a mark that it reads refuses the file, and what it does not read passes nothing.
Runs inside the gate's limited child; the picture goes through a pipe and is written nowhere.
"""

import io
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from functools import cache

from bot.directives.gate.models import Kind, Line

SECONDS = 20
"""For all pictures of a file together, by the clock."""
_LONGEST_SIDE = 2_400
"""Pixels: an A4 page at some 200 dots an inch; more costs time and reads no better."""
_SHORTEST_SIDE = 40


@cache
def available() -> bool:
    """Whether tesseract is there and knows Vietnamese."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    listed = subprocess.run([program, "--list-langs"], capture_output=True, check=False)  # noqa: S603  found on PATH
    return b"vie" in listed.stdout.split()


def lines(pictures: Iterable[bytes]) -> Iterator[Line]:
    """What can be read in pictures until the time is over; nothing where it cannot be read at all."""
    until = time.monotonic() + SECONDS
    for picture in pictures:
        left = until - time.monotonic()
        if left <= 0:
            return
        for line in _read(picture, left).splitlines():
            if line.strip():
                yield Line(line.strip(), Kind.PARAGRAPH)


def _read(picture: bytes, seconds: float) -> str:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture)) as opened:
            grey = opened.convert("L")
        if min(grey.size) < _SHORTEST_SIDE:
            return ""
        grey.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        page = io.BytesIO()
        grey.save(page, "PNG")
        done = subprocess.run(
            ["tesseract", "stdin", "stdout", "-l", "vie", "--psm", "3"],  # noqa: S607  as `available` found it
            input=page.getvalue(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except Exception:  # a broken picture makes readers raise anything; a person looks at it all the same
        return ""
    return done.stdout.decode("utf-8", "replace")
