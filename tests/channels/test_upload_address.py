"""The upload page as a program meets it: forged addresses, no file, too much, twice, and its headers."""

import asyncio
import io
import logging
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot import logs
from bot.channels import upload_page
from bot.meeting_desk import ScreenDesk
from bot.store import upload_pages
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


class Desk:
    limit = 100_000

    def __init__(self):
        self.taken = []

    async def is_open(self, token):
        return token == "dung"

    async def take(self, token, name, data):
        self.taken.append((name, len(data)))
        return "Đã nhận tệp" if len(self.taken) == 1 else None


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
async def client(desk):
    app = web.Application(client_max_size=50_000)  # smaller than a file: the page streams
    upload_page.add_to(app, desk)
    async with TestClient(TestServer(app)) as client:
        yield client


def _form(name, data, field="file"):
    form = FormData()
    form.add_field(field, data, filename=name, content_type="application/pdf")
    return form


async def test_the_page_tells_nobody_of_itself(client):
    answer = await client.get("/gui-tep/dung")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "http" not in (await answer.text()).replace("http-equiv", "")


async def test_looking_uses_nothing_up_and_a_file_is_taken_once(client, desk):
    for _ in range(3):
        assert (await client.get("/gui-tep/dung")).status == 200
    both = await asyncio.gather(
        *(client.post("/gui-tep/dung", data=_form("a.pdf", b"x" * 90_000)) for _ in "12")
    )
    assert sorted(answer.status for answer in both) == [200, 410]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (_form("a.pdf", b"x" * 100_001), 413),
        (_form("a.pdf", b""), 400),
        (_form("a.pdf", b"x", "other"), 400),
        ({"file": "no file at all"}, 400),
    ],
)
async def test_what_is_no_file_is_told_and_the_page_stays(client, desk, form, status):
    answer = await client.post("/gui-tep/dung", data=form)
    assert (answer.status, desk.taken) == (status, [])
    assert 'type="file"' in await answer.text()


async def test_a_name_with_a_folder_or_a_long_one_is_a_name(client, desk):
    await client.post("/gui-tep/dung", data=_form("C:\\thu muc\\" + "a" * 400 + ".pdf", b"x"))
    assert len(desk.taken[0][0]) <= 200
    assert "\\" not in desk.taken[0][0]
    assert desk.taken[0][0].endswith(".pdf")


async def test_a_wrong_address_shows_no_form(client):
    answer = await client.post("/gui-tep/khac", data=_form("a.pdf", b"x"))
    assert answer.status == 410
    assert "<form" not in await answer.text()


@pytest.fixture
def tx(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/t.db")
    migrate(engine)
    with engine.begin() as conn:
        yield Tx(conn, NOW, Vault(Keys.new()))
    engine.dispose()


def test_a_ticket_is_signed_timed_and_used_once(tx):
    place = ("zalo_oa", "1", "1")
    first, second = (upload_pages.open_page(tx, place, {"release": []}) for _ in "12")
    good = upload_pages.token(tx.vault, first)
    other = upload_pages.token(tx.vault, second)
    assert upload_pages.find(tx, good).id == first
    swapped = good.partition(".")[0] + "." + other.partition(".")[2]
    for forged in (swapped, good[:-1], good.upper(), "", ".", "-1.x", "zz.zz", f"{1 << 70:x}.a", "ă.ă"):
        assert upload_pages.find(tx, forged) is None, forged
    assert upload_pages.claim(tx, good).id == first
    assert upload_pages.claim(tx, good) is None
    late = Tx(tx.conn, NOW + timedelta(minutes=10), tx.vault)
    assert upload_pages.find(late, other) is None
    upload_pages.forget_expired(Tx(tx.conn, NOW + timedelta(minutes=21), tx.vault))
    assert upload_pages.find(tx, other) is None


async def test_parts_that_are_none_are_turned_away_and_not_logged(client, desk, caplog):
    for head in ("X" * 9_000 + ": ly-lich.pdf", "khong phai tieu de ly-lich.pdf"):
        body = f"--b\r\n{head}\r\n\r\nx\r\n--b--\r\n".encode()
        answer = await client.post(
            "/gui-tep/dung", data=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
        assert answer.status == 400
    assert not desk.taken
    assert "ly-lich" not in caplog.text


async def test_a_room_that_no_meeting_has_is_turned_away_before_anything_is_read():
    desk = ScreenDesk(None, Vault(Keys.new()))  # a writer that would be asked is not there
    for key in ("f" * 4_000, "0", "-1", "zz"):
        assert await desk.screen(f"{key}-1-x") is None


def test_an_error_of_a_request_is_logged_by_kind_and_place_alone():
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logger = logging.getLogger("a.server")
    logger.addHandler(handler)
    logger.addFilter(logs.KindAndPlace())
    try:
        raise ValueError("Nguyễn Văn Mẫu")
    except ValueError:
        logger.exception("Error handling request from %s", "203.0.113.7")
    assert "a request failed: ValueError at test_upload_address.py:" in said.getvalue()
    assert "203.0.113.7" not in said.getvalue()
    assert "Mẫu" not in said.getvalue()
    assert "Traceback" not in said.getvalue()
