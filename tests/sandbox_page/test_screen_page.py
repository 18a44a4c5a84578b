"""The page for the room's screen: renews itself, asks nobody else, fits a small phone and a projector."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from browsing import browser
from playwright.async_api import expect

from bot.channels import screen_page
from bot.channels.screen_page import Screen


class Desk:
    """A meeting with another code at each look; `over` ends it, `broken` fails."""

    def __init__(self) -> None:
        self.looks, self.over, self.broken = 0, False, False

    async def screen(self, token):
        if self.broken:
            raise RuntimeError
        if token != "dung" or self.over:
            return None
        self.looks += 1
        return Screen("Sinh hoạt thường kỳ, Chi bộ Một", f"12345{self.looks % 10}", 1, 3, 40)


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
async def address(desk):
    app = web.Application()
    screen_page.add_to(app, desk)
    async with TestServer(app) as server:
        yield str(server.make_url("/man-hinh/"))


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1920, 1080), (1024, 768)])
async def test_the_code_fits_and_renews_itself(address, desk, width, height, tmp_path):
    async with browser() as chromium:
        page = await chromium.new_page(viewport={"width": width, "height": height})
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        await page.goto(address + "dung")
        await page.screenshot(path=tmp_path / "screen.png")
        await expect(page.locator("#code")).to_have_text("123 451")
        await expect(page.locator("#code")).to_have_text("123 452", timeout=10_000)
        await expect(page.locator("#code")).to_have_text("123 453", timeout=10_000)
        root = "document.documentElement"
        assert await page.evaluate(f"{root}.scrollWidth <= innerWidth && {root}.scrollHeight <= innerHeight")
        size = await page.evaluate("parseFloat(getComputedStyle(document.getElementById('code')).fontSize)")
        assert size >= min(width, height) / 6
        assert all(url.startswith((address, "data:")) for url in asked), asked
        assert not wrong, wrong


async def test_it_says_when_it_is_cut_off_and_when_the_meeting_is_over(address, desk):
    async with browser() as chromium:
        page = await chromium.new_page()
        await page.goto(address + "dung")
        desk.broken = True
        await expect(page.locator("#lost")).to_contain_text("Mất kết nối", timeout=10_000)
        desk.broken, desk.over = False, True
        await expect(page.locator("main")).to_contain_text("đã kết thúc", timeout=20_000)
        answer = await page.goto(address + "sai")
        assert answer.status == 410


async def test_without_scripts_the_browser_loads_it_anew(address, desk):
    async with browser() as chromium:
        context = await chromium.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(address + "dung")
        await expect(page.locator("#code")).to_have_text("123 452", timeout=10_000)
