"""The phone page in a real browser: the whole errand as two people side by side, on both channels."""

import asyncio
import filecmp
import re

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: make setup")
axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe is not installed: make setup")

import browsing  # noqa: E402
import pytest_asyncio  # noqa: E402
from browsing import Phone, opened, part  # noqa: E402
from playwright.async_api import expect  # noqa: E402

from bot.demo import SAMPLE  # noqa: E402
from bot.demo_live import live, steps  # noqa: E402

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        browsing.CHROMIUM is None,
        reason="no Chromium here: apt-get install chromium (make test does, as root)",
    ),
]
PAPERS = {
    "zalo_oa": ("52-KH/ĐU", "52-KH-DU.pdf", "kh 52"),
    "telegram": ("03-HD/BTCĐU", "03-HD-BTCDU.pdf", "hd 03"),
}


@pytest.fixture(autouse=True)
def real_time():
    """Not between these tests: they share one world, which turns the clock back when it ends."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(tmp_path_factory):
    async with live(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with browsing.browser() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser, sandbox):
    """A desktop page; afterwards: nothing went wrong in it, and nothing was asked of anybody else."""
    fresh = await browser.new_page(viewport={"width": 1280, "height": 900})
    asked, wrong = [], []
    fresh.on("request", lambda request: asked.append(request.url))
    fresh.on("pageerror", lambda error: wrong.append(str(error)))
    fresh.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield fresh
    await fresh.close()
    assert asked
    assert [url for url in asked if not url.startswith(sandbox.base + "/")] == []
    assert wrong == []


async def _verify(phone: Phone, who: dict[str, str]) -> None:
    await phone.root.locator(".start").click()
    await phone.taps("Xác thực")
    await phone.presses("Tôi đồng ý")
    await phone.sees("9 chữ số trên phiếu")
    await phone.types(who["slip"])
    await phone.sees("Mời đồng chí nhắn ngày sinh")
    await phone.types(who["birth"])
    await phone.sees("Xác thực xong")


async def _send(phone: Phone, number: str, file: str) -> None:
    await phone.types("gui van ban")
    await phone.sees("Số, ký hiệu")
    await phone.types(number)
    await phone.taps("Hôm nay")
    await phone.sees("Trích yếu của văn bản?")
    await phone.types("Kế hoạch học tập chuyên đề (văn bản mẫu)")
    await phone.sees("Tóm tắt hai, ba dòng")
    await phone.types("Mỗi chi bộ học một buổi trong quý.")
    await phone.sees("Gửi tệp PDF")
    await phone.root.locator("input.file").set_input_files(SAMPLE / file)
    await phone.sees("Hạn xác nhận?")
    await phone.types("3 ngay nua")
    await phone.taps("Thường")
    await phone.sees("Gửi tới đơn vị nào")
    await phone.types("1")
    await phone.taps("Tất cả")
    await phone.sees("Xem trước")
    await phone.taps("Cam đoan không mật và gửi")
    await phone.sees("đang tới")


@pytest.mark.parametrize("channel", ["zalo_oa", "telegram"])
async def test_two_people_side_by_side_do_the_whole_errand(page, sandbox, channel):
    number, file, typed = PAPERS[channel]
    one, two = await opened(page, sandbox.base + "/")
    member, clerk = part(sandbox, channel, "Đảng viên:"), part(sandbox, channel, "Văn phòng")
    await one.become(member)
    await _verify(one, member)
    await two.become(part(sandbox, channel, "Đảng viên đã xác thực"))
    await two.sees("51-TB/ĐU")
    await two.types("1")  # this morning's paper, the only one
    await two.sees("Đã ghi nhận")
    await page.get_by_role("button", name="+1 giờ").click()  # too late to undo: "1" will mean the next paper

    await two.become(clerk)
    await _send(two, number, file)

    await one.sees(number)
    await one.taps("Đã đọc, tiếp thu")
    if channel == "telegram":
        await expect(one.root.locator(".toast")).to_contain_text("Đã ghi nhận")
    await one.sees("Đã ghi nhận")

    await two.become(part(sandbox, channel, "Đảng viên đã xác thực"))
    await two.sees(number)
    before = await page.locator("#now").text_content()
    await page.get_by_role("button", name="+1 giờ").click()  # a number within a minute of a card is doubted
    await expect(page.locator("#now")).not_to_have_text(before)
    await two.types("1")
    await expect(two.root.locator(".entry.theirs").filter(has_text="Đã ghi nhận")).to_have_count(
        2, timeout=browsing.PATIENCE_MS
    )

    await two.become(part(sandbox, channel, "Cán bộ"))
    await two.types(f"tinh hinh {typed}")
    await two.sees(re.compile(r"Đã xác nhận: 2/\d+"))

    async with page.expect_download() as download:
        await one.root.locator("a.card").last.click()
    kept = await (await download.value).path()
    assert await asyncio.to_thread(filecmp.cmp, kept, SAMPLE / file, shallow=False)

    await one.root.get_by_text("Nền tảng đã thấy gì").click()
    await expect(one.root.locator(".calls details").first).to_be_visible()
    seen = await one.root.locator(".calls").text_content()
    assert member["user_id"] in seen and clerk["user_id"] not in seen


async def test_what_people_write_stays_text(page, sandbox):
    one, _two = await opened(page, sandbox.base + "/")
    await one.become(part(sandbox, "telegram", "Người lạ"))
    await one.root.locator(".start").click()
    await one.sees("Sổ tay")
    nasty = '<img src="http://nowhere.invalid/x" onerror="alert(1)"> <b>&amp; http://nowhere.invalid/</b>'
    await one.types(nasty)
    await expect(one.root.locator(".mine").last).to_contain_text(nasty)
    assert await one.root.locator(".talk img, .talk script").count() == 0


async def test_a_file_that_zalo_does_not_take_opens_by_its_link(page, sandbox):
    one, _two = await opened(page, sandbox.base + "/")
    await one.become(part(sandbox, "zalo_oa", "Cán bộ"))
    await one.types("xuat tb 51")
    told = await one.sees("Mở tệp tinh-hinh-51-tb-du.xlsx")
    async with page.expect_popup() as popup:
        await told.get_by_role("link").click()
    shown = await popup.value
    await expect(shown.get_by_text("tinh-hinh-51-tb-du.xlsx")).to_be_visible()


async def test_a_branch_group_and_somebody_new(page, sandbox):
    """In the group the card is edited in place as people acknowledge."""
    one, two = await opened(page, sandbox.base + "/")
    await one.become(part(sandbox, "telegram", "Nhóm"))
    await one.sees("Đã xác nhận 0/")
    await two.become(part(sandbox, "telegram", "Bí thư"))
    await two.taps("Đã đọc, tiếp thu")
    await one.sees("đã sửa")
    await two.root.get_by_text("Thêm người mới").click()
    await two.root.get_by_label("Họ tên").fill("Người Mới Mẫu")
    await two.root.get_by_label("Nền tảng").select_option("telegram")
    await two.root.get_by_role("button", name="Tạo và dùng máy này").click()
    await two.root.get_by_role("button", name="Bắt đầu").click()
    await two.sees("Sổ tay")
    assert "Người Mới Mẫu" in await two.root.locator(".pick option:checked").text_content()


async def test_time_turns_for_the_bot_too(page, sandbox):
    one, _two = await opened(page, sandbox.base + "/")
    await one.become(part(sandbox, "zalo_oa", "Cán bộ"))
    await page.get_by_role("button", name="21:30").click()
    await expect(page.locator("#now")).to_contain_text("21:30")
    await one.types("tinh hinh tb 51")
    await one.sees(re.compile(r"Tính đến .*, 21:3\d"))
    await page.get_by_role("button", name="8 ngày sau").click()
    await expect(one.root.locator(".window")).to_contain_text("Đã quá 7 ngày")
    await one.types("tinh hinh tb 51")  # the person speaks: the window opens again
    await expect(one.root.locator(".window")).to_contain_text("Gửi miễn phí đến")


async def test_price_and_quota_show_when_the_window_is_enforced(page, sandbox):
    one, two = await opened(page, sandbox.base + "/")
    await one.become(part(sandbox, "zalo_oa", "Bí thư"))
    await two.become(part(sandbox, "zalo_oa", "Cán bộ"))
    await one.types("menu")
    await expect(one.root.locator(".window")).to_contain_text("Gửi miễn phí đến")
    await expect(one.root.locator(".cost")).to_be_hidden()
    await two.root.get_by_label("Áp dụng cửa sổ 7 ngày").check()
    await expect(one.root.locator(".cost")).to_contain_text(re.compile(r"\d+ tin có phí × 55 đ = \d+ đ"))
    await page.get_by_role("button", name="+1 ngày").click(click_count=3)
    await expect(one.root.locator(".window")).to_contain_text("Gửi có phí đến")
    person = one.root.locator(".pick")
    user_id = (await person.input_value()).split("/")[1]
    zalo = sandbox.zalo
    answer = zalo.consult({"recipient": {"user_id": user_id}, "message": {"text": "Tin sau 72 giờ"}})
    assert answer["quota"]["quota_type"] == "sub_quota"  # the package of the month is used up first
    await one.sees("Tin sau 72 giờ")
    await expect(one.root.locator(".cost")).to_contain_text(re.compile(r"[1-9] tin có phí × 55 đ = \d+ đ"))
    await two.root.get_by_label("Áp dụng cửa sổ 7 ngày").uncheck()
    await expect(one.root.locator(".cost")).to_be_hidden()


async def test_steps_to_try_are_on_the_page(page, sandbox):
    await opened(page, sandbox.base + "/")
    await expect(page.locator("#steps li")).to_have_count(len(steps()))
    await expect(page.locator("#steps li").first).to_contain_text("Đã đọc, tiếp thu")


VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
OWN_WORDS = """() => {
  const out = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const around = walker.currentNode.parentElement;
    // What people and bots say, who they are, and the switch back.
    const theirs = ".talk, .pick, .hint, .title, .calls, .keys, #steps ol, #english";
    if (!around.closest(theirs)) out.push(walker.currentNode.data);
  }
  for (const name of ["aria-label", "placeholder"]) {
    for (const node of document.querySelectorAll(`[${name}]`)) out.push(node.getAttribute(name));
  }
  return out;
}"""


async def test_the_page_speaks_english(browser, sandbox):
    """Every word of the page's own; Vietnamese comes back by the same button."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    await opened(page, sandbox.base + "/")
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    one, two = browsing.Phone(page, 0), browsing.Phone(page, 1)
    for phone, (platform, label) in (
        (one, ("zalo_oa", "Văn phòng")),
        (two, ("telegram", "Đảng viên đã xác")),
    ):
        wanted = part(sandbox, platform, label)
        key = f"{wanted['platform']}/{wanted['user_id']}/{wanted['chat_id']}"
        await phone.root.get_by_label(re.compile("you are")).select_option(key)
        await expect(phone.root).to_have_attribute("data-ready", "yes")
        await phone.root.locator(".more summary").click()
    await expect(one.root.locator(".window")).to_contain_text(re.compile("Free to send until|Billed|Over 7"))
    own = await page.evaluate(OWN_WORDS)
    assert [
        words for words in own if VIETNAMESE.search(words) and words.strip() != "Sổ tay đảng viên (the bot)"
    ] == []
    await page.get_by_role("button", name="Tiếng Việt").click()
    await expect(page.locator("html")).to_have_attribute("lang", "vi")
    await context.close()


