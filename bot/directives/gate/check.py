"""The verdict on a file or a typed text."""

from collections.abc import Iterable

from bot.directives.gate import extract, marks, ocr
from bot.directives.gate.models import CLEAR, LIMITS, Kind, Limits, Line, Refused, Verdict, Why, verdict
from bot.directives.gate.reading import Reading
from bot.directives.gate.worker import Worker

_worker = Worker()


def check(name: str, data: bytes, limits: Limits = LIMITS, allow: Iterable[Why] = ()) -> Verdict:
    """Whether a file may go to a messenger. Never raises for what a file holds; whatever cannot be read is refused.

    `allow`: kinds of marks that the channel's rule lets through; secrecy marks never are. The file is read in a
    process of its own with limits on time and memory, and nothing of it is written or logged.
    """
    if len(data) > limits.file_bytes:
        return verdict(Why.TOO_LARGE)
    return _worker.check(name, data, limits, tuple(allow))


def check_text(text: str, allow: Iterable[Why] = ()) -> Verdict:
    """The same for what a person types. Linear in the length of the text, which the channel bounds."""
    found = marks.find([Line(line, Kind.PARAGRAPH) for line in text.splitlines()], allow)
    return verdict(found) if found is not None else CLEAR


def judge(name: str, data: bytes, limits: Limits, allow: Iterable[Why]) -> Verdict:
    """The work itself, in this process: `check` runs it where a hostile file can do no harm.

    A mark weighs more than a reason that the file could not be read to its end: it is looked for even then.
    """
    into = Reading(limits)
    refused: Why | None = None
    try:
        extract.read(name, data, into)
    except Refused as refusal:
        refused = refusal.why
    except (MemoryError, RecursionError):
        refused = Why.TOO_COMPLEX
    except Exception:  # a broken file makes readers raise anything; what cannot be read is refused
        refused = Why.DAMAGED
    found = marks.find(into.lines, allow)
    if found is not None:
        return verdict(found)
    if refused is not None:
        return verdict(refused)
    if into.pictures and ocr.available():
        found = marks.find(list(ocr.lines(into.pictures)), allow)
        if found is not None:
            return verdict(found)
    return verdict(into.declare) if into.declare is not None else CLEAR
