"""Arrays and lists of words in one file, used as they lie there: a process that maps it holds no copy of its own.

The file: "SOTAYIDX", the size of the header (8 bytes, little endian), the header (JSON: what stands where), then
the arrays, each at a multiple of 64 bytes. The same content makes the same bytes, whichever database it came from.
"""

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"SOTAYIDX"
_ABANDONED_S = 3600.0
_ALIGN = 64


@dataclass(frozen=True, slots=True)
class Packed:
    """Named arrays and named lists of words (without line breaks)."""

    columns: Mapping[str, NDArray[Any]]
    words: Mapping[str, Sequence[str]]


def write(packed: Packed, path: Path) -> None:
    """Writes the file beside its place and moves it there: a reader sees all of it or none."""
    places: dict[str, list[Any]] = {}
    at = 0
    arrays = {name: np.ascontiguousarray(packed.columns[name]) for name in sorted(packed.columns)}
    for name in sorted(packed.words):
        text = "\n".join(packed.words[name]).encode()
        arrays[f"words:{name}"] = np.frombuffer(text, np.uint8)
    for name, array in arrays.items():
        places[name] = [array.dtype.str, list(array.shape), at]
        at += -(-array.nbytes // _ALIGN) * _ALIGN
    counts = {name: len(found) for name, found in packed.words.items()}
    header = json.dumps({"arrays": places, "words": counts}, sort_keys=True).encode()
    start = -(-(16 + len(header)) // _ALIGN) * _ALIGN
    for left in path.parent.glob(".policy-*"):  # by whoever was killed while writing
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - _ABANDONED_S:
                left.unlink()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write((_MAGIC + len(header).to_bytes(8, "little") + header).ljust(start, b"\0"))
        for array in arrays.values():
            file.write(array.tobytes())
            file.write(bytes(-array.nbytes % _ALIGN))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(path: Path) -> Packed:
    """Maps the file. Raises OSError, ValueError when it is no such file or not whole."""
    with path.open("rb") as file:
        if file.read(8) != _MAGIC:
            raise ValueError(path)
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    start = -(-(16 + size) // _ALIGN) * _ALIGN
    whole = np.memmap(path, np.uint8, "r")
    columns: dict[str, NDArray[Any]] = {}
    words: dict[str, list[str]] = {}
    for name, (kind, shape, at) in header["arrays"].items():
        dtype = np.dtype(kind)
        end = start + at + int(np.prod(shape)) * dtype.itemsize
        if end > len(whole):
            raise ValueError(path)
        array = whole[start + at : end].view(np.ndarray).view(dtype).reshape(shape)
        if name.startswith("words:"):
            text = array.tobytes().decode()
            words[name[6:]] = text.split("\n") if header["words"][name[6:]] else []
        else:
            columns[name] = array
    return Packed(columns, words)
