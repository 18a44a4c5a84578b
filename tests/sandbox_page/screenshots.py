"""Writes docs/images/phone-*.png: each channel, narrow and wide, light and dark (`make screenshots`)."""

import asyncio
import sys
import tempfile
from pathlib import Path

import browsing
from browsing import opened, part

from bot.demo_live import live

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CHANNELS = {"zalo_oa": "zalo", "telegram": "telegram"}
SIZES = {360: 740, 1280: 860}


async def _take() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with live(Path(folder)) as sandbox, browsing.browser() as browser:
            for width, height in SIZES.items():
                for scheme in ("light", "dark"):
                    context = await browser.new_context(
                        viewport={"width": width, "height": height}, color_scheme=scheme
                    )
                    for channel, short in CHANNELS.items():
                        page = await context.new_page()
                        one, two = await opened(page, sandbox.base + "/")
                        await one.become(part(sandbox, channel, "Đảng viên đã xác thực"))
                        if width > 760:
                            await two.become(part(sandbox, channel, "Cán bộ"))
                            if scheme == "light":  # asked once, seen twice
                                await two.types("tinh hinh tb 51")
                            await two.sees("Đã xác nhận")
                        elif scheme == "dark":
                            await page.locator("#large").click()
                        if width == 360:  # the chat itself, as a phone would be held
                            await one.root.locator(".phone").evaluate("node => node.scrollIntoView()")
                        else:
                            await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
                        await page.mouse.move(0, 0)
                        await page.screenshot(path=IMAGES / f"phone-{short}-{width}-{scheme}.png")
                        await page.evaluate("localStorage.removeItem('large')")
                        await page.close()
                    await context.close()


if __name__ == "__main__":
    if browsing.CHROMIUM is None:
        sys.exit("No Chromium: as root, apt-get install chromium fonts-dejavu-core fonts-noto-color-emoji")
    asyncio.run(_take())
