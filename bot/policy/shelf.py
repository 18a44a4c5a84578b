"""Where a process keeps the library in use, and the one file of its index that all processes of a machine share.

The file is made from what the database holds, is named after it, and is the same whichever database that is. It
holds the words of rules, which are public, and nothing of people, so it is not sealed. Who finds no file makes it
once, while the others wait; an older one may be removed while another process still reads it.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from bot.policy import asking, decoder, index, packed, postings, words
from bot.policy.index import Article, build
from bot.policy.library import Library, elsewhere, read_by_index
from bot.policy.packed import Packed
from bot.policy.queries import Stored


class Shelf:
    """One library at a time; swapping it is one assignment, so nobody waits."""

    def __init__(self) -> None:
        self.current: Library | None = None

    @property
    def version(self) -> int:
        """The version of the corpus in use; -1 before the first."""
        return -1 if self.current is None else self.current.version


def from_stored(stored: Stored, folder: Path | None = None) -> Library:
    """The library of what is approved, with its index from the folder's file, made if need be; without: in memory.

    Takes CPU time when the index must be made: a second for 3,000 articles. Run it in a thread.
    """
    return Library(
        stored.sources,
        stored.entries,
        version=stored.version,
        keys=stored.keys,
        rates=stored.rates,
        packed=None if folder is None else index_file(stored, folder),
    )


def index_file(stored: Stored, folder: Path) -> Packed:
    """The index of this corpus, mapped from its file."""
    articles, heard = read_by_index(stored.sources, stored.entries, elsewhere())
    path = folder / f"policy-{_digest(articles, heard)}.idx"
    try:
        return packed.read(path)
    except (OSError, ValueError):
        pass
    with _alone(folder):
        try:
            return packed.read(path)  # made while we waited
        except (OSError, ValueError):
            packed.write(build(articles, heard), path)
        for older in folder.glob("policy-*.idx"):
            if older != path:
                older.unlink(missing_ok=True)
        return packed.read(path)


def _digest(articles: list[Article], heard: list[str]) -> str:
    """Changes with every word that the index holds, and with the program that makes it."""
    found = sha256(_program())
    for each in articles:
        found.update("\0".join((each.document, each.number, each.heading, each.text, "")).encode())
    found.update("\0".join(heard).encode())
    return found.hexdigest()[:24]


@lru_cache(maxsize=1)
def _program() -> bytes:
    return b"".join(
        Path(each.__file__ or "").read_bytes() for each in (asking, decoder, index, packed, postings, words)
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "policy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
