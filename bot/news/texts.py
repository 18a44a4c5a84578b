"""What people read about news: values in, `Say` out."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.i18n import N_, _, day, moment, number
from bot.news.models import (
    DigestSeen,
    EditDigest,
    Edition,
    Feed,
    Habit,
    OrderPublic,
    SetWish,
    ShowNews,
    Story,
    Topic,
    Wish,
)
from bot.news.queries import kind_id
from bot.news.rules import LINES, MINUTES, choose, cut, show_minute

ABOUT = "điểm tin"
"""What a digest's choice is about: today's stands for yesterday's."""
SEEN_MINUTES = 12 * 60
MAX_LINE = 110
"""Characters of a title in a digest."""
MAX_WAITING = 3
PAGE = 5
OFFERED = 9
"""Stories an editor chooses from."""

TOPICS = {
    Topic.NOTICE: N_("Thông báo"),
    Topic.PARTY: N_("Xây dựng Đảng"),
    Topic.POLITICS: N_("Chính trị, thời sự"),
    Topic.SCHOOL: N_("Tin của trường, đơn vị"),
    Topic.EDUCATION: N_("Giáo dục, khoa học"),
    Topic.CITY: N_("Hà Nội"),
    Topic.SOCIETY: N_("Kinh tế, xã hội"),
}

ERRORS = {
    "empty": N_("không có tin nào"),
    "not_a_feed": N_("không phải nguồn tin"),
    "timeout": N_("quá chậm"),
    "unreachable": N_("không kết nối được"),
    "status": N_("máy chủ báo lỗi"),
    "too_big": N_("quá lớn"),
    "entities": N_("nội dung nguy hiểm"),
    "foreign_host": N_("dẫn sang địa chỉ lạ"),
    "private_address": N_("dẫn vào mạng nội bộ"),
    "broken": N_("không đọc được"),
}
"""A feed's error -> what an officer reads."""


def story_line(story: Story, limit: int = MAX_LINE) -> str:
    """A story as one line and its link."""
    told = f"• {cut(story.title, limit)}"
    if story.topic == Topic.NOTICE:
        told = "• " + _("Thông báo: {title}", title=cut(story.title, 300))
    elif story.sources:
        told += f" ({_sources(story)})"
    return f"{told}\n{story.url}" if story.url else told


def _sources(story: Story) -> str:
    if len(story.sources) <= 3:
        return ", ".join(story.sources)
    return _(
        "{names} và {count} báo khác",
        names=", ".join(story.sources[:2]),
        count=number(len(story.sources) - 2),
    )


def digest(
    on: date,
    stories: Sequence[Story],
    lines: Sequence[str],
    waiting: Sequence[str],
    *,
    tap: bool,
    public: bool = False,
) -> Say:
    """A morning's digest: stories, editors' lines, what waits; where the window matters, the tap that keeps it."""
    parts = [story_line(story) for story in stories] or [_("Sáng nay chưa có tin mới.")]
    parts += lines
    if waiting:
        more = len(waiting) - MAX_WAITING
        parts.append("\n".join([_("Đang chờ đồng chí:"), *(f"• {each}" for each in waiting[:MAX_WAITING])]))
        if more > 0:
            parts[-1] += "\n" + _("• và {count} việc khác", count=number(more))
    heading = _("Điểm tin sáng {day}", day=day(on))
    if public:
        heading = _("Điểm tin sáng {day}", day=day(on))
    choices = (Choice(_("Đã xem"), pack(DigestSeen())),) if tap else ()
    about = ABOUT if tap else ""
    return Say(
        "\n\n".join(parts), heading=heading, choices=choices, about=about, expires_minutes=SEEN_MINUTES
    )


