"""What the page asks of the sandbox besides the control API: stream, cast, files, a chat's log."""

import json

import aiohttp
import pytest

from bot import testing
from bot.sandbox.server import start
from bot.testing import ControlRefused, Person, control


@pytest.fixture
async def sandbox():
    running = await start()
    yield running
    await running.stop()
    await testing.close()


async def _events(sandbox, person, **headers):
    """The stream up to `ready`: [(id, entry)]."""
    found, number = [], ""
    address = f"{sandbox.control_url}/events?platform={person.platform}&chat={person.chat_id}"
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as answer:
        assert answer.content_type == "text/event-stream"
        async for raw in answer.content:
            line = raw.decode().rstrip()
            if line == "event: ready":
                return found
            if line.startswith("id: "):
                number = line[4:]
            if line.startswith("data: "):
                found.append((number, json.loads(line[6:])))
    raise AssertionError("the stream ended before it was ready")


async def test_a_stream_resumes_after_the_last_event_a_browser_had(sandbox):
    person = await Person.create(sandbox.control_url, "telegram")
    for text in ("một", "hai", "ba"):
        await person.says(text)
    every = await _events(sandbox, person)
    assert [entry["text"] for _number, entry in every] == ["một", "hai", "ba"]
    rest = await _events(sandbox, person, **{"Last-Event-ID": every[0][0]})
    assert [entry["text"] for _number, entry in rest] == ["hai", "ba"]


async def test_an_open_stream_does_not_hold_the_sandbox(sandbox):
    person = await Person.create(sandbox.control_url, "zalo_oa")
    async with aiohttp.ClientSession() as session:
        address = f"{sandbox.control_url}/events?platform=zalo_oa&chat={person.chat_id}"
        async with session.get(address) as answer:
            await answer.content.readline()
            await sandbox.stop()
            assert b"".join([line async for line in answer.content]).strip() == b"data: {}"


async def test_a_cast_is_people_there_are(sandbox):
    person = await Person.create(sandbox.control_url, "telegram", name="Nguyễn Văn Mẫu")
    part = {"platform": "telegram", "user_id": person.user_id, "slip": "123 456 789"}
    answer = await control(sandbox.control_url, "cast", {"cast": [part]})
    assert answer["cast"][0] == part | {
        "label": "Nguyễn Văn Mẫu",
        "hint": "",
        "birth": "",
        "chat_id": person.user_id,
    }
    assert answer["shared_clock"] is False
    for bad in ([{**part, "user_id": "1"}], [{**part, "colour": "red"}], ["x"], None):
        with pytest.raises(ControlRefused):
            await control(sandbox.control_url, "cast", {"cast": bad})


async def test_a_file_is_kept_never_shown(sandbox):
    person = await Person.create(sandbox.control_url, "telegram")
    await person.sends_file("tệp “lạ”.html", b"<script>alert(1)</script>", "text/html")
    [(_number, entry)] = await _events(sandbox, person)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.control_url}/files/{entry['file']['id']}") as answer,
    ):
        assert await answer.read() == b"<script>alert(1)</script>"
        assert answer.content_type == "application/octet-stream"
        assert answer.content_disposition.type == "attachment"
        assert answer.content_disposition.filename == "tệp “lạ”.html"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_log_of_one_chat_holds_nothing_of_another(sandbox):
    one = await Person.create(sandbox.control_url, "telegram")
    other = await Person.create(sandbox.control_url, "telegram")
    base, token = sandbox.info()["telegram"]["base_url"], sandbox.info()["telegram"]["token"]
    async with aiohttp.ClientSession() as session:
        for person in (one, other):
            await person.says("xin chào")
            call = {"chat_id": person.chat_id, "text": "chào"}
            async with session.post(f"{base}/bot{token}/sendMessage", json=call) as answer:
                assert answer.status == 200
    log = (await control(sandbox.control_url, "log", platform="telegram", chat=one.chat_id))["log"]
    assert [entry["request"]["chat_id"] for entry in log] == [one.chat_id]


@pytest.mark.parametrize("name", ["../phone.py", "phone.py", "%2e%2e/phone.py"])
async def test_only_the_page_is_served(sandbox, name):
    async with aiohttp.ClientSession() as session, session.get(f"{sandbox.base}/page/{name}") as answer:
        assert answer.status == 404