async def test_a_small_phone_at_twice_the_size_shows_what_is_typed(browser, sandbox):
    context = await browser.new_context(viewport={"width": 180, "height": 370})
    page = await context.new_page()
    one, _two = await opened(page, sandbox.base + "/")
    await one.become(part(sandbox, "zalo_oa", "Đảng viên đã xác thực"))
    box = await one.root.locator(".write .text").bounding_box()
    talk = await one.root.locator(".talk").bounding_box()
    assert box["width"] >= 120  # of 180
    assert talk["height"] >= 90
    assert await page.evaluate("document.documentElement.scrollWidth") <= 180
    await context.close()


@pytest.mark.parametrize("dark", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_anybody_can_use_it(browser, sandbox, dark, width):
    """axe finds nothing, nothing scrolls sideways, in small and large type."""
    # Without motion: on a slow machine a colour half way to another would be judged.
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=dark, reduced_motion="reduce"
    )
    page = await context.new_page()
    one, two = await opened(page, sandbox.base + "/")
    for number, phone in enumerate((one, two)):
        if width == 360:
            await page.locator(f"[data-show='{number}']").click()
        await phone.become(part(sandbox, ["telegram", "zalo_oa"][number], "Đảng viên đã xác thực"))
        await phone.root.get_by_text("Nền tảng đã thấy gì").click()
        await expect(phone.root.locator(".calls details").first).to_be_visible()
        await phone.root.locator(".more summary").click()
        for pressed in ("true", "false"):
            found = await axe.Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            await page.locator("#large").click()
            await expect(page.locator("#large")).to_have_attribute("aria-pressed", pressed)
        await phone.root.locator(".more summary").press("Escape")
        await expect(phone.root.locator(".menu")).to_be_hidden()
    await context.close()
