"""A browser for the phone page: Debian's Chromium driven by playwright."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)  # whatever is waited for: a busy machine is slow, and no fault


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield found
        finally:
            await found.close()


def part(sandbox, platform: str, label: str) -> dict[str, str]:
    """Somebody of the cast, by platform and how their label begins."""
    return next(
        each
        for each in sandbox.phone.cast
        if each["platform"] == platform and each["label"].startswith(label)
    )


class Phone:
    """One of the page's two phones, used as a person uses it."""

    def __init__(self, page: Page, number: int) -> None:
        self.page = page
        self.root = page.locator(f".place[data-number='{number}']")

    async def become(self, given: dict[str, str]) -> None:
        wanted = f"{given['platform']}/{given['user_id']}/{given['chat_id']}"
        await self.root.get_by_label(re.compile("đồng chí là")).select_option(wanted)
        await expect(self.root).to_have_attribute("data-ready", "yes")

    async def types(self, text: str) -> None:
        box = self.root.get_by_role("textbox", name=re.compile("Tin nhắn"))
        await box.focus()
        await self.page.keyboard.insert_text(text)
        await self.page.keyboard.press("Enter")

    async def taps(self, label: str) -> None:
        await self.button(label).click(timeout=PATIENCE_MS)

    async def presses(self, label: str) -> None:
        """By the keyboard."""
        button = self.button(label)
        await button.focus(timeout=PATIENCE_MS)
        await self.page.keyboard.press("Enter")

    def button(self, label: str) -> Locator:
        return self.root.locator(".talk").get_by_role("button", name=label).last

    async def sees(self, text: str | re.Pattern[str]) -> Locator:
        """The newest entry of the bot that says this."""
        found = self.root.locator(".entry.theirs").filter(has_text=text).last
        await expect(found).to_be_visible(timeout=PATIENCE_MS)
        return found


async def opened(page: Page, address: str) -> tuple[Phone, Phone]:
    """Opens the page and waits until both phones show their chat."""
    await page.goto(address)
    phones = Phone(page, 0), Phone(page, 1)
    for phone in phones:
        await expect(phone.root).to_have_attribute("data-ready", "yes")
    return phones