def news(
    heading: str,
    stories: Sequence[Story],
    page: int,
    back: int,
    lines: Sequence[str] = (),
    *,
    verified: bool,
    reader: bool,
) -> Say:
    """A page of a day's news, with what else there is."""
    shown = stories[page * PAGE : (page + 1) * PAGE]
    parts = [story_line(story) for story in shown] or [_("Chưa có tin nào.")]
    if not page:
        parts += lines
    choices = []
    if len(stories) > (page + 1) * PAGE:
        choices.append(Choice(_("Xem tiếp"), pack(ShowNews(back, page + 1))))
    choices.append(
        Choice(_("Hôm nay"), pack(ShowNews(0, 0))) if back else Choice(_("Hôm qua"), pack(ShowNews(1, 0)))
    )
    choices.append(settings_choice(verified=verified, reader=reader))
    parts.append(_("Tìm tin cũ: nhắn “tìm tin” kèm từ cần tìm."))
    return Say("\n\n".join(parts), heading=heading, choices=tuple(choices))


def settings_choice(*, verified: bool, reader: bool) -> Choice:
    """The way to one's own wishes; for who is not verified, the order."""
    if verified:
        return Choice(_("Cài đặt điểm tin"), pack(SetWish("menu", "show")))
    if reader:
        return Choice(_("Tắt điểm tin"), pack(OrderPublic("no")))
    return Choice(_("Nhận tin mỗi sáng"), pack(OrderPublic("yes")))


def found(words: str, stories: Sequence[Story]) -> Say:
    """What a search found, a dated line each."""
    if not stories:
        return Say(
            _("Trong 30 ngày qua chưa có tin nào có “{words}”. Đồng chí thử ít từ hơn.", words=cut(words, 60))
        )
    parts = []
    for story in stories[:PAGE]:
        told = [story_line(story), moment(story.published), story.summary]
        parts.append("\n".join(line for line in told if line))
    if len(stories) > PAGE:
        parts.append(
            _("Còn {count} tin nữa; đồng chí thêm từ để thu hẹp.", count=number(len(stories) - PAGE))
        )
    return Say("\n\n".join(parts), heading=_("Tin có “{words}”", words=cut(words, 60)))


def wishes(wished: Wish, minute: int, told: str = "") -> Say:
    """A member's wishes, and what may be changed."""
    if wished.off:
        text = _("Điểm tin sáng đang tắt. Đồng chí vẫn xem được bất cứ lúc nào bằng /tin.")
        on = (Choice(_("Bật điểm tin"), pack(SetWish("off", "no"))),)
        return Say(
            "\n".join(part for part in (told, text) if part), heading=_("Cài đặt điểm tin"), choices=on
        )
    lines = [told] if told else []
    lines.append(_("Giờ gửi: {hour}", hour=show_minute(minute)))
    lines.append(_("Ngày gửi: thứ Hai đến thứ Sáu") if wished.weekdays else _("Ngày gửi: mọi ngày"))
    names = ", ".join(_(TOPICS[topic]) for topic in Topic if topic in wished.without)
    lines.append(_("Không nhận: {topics}", topics=names) if names else _("Chủ đề: tất cả"))
    lines.append(_("Thay đổi có hiệu lực từ sáng mai."))
    choices = (
        Choice(_("Đổi giờ"), pack(SetWish("minute", "ask"))),
        Choice(_("Chọn chủ đề"), pack(SetWish("topic", "ask"))),
        Choice(_("Gửi cả cuối tuần"), pack(SetWish("weekdays", "no")))
        if wished.weekdays
        else Choice(_("Chỉ ngày làm việc"), pack(SetWish("weekdays", "yes"))),
        Choice(_("Tắt điểm tin"), pack(SetWish("off", "yes"))),
    )
    return Say("\n".join(lines), heading=_("Cài đặt điểm tin"), choices=choices)


def ask_minute() -> Say:
    """At which hour."""
    choices = tuple(Choice(show_minute(minute), pack(SetWish("minute", str(minute)))) for minute in MINUTES)
    return Say(_("Đồng chí muốn nhận điểm tin lúc mấy giờ?"), choices=choices)


def ask_topics(wished: Wish) -> Say:
    """Which topics; each choice turns one on or off."""
    choices = tuple(
        Choice(
            _("Nhận lại: {topic}", topic=_(TOPICS[topic]))
            if topic in wished.without
            else _("Bỏ: {topic}", topic=_(TOPICS[topic])),
            pack(SetWish("topic", topic.value)),
        )
        for topic in Topic
        if topic != Topic.NOTICE
    )
    return Say(_("Chọn chủ đề để bỏ hoặc nhận lại. Thông báo của đơn vị thì luôn có."), choices=choices)


