"""The one-time upload page on a small phone: large, alone, with its progress, and without scripts as well."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from browsing import browser
from playwright.async_api import expect

from bot.channels import upload_page

FILE = {"name": "52.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 mau"}


class Desk:
    limit = 1 << 20

    def __init__(self):
        self.taken = []

    async def is_open(self, token):
        return token == "dung" and not self.taken

    async def take(self, token, name, data):
        self.taken.append((name, data))
        return "Đã nhận tệp. Mời đồng chí quay lại khung chat để làm tiếp."


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
async def address(desk):
    app = web.Application()
    upload_page.add_to(app, desk)
    async with TestServer(app) as server:
        yield str(server.make_url("/gui-tep/"))


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_file_goes_once_from_a_small_phone(address, desk, scripts, tmp_path):
    async with browser() as chromium:
        context = await chromium.new_context(
            java_script_enabled=scripts, viewport={"width": 320, "height": 568}, has_touch=True
        )
        page = await context.new_page()
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        await page.goto(address + "dung")
        await page.screenshot(path=tmp_path / "page.png", full_page=True)
        if scripts:
            size = await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
            assert size >= 22
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.get_by_label("Tệp của văn bản").set_input_files(FILE)
        await page.get_by_role("button", name="Gửi").click()
        await expect(page.locator("#said")).to_contain_text("Đã nhận tệp")
        await expect(page.locator("form")).to_be_hidden()
        assert desk.taken == [("52.pdf", FILE["buffer"])]
        assert all(url.startswith((address, "data:")) for url in asked), asked
        assert not wrong, wrong
        await page.goto(address + "dung")
        await expect(page.locator("#said")).to_contain_text("nhắn “gửi tệp”")


async def test_too_much_is_said_before_it_is_sent_and_the_page_stays_good(address, desk):
    async with browser() as chromium:
        page = await chromium.new_page()
        await page.goto(address + "dung")
        much = FILE | {"buffer": b"%PDF-" + bytes(desk.limit)}
        await page.get_by_label("Tệp của văn bản").set_input_files(much)
        await page.get_by_role("button", name="Gửi").click()
        await expect(page.locator("#said")).to_contain_text("Tệp lớn hơn 1 MB")
        assert desk.taken == []
        await page.get_by_label("Tệp của văn bản").set_input_files(FILE)
        await page.get_by_role("button", name="Gửi").click()
        await expect(page.locator("#said")).to_contain_text("Đã nhận tệp")
