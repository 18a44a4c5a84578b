"""Structured logs, to stderr. They carry no names, numbers or message texts: callers give ids and codes."""

import logging
import sys
import traceback
from pathlib import Path

import structlog


class KindAndPlace(logging.Filter):
    """An error of a request as its kind and place: what aiohttp would print holds addresses and what was sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        frames = traceback.extract_tb(error.__traceback__) if error is not None else []
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        record.msg, record.args = "a request failed: %s at %s", (type(error).__name__, where)
        record.exc_info = record.exc_text = None
        return True


def configure(*, json: bool = True) -> None:
    """Sets up structlog, and the libraries' own logging at WARNING."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # Request lines of HTTP clients hold tokens and chat ids.
    for name in ("httpx", "aiohttp.access", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    server = logging.getLogger("aiohttp.server")
    server.filters = [KindAndPlace()]
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
