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
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_HEADER = 2  # format and key number
_NONCE = 12


class SealedBytes(bytes):
    """Bytes that went through `Vault.seal`. A sealed column takes nothing else."""


class VaultError(Exception):
    """A sealed value does not open: wrong key file, or a value moved between rows."""


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
        """Reads a key file. Raises FileNotFoundError, PermissionError when others may read it, ValueError."""
        if path.stat().st_mode & 0o077:
            raise PermissionError(f"{path} is readable by others; run chmod 600 on it")
        raw = json.loads(path.read_text(encoding="utf-8"))
        try:
            sealing = {int(number): base64.b64decode(key) for number, key in raw["sealing"].items()}
            return Keys(sealing, base64.b64decode(raw["hashing"]))
        except (KeyError, AttributeError, TypeError) as error:
            raise ValueError(f"{path} is no key file") from error

    def write(self, path: Path) -> None:
        """Writes a new key file, mode 600. Raises FileExistsError: keys are never overwritten."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        raw = {
            "sealing": {str(number): base64.b64encode(key).decode() for number, key in self.sealing.items()},
            "hashing": base64.b64encode(self.hashing).decode(),
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(raw, file)


class Vault:
    """Seals, opens and hashes. Safe to use from several threads."""

    def __init__(self, keys: Keys) -> None:
        self._ciphers = {number: AESGCM(key) for number, key in keys.sealing.items()}
        self._current = max(keys.sealing)
        self._hashing = keys.hashing

    def seal(self, place: str, row: object, value: str | bytes) -> SealedBytes:
        """Seals a value for one place ("members.full_name") and row (its key)."""
        plain = value.encode() if isinstance(value, str) else value
        nonce = os.urandom(_NONCE)
        body = self._ciphers[self._current].encrypt(nonce, plain, f"{place}\0{row}".encode())
        return SealedBytes(bytes((_FORMAT, self._current)) + nonce + body)

    def open_bytes(self, place: str, row: object, sealed: bytes) -> bytes:
        """The bytes that were sealed for this place and row. Raises VaultError."""
        cipher = self._ciphers.get(sealed[1]) if len(sealed) > _HEADER + _NONCE else None
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
        return hmac.digest(self._hashing, f"{place}\0{value}".encode(), sha256)