def ordered(*, yes: bool, minute: int) -> Say:
    """The public digest was ordered or ended."""
    if yes:
        return Say(
            _(
                "Từ sáng mai tôi gửi tin của trường và thành phố lúc {hour}. Thôi nhận: nhắn “tắt tin”.",
                hour=show_minute(minute),
            )
        )
    return Say(_("Đã tắt điểm tin sáng. Đồng chí xem tin bất cứ lúc nào bằng /tin."))


def feeds(listed: Sequence[Feed]) -> Say:
    """How the feeds are: the broken ones first."""
    lines = []
    for feed in listed:
        if feed.error is None and feed.ok_at is None:
            how = _("chưa lấy lần nào")
        elif feed.error is None and feed.ok_at is not None:
            how = _("{count} tin, lúc {when}", count=number(feed.items), when=moment(feed.ok_at))
        elif feed.ok_at is None:
            how = _(
                "LỖI: {why}; chưa lấy được lần nào", why=_(ERRORS.get(feed.error or "", ERRORS["broken"]))
            )
        else:
            why = _(ERRORS.get(feed.error or "", ERRORS["broken"]))
            how = _("LỖI: {why}; lần cuối tốt {when}", why=why, when=moment(feed.ok_at))
        lines.append(f"• {feed.name}: {how}")
    return Say("\n".join(lines) or _("Chưa có nguồn tin nào."), heading=_("Nguồn tin"))


def candidates(edition: Edition, path: Sequence[int]) -> list[Story]:
    """What an editor chooses from: the digest of who wished nothing special, then what comes next."""
    first = choose(edition.stories, edition.pinned, Wish(), path)
    mine = [each for each in edition.stories if each.unit_id is None or each.unit_id in path]
    return [*first, *(each for each in mine if each not in first)][:OFFERED]


def listed(stories: Sequence[Story], lines: Sequence[str]) -> str:
    """The candidates by number, with a line between what goes out and what stands by."""
    parts = [f"{place}. {cut(each.title, MAX_LINE)}" for place, each in enumerate(stories, 1)]
    if len(parts) > LINES:
        parts.insert(LINES, _("Dự phòng:"))
    return "\n".join([*parts, *lines])


def preview(edition: Edition, path: Sequence[int], habit: Habit) -> Say:
    """Tomorrow's digest as an editor sees it, and what may be done."""
    at = _("{hour} ngày {day}", hour=show_minute(habit.minute), day=day(edition.day))
    if not edition.goes and habit.silence == "hold":
        fate = _("Chỉ gửi khi đồng chí bấm “Gửi như thế này”. Giờ gửi: {when}.", when=at)
    elif not edition.goes:
        fate = _("Đang giữ lại, sẽ không gửi.")
    else:
        fate = _("Đồng chí không sửa thì bản này được gửi lúc {when}.", when=at)
    about = kind_id(edition.day)
    choices = (
        Choice(_("Sửa"), pack(EditDigest(edition.unit_id, about, "edit"))),
        Choice(_("Gửi như thế này"), pack(EditDigest(edition.unit_id, about, "send"))),
        Choice(_("Không gửi"), pack(EditDigest(edition.unit_id, about, "hold"))),
    )
    lines = [
        f"• {cut(each.title, MAX_LINE)}" for each in choose(edition.stories, edition.pinned, Wish(), path)
    ]
    text = "\n".join([*lines, *edition.lines])  # numbers stand where something is chosen by them
    return Say(
        f"{text or _('Chưa có tin nào.')}\n{fate}",
        heading=_("Xem trước điểm tin {day}", day=day(edition.day)),
        choices=choices,
        expires_minutes=SEEN_MINUTES,
    )


def last_fetch(at: datetime | None) -> str:
    """When items last came, for a table."""
    return moment(at) if at else "–"


def no_right() -> Say:
    """The verb said no."""
    return Say(
        _(
            "Đồng chí không (hoặc không còn) phụ trách điểm tin của đơn vị này. Không có gì thay đổi. Nhắn "
            "“menu” để xem các việc."
        )
    )
