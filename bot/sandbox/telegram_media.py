"""The Bot API's files: up as bytes, by file_id or by address; down by getFile."""

import re
import secrets
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import aiohttp

from bot.sandbox.telegram import ApiError, Params, Telegram, bad
from bot.sandbox.telegram_messages import caption_of, open_chat, post, reply_of
from bot.sandbox.world import Json, StoredFile

_MOST_DOWN = 20 * 1024 * 1024
_MOST_UP = 50 * 1024 * 1024
_MOST_PHOTO = 10 * 1024 * 1024
_MOST_BY_URL = 20 * 1024 * 1024
_SIDES = {"width": 512, "height": 512}


async def _fetch(url: str) -> tuple[str, str, bytes]:
    """A file by its address, as Telegram's server gets it; here from this machine alone. Raises ApiError."""
    failed = bad("failed to get HTTP URL content")
    if urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        raise failed
    try:
        timeout = aiohttp.ClientTimeout(total=20)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise failed
            data = await answer.content.read(_MOST_BY_URL + 1)
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise failed from None
    if len(data) > _MOST_BY_URL:
        raise failed
    return PurePosixPath(urlsplit(url).path).name or "file", answer.content_type, data


async def _upload(api: Telegram, params: Params, field: str, value: str) -> StoredFile:
    """The file a call carries, names, or points at. Raises ApiError."""
    part = params.files.get(value.removeprefix("attach://") if value.startswith("attach://") else field)
    if part is not None:
        name, media_type, data = part
        if not data:
            raise bad("file must be non-empty")
        if len(data) > _MOST_UP:
            raise ApiError(413, "Request Entity Too Large")
        return api.world.store_file(f"BQ{secrets.token_urlsafe(30)}", name, media_type, data)
    if not value:
        raise bad(f"there is no {field} in the request")
    if urlsplit(value).scheme in ("http", "https"):
        return api.world.store_file(f"BQ{secrets.token_urlsafe(30)}", *await _fetch(value))
    if file := api.world.files.get(value):
        return file
    raise bad("wrong file identifier/HTTP URL specified")


def document(file: StoredFile) -> Json:
    """A file as messages carry it."""
    return {
        "file_name": file.name,
        "mime_type": file.media_type,
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.data),
    }


def photo(file: StoredFile) -> list[Json]:
    """A picture's sizes: the sandbox keeps one."""
    about = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(file.data)}
    return [{**about, "width": 640, "height": 480}]


def _content(kind: str, file: StoredFile) -> Json:
    """A file as a message of this kind carries it. Raises ApiError."""
    about = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(file.data)}
    named = {**about, "mime_type": file.media_type, "file_name": file.name}
    if kind == "document":
        return {"document": document(file)}
    if kind == "photo":
        if len(file.data) > _MOST_PHOTO:
            raise bad("file is too big")
        if not file.data.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")):
            raise bad("IMAGE_PROCESS_FAILED")
        return {"photo": photo(file)}
    if kind == "sticker":
        return {"sticker": {**about, **_SIDES, "type": "regular", "is_animated": False, "is_video": False}}
    if kind == "voice":
        return {"voice": {**about, "duration": 0, "mime_type": file.media_type}}
    if kind == "audio":
        return {"audio": {**named, "duration": 0}}
    # An animation says the same twice: old clients know it as a document only.
    old = {"document": document(file)} if kind == "animation" else {}
    return {**old, kind: {**named, **_SIDES, "duration": 0}}


async def _send(api: Telegram, params: Params, kind: str) -> Json:
    open_chat(api, params)
    caption = {} if kind == "sticker" else caption_of(params)
    file = await _upload(api, params, kind, params.text(kind))
    return post(api, params, kind, {**_content(kind, file), **caption}, file)


async def send_document(api: Telegram, params: Params) -> Json:
    """sendDocument: bytes up to 50 MB, an earlier file_id or an address; caption up to 1024 characters."""
    return await _send(api, params, "document")


async def send_photo(api: Telegram, params: Params) -> Json:
    """sendPhoto: JPEG, PNG, GIF or WebP up to 10 MB."""
    return await _send(api, params, "photo")


async def send_voice(api: Telegram, params: Params) -> Json:
    """sendVoice."""
    return await _send(api, params, "voice")


async def send_audio(api: Telegram, params: Params) -> Json:
    """sendAudio."""
    return await _send(api, params, "audio")


async def send_video(api: Telegram, params: Params) -> Json:
    """sendVideo."""
    return await _send(api, params, "video")


async def send_animation(api: Telegram, params: Params) -> Json:
    """sendAnimation."""
    return await _send(api, params, "animation")


async def send_sticker(api: Telegram, params: Params) -> Json:
    """sendSticker."""
    return await _send(api, params, "sticker")


async def send_media_group(api: Telegram, params: Params) -> list[Json]:
    """sendMediaGroup: 2 to 10 items; documents and audio among their own kind only."""
    chat = open_chat(api, params)
    media = params.data("media")
    if not isinstance(media, list) or not 2 <= len(media) <= 10:
        raise bad("wrong number of messages specified: must be between 2 and 10")
    kinds = {str(item.get("type")) for item in media}
    if kinds - {"photo", "video", "document", "audio"}:
        raise bad("type of media is not supported in albums")
    if len(kinds) > 1 and kinds & {"document", "audio"}:
        raise bad("document can't be mixed with other media types")
    album = str(secrets.randbits(62))
    ready = []
    for item in media:
        about = Params()
        about.values = {**item, "media": None}
        file = await _upload(api, params, "media", str(item.get("media") or ""))
        ready.append((file, str(item["type"]), {**_content(str(item["type"]), file), **caption_of(about)}))
    api.check_limits(chat)
    reply = reply_of(params, chat)
    return [
        api.write(chat, None, kind, {"media_group_id": album, **reply, **content}, file=file).native
        for file, kind, content in ready
    ]


def get_file(api: Telegram, params: Params) -> Json:
    """getFile: up to 20 MB."""
    file = api.world.files.get(params.text("file_id"))
    if file is None:
        raise bad("invalid file_id" if params.text("file_id") else "file_id is empty")
    if len(file.data) > _MOST_DOWN:
        raise bad("file is too big")
    about = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(file.data)}
    ending = re.sub(r"[^A-Za-z0-9.]", "", PurePosixPath(file.name).suffix)
    return {**about, "file_path": f"documents/{file.file_id}/file{ending}"}
