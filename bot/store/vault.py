"""Sealing of values at rest, and keyed hashes for looking them up without reading them.

AES-256-GCM with a random nonce; the place (table.column) and the row are associated data, so a sealed
value copied into another row or column does not open. Two keys, kept in one file outside the database:
the sealing key rotates, the hash key never does (a lost one needs the roster imported again).
"""

import base64
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_HEADER = 2  # format and key number
_NONCE = 12
_KEY = 32
_LAST_KEY = 255  # the number is one byte of each sealed value


class SealedBytes(bytes):
    """Bytes that went through `Vault.seal`. A sealed column takes nothing else."""


class VaultError(Exception):
    """A sealed value does not open: wrong key file, or a value moved between rows."""


class NoKeyFile(ValueError):
    """What stands in the place of the key file is none, or only a part of one."""


class KeysOpen(PermissionError):
    """Others than its owner may read the key file."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of one installation: sealing keys by number (the highest is in use) and the hash key."""

    sealing: dict[int, bytes]
    hashing: bytes

    @staticmethod
    def new() -> "Keys":
        """Fresh random keys."""
        return Keys({1: secrets.token_bytes(32)}, secrets.token_bytes(32))

    @staticmethod
    def read(path: Path) -> "Keys":
        """Reads a key file. Raises FileNotFoundError, KeysOpen when others may read it, NoKeyFile."""
        if path.stat().st_mode & 0o077:
            raise KeysOpen(str(path))
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            sealing = {int(number): base64.b64decode(key) for number, key in raw["sealing"].items()}
            hashing = base64.b64decode(raw["hashing"])
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            raise NoKeyFile(str(path)) from error
        if not sealing or {len(key) for key in (*sealing.values(), hashing)} != {_KEY}:
            raise NoKeyFile(str(path))
        return Keys(sealing, hashing)

    def with_new_sealing(self) -> "Keys":
        """These keys and a fresh sealing key, which seals from now on. Raises ValueError after 255."""
        number = max(self.sealing) + 1
        if number > _LAST_KEY:
            raise ValueError("no numbers left for another sealing key")
        return Keys({**self.sealing, number: secrets.token_bytes(32)}, self.hashing)

    def with_newest_alone(self) -> "Keys":
        """Without the sealing keys that are no longer needed."""
        newest = max(self.sealing)
        return Keys({newest: self.sealing[newest]}, self.hashing)

    def replace(self, path: Path) -> None:
        """Puts these keys in the place of an installation's key file, whole or not at all."""
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        self.write(draft)
        draft.replace(path)

    def write(self, path: Path) -> None:
        """Writes a new key file, mode 600. Raises FileExistsError: keys are never overwritten."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        raw = {
            "sealing": {str(number): base64.b64encode(key).decode() for number, key in self.sealing.items()},
            "hashing": base64.b64encode(self.hashing).decode(),
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(raw, file)
                file.flush()
                os.fsync(file.fileno())
        except OSError:  # a full disk: half a key file would stand in the way of a whole one
            path.unlink()
            raise


class Vault:
    """Seals, opens and hashes. Safe to use from several threads."""

    def __init__(self, keys: Keys, path: Path | None = None) -> None:
        """`path` is the key file: read again when something was sealed with a key that is not known yet."""
        self._path = path
        self._hashing = hmac.new(keys.hashing, digestmod="sha256")
        self._take(keys)

    def _take(self, keys: Keys) -> None:
        # One assignment, so that another thread sees the old pair or the new one.
        self._in_use = ({number: AESGCM(key) for number, key in keys.sealing.items()}, max(keys.sealing))

    @property
    def current(self) -> int:
        """The number of the key that seals."""
        return self._in_use[1]

    def refresh(self) -> None:
        """Takes sealing keys that were added to the key file since. The hash key never changes."""
        if self._path is not None and self._path.exists():
            keys = Keys.read(self._path)
            if max(keys.sealing) > self.current:
                self._take(keys)

    def seal(self, place: str, row: object, value: str | bytes) -> SealedBytes:
        """Seals a value for one place ("members.full_name") and row (its key)."""
        plain = value.encode() if isinstance(value, str) else value
        nonce = os.urandom(_NONCE)
        ciphers, current = self._in_use
        body = ciphers[current].encrypt(nonce, plain, f"{place}\0{row}".encode())
        return SealedBytes(bytes((_FORMAT, current)) + nonce + body)

    def seal_row(
        self, table: str, row: object, values: Mapping[str, str | None]
    ) -> dict[str, SealedBytes | None]:
        """The same for several columns of one row, by their names; None stays None. For very many rows."""
        ciphers, current = self._in_use
        encrypt, head, tail = ciphers[current].encrypt, bytes((_FORMAT, current)), f"\0{row}"
        noise = os.urandom(
            _NONCE * len(values)
        )  # asked for once a row: each time costs as much as the sealing
        sealed: dict[str, SealedBytes | None] = {}
        at = 0
        for name, value in values.items():
            if value is None:
                sealed[name] = None
                continue
            nonce = noise[at : at + _NONCE]
            at += _NONCE
            body = encrypt(nonce, value.encode(), f"{table}.{name}{tail}".encode())
            sealed[name] = SealedBytes(head + nonce + body)
        return sealed

    def open_bytes(self, place: str, row: object, sealed: bytes) -> bytes:
        """The bytes that were sealed for this place and row. Raises VaultError."""
        if len(sealed) > _HEADER and sealed[1] > self.current:
            self.refresh()
        cipher = self._in_use[0].get(sealed[1]) if len(sealed) > _HEADER + _NONCE else None
        if cipher is None or sealed[0] != _FORMAT:
            raise VaultError(f"{place}: unknown key or format")
        try:
            nonce, body = sealed[_HEADER : _HEADER + _NONCE], sealed[_HEADER + _NONCE :]
            return cipher.decrypt(nonce, body, f"{place}\0{row}".encode())
        except InvalidTag:
            raise VaultError(f"{place}: does not open with these keys in this row") from None

    def open(self, place: str, row: object, sealed: bytes) -> str:
        """The text that was sealed for this place and row. Raises VaultError."""
        return self.open_bytes(place, row, sealed).decode()

    def hash(self, place: str, value: str) -> bytes:
        """A keyed hash (HMAC-SHA256, 32 bytes) for equality look-ups within one place."""
        hashing = self._hashing.copy()  # begun with the key once: half of what `hmac.digest` costs
        hashing.update(f"{place}\0{value}".encode())
        return hashing.digest()
