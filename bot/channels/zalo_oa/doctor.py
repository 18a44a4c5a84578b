"""What is true of this installation's Official Account: settings, tokens, the account, and every unsettled point.

It asks Zalo about the account itself (getoa) and reads what webhooks and sends have shown (`findings`). It
sends nothing, except to one account that whoever runs it names (`try_shapes`).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import httpx

from bot.channels.zalo_oa import texts
from bot.channels.zalo_oa.access import Access, headers
from bot.channels.zalo_oa.findings import Finding
from bot.channels.zalo_oa.outbound import TEMPLATE, TOKEN_REFUSED
from bot.channels.zalo_oa.tokens import ENDING, Pair
from bot.chat.errors import TokenExpired
from bot.chat.replies import Template
from bot.clock import now
from bot.delivery.templates import Approved
from bot.i18n import N_, _, full_date, moment, number
from bot.settings import Settings

OK, LOOK, BAD, UNKNOWN = "ok", "look", "bad", "unknown"
"""All is well; a person should look; it does not work; nothing has shown it yet."""
TIMEOUT_SECONDS = 20
SHAPE_REFUSED = frozenset({-201, -210, -233})
Findings = dict[str, dict[str, Finding]]


class Line(NamedTuple):
    """One point: its subject, how it stands, the variant's name, and words for the administrator."""

    subject: str
    state: str
    variant: str
    words: str


SUBJECTS = {
    "settings": N_("Thiết lập"),
    "tokens": N_("Quyền gửi tin"),
    "account": N_("Tài khoản OA"),
    "proof": N_("appsecret_proof"),
    "signature": N_("Chữ ký của webhook"),
    "webhook": N_("Tin lạ gửi vào webhook"),
    "repeat": N_("Zalo gửi lại webhook"),
    "buttons": N_("Nút dưới tin nhắn"),
    "list": N_("Tin dạng danh sách"),
    "free": N_("Tin miễn phí trong 48 giờ"),
    "template": N_("Mẫu tin trả phí"),
    "pkce": N_("Mã PKCE"),
    "events": N_("Tên sự kiện đã gặp"),
}


def settings_line(settings: Settings) -> Line:
    """Whether every setting that Zalo needs is there."""
    needed = {
        "SOTAY_ZALO_OA_APP_ID": settings.zalo_oa_app_id,
        "SOTAY_ZALO_OA_ID": settings.zalo_oa_id,
        "SOTAY_ZALO_OA_SECRET_KEY": settings.zalo_oa_secret_key.get_secret_value(),
        "SOTAY_ZALO_OA_APP_SECRET": settings.zalo_oa_app_secret.get_secret_value(),
        "SOTAY_PUBLIC_URL": settings.public_url,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        return Line("settings", BAD, "missing", _("Còn thiếu {names}.", names=", ".join(missing)))
    if not settings.public_url.startswith("https://"):
        return Line(
            "settings", LOOK, "no_https", _("SOTAY_PUBLIC_URL phải là địa chỉ https mà Zalo gọi tới được.")
        )
    return Line("settings", OK, "complete", _("Đủ."))


def tokens_line(pair: Pair | None, *, fixed: bool) -> Line:
    """How long the account's permission lasts, and what is wrong with it."""
    if pair is None:
        if fixed:
            words = _(
                "Đang dùng mã thử trong SOTAY_ZALO_OA_ACCESS_TOKEN (khoảng một ngày). Hãy chạy: sotay zalo connect"
            )
            return Line("tokens", LOOK, "fixed", words)
        return Line("tokens", BAD, "not_connected", texts.problem("not_connected"))
    alive = pair.until if pair.until > now() else None
    if pair.problem:
        return Line("tokens", BAD, pair.problem, texts.problem(pair.problem, alive))
    if pair.refresh_until - now() <= ENDING:
        return Line("tokens", BAD, "ending", texts.problem("ending", alive))
    if alive is None:
        words = _(
            "Mã hiện tại đã hết hạn; bot tự gia hạn khi chạy, muộn nhất đến {date}.",
            date=full_date(pair.refresh_until),
        )
        return Line("tokens", LOOK, "stale", words)
    words = _(
        "Còn đến {moment}, tự gia hạn. Nếu bot ngừng chạy đến {date} thì phải nối lại.",
        moment=moment(pair.until),
        date=full_date(pair.refresh_until),
    )
    return Line("tokens", OK, "renewing", words)


async def account_lines(settings: Settings, access: Access) -> list[Line]:
    """What getoa says, without and with appsecret_proof. Renews a token that has ended."""
    secret = settings.zalo_oa_app_secret.get_secret_value()
    try:
        token = await access.token()
        plain = await _about(settings.zalo_oa_api, headers(token))
        if plain.code in TOKEN_REFUSED:
            token = await access.renewed(token)
            plain = await _about(settings.zalo_oa_api, headers(token))
        proven = await _about(settings.zalo_oa_api, headers(token, secret)) if secret else _Answer(None, {})
    except TokenExpired:
        return [Line("account", UNKNOWN, "no_token", _("Chưa hỏi được Zalo vì chưa có quyền gửi tin."))]
    best = plain if plain.code == 0 else proven if proven.code == 0 else plain
    return [_account(settings, best), _proof(settings, plain.code, proven.code)]


class _Answer(NamedTuple):
    code: int | None
    """Zalo's number; None: no answer, or one that cannot be read."""
    data: dict[str, Any]


async def _about(base: str, carried: dict[str, str]) -> _Answer:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            answer = (await client.get(f"{base.rstrip('/')}/v2.0/oa/getoa", headers=carried)).json()
        data = answer.get("data")
        return _Answer(int(answer["error"]), data if isinstance(data, dict) else {})
    except (httpx.HTTPError, ValueError, TypeError, KeyError, AttributeError):
        return _Answer(None, {})


def _account(settings: Settings, answer: _Answer) -> Line:
    if answer.code is None:
        return Line(
            "account",
            BAD,
            "no_answer",
            _("Không nhận được câu trả lời đọc được từ {host}.", host=settings.zalo_oa_api),
        )
    if answer.code:
        return Line("account", BAD, f"refused {answer.code}", texts.api_problem(answer.code))
    oa_id, name = str(answer.data.get("oa_id", "")), str(answer.data.get("name", ""))
    if settings.zalo_oa_id and oa_id != settings.zalo_oa_id:
        words = _(
            "Đang nối với OA {found}, còn SOTAY_ZALO_OA_ID là {wanted}.",
            found=oa_id,
            wanted=settings.zalo_oa_id,
        )
        return Line("account", BAD, "another", words)
    package = str(answer.data.get("package_name") or "–")
    if not answer.data.get("is_verified"):
        words = _(
            "{name}: chưa xác thực, nhiều việc Zalo sẽ từ chối. Hãy xác thực OA trên oa.zalo.me.", name=name
        )
        return Line("account", LOOK, "not_verified", words)
    return Line(
        "account",
        OK,
        "verified",
        _("{name}: đã xác thực; gói dịch vụ: {package}.", name=name, package=package),
    )


def _proof(settings: Settings, plain: int | None, proven: int | None) -> Line:
    on = settings.zalo_oa_secret_proof
    if plain == -242 and proven == 0:
        words = _("Zalo bắt buộc. Hãy đặt SOTAY_ZALO_OA_SECRET_PROOF=true.")
        return Line("proof", OK if on else BAD, "required", _("Zalo bắt buộc; đã bật.") if on else words)
    if plain == 0 and proven == 0:
        return Line("proof", OK, "optional", _("Zalo nhận cả hai cách; nên bật SOTAY_ZALO_OA_SECRET_PROOF."))
    if proven == -242:
        words = _("Zalo không nhận: SOTAY_ZALO_OA_APP_SECRET không phải khóa của ứng dụng này.")
        return Line("proof", BAD, "wrong_secret", words)
    return Line("proof", UNKNOWN, "unknown", _("Chưa biết: Zalo chưa trả lời được."))


_FORMS = {"mac": N_("có mac= ở đầu"), "bare": N_("không có mac=")}
_PLACES = {"body": N_("giờ lấy trong nội dung"), "header": N_("giờ lấy ở X-ZEvent-Timestamp")}
_TERMS = {"app_id": N_("mã ứng dụng"), "oa_id": N_("mã OA")}
_SECRETS = {"": N_("khóa bí mật của OA"), "app_secret": N_("khóa bí mật của ứng dụng")}


def signature_line(settings: Settings, seen: Findings) -> Line:
    """Which form of the signature the account's webhooks have."""
    came = seen.get("signature", {})
    if not came:
        words = _("Chưa có tin nào từ Zalo. Hãy nhắn thử một tin cho OA rồi chạy lại.")
        return Line("signature", UNKNOWN, "unknown", words)
    names = list(came)
    form, place, term, *by = names[0].split(":")
    spoken = ", ".join(
        _(words) for words in (_FORMS[form], _PLACES[place], _TERMS[term], _SECRETS["".join(by)])
    )
    if len(names) > 1:
        words = _("Gặp nhiều dạng: {names}. Mới nhất: {spoken}.", names=", ".join(names), spoken=spoken)
        return Line("signature", LOOK, names[0], words)
    if settings.zalo_oa_signatures == names[0]:
        return Line("signature", OK, names[0], _("{spoken}; chỉ nhận dạng này.", spoken=spoken))
    words = _(
        "{spoken}. Có thể đặt SOTAY_ZALO_OA_SIGNATURES={name} để chỉ nhận dạng này.",
        spoken=spoken,
        name=names[0],
    )
    return Line("signature", OK, names[0], words)


_STRANGE = {
    "bad_signature": N_("{n} tin sai chữ ký (nếu mọi tin đều sai: kiểm tra SOTAY_ZALO_OA_SECRET_KEY)"),
    "too_big": N_("{n} tin quá lớn"),
    "unreadable": N_("{n} tin không đọc được, đã giữ lại cho người xem"),
    "too_old": N_("{n} tin phát lại từ nhiều ngày trước, đã bỏ qua"),
}


def webhook_line(seen: Findings) -> Line:
    """What came to the webhook and was not let in."""
    came = seen.get("webhook", {})
    if not came:
        return Line("webhook", OK, "none", _("Chưa có."))
    told = [_(_STRANGE[name], n=number(found.seen)) for name, found in came.items() if name in _STRANGE]
    latest = max(found.last for found in came.values())
    recent = now() - latest < timedelta(days=7)
    words = _("{told}; lần cuối {moment}.", told="; ".join(told), moment=moment(latest))
    return Line("webhook", LOOK if recent else OK, ",".join(sorted(came)), words)


def repeat_line(seen: Findings) -> Line:
    """Whether Zalo repeats an event that was answered with an error."""
    came = seen.get("repeat", {})
    if "after_error" in came:
        return Line("repeat", OK, "any", _("Zalo gửi lại cả khi bot trả lời lỗi."))
    if came:
        words = _("Đã thấy Zalo gửi lại khi không có câu trả lời; chưa thấy sau khi bot trả lời lỗi.")
        return Line("repeat", OK, "connection", words)
    return Line("repeat", UNKNOWN, "unknown", _("Chưa gặp lần nào. Bot không dựa vào điều này."))


def shape_line(subject: str, seen: Findings) -> Line:
    """Whether a contested shape of message is taken."""
    came = seen.get(subject, {})
    if not came:
        words = _("Chưa biết. Hỏi bằng tài khoản Zalo của chính mình: sotay doctor zalo --test-account MÃ")
        return Line(subject, UNKNOWN, "unknown", words)
    latest = next(iter(came))
    if latest == "accepted":
        return Line(subject, OK, "accepted", _("Zalo nhận."))
    words = _("Zalo không nhận (mã {code}); bot gửi lựa chọn thành số để trả lời.", code=latest.split()[-1])
    return Line(subject, LOOK, latest, words)


def free_line(seen: Findings) -> Line:
    """How many messages are free after an interaction, as the answers to sent messages say."""
    came = seen.get("free", {})
    if not came:
        return Line("free", UNKNOWN, "unknown", _("Chưa biết: sẽ rõ khi bot trả lời một người đầu tiên."))
    latest = next(iter(came))
    if latest == "unlimited":
        return Line("free", OK, latest, _("Zalo không nêu giới hạn."))
    return Line("free", OK, latest, _("{total} tin mỗi lần tương tác.", total=latest))


def pkce_line(seen: Findings) -> Line:
    """Which way of PKCE the account was connected with."""
    came = seen.get("pkce", {})
    if not came:
        return Line("pkce", UNKNOWN, "unknown", _("Chưa biết: sẽ rõ khi nối bằng sotay zalo connect."))
    latest = next(iter(came))
    if latest == "console":
        return Line("pkce", OK, latest, _("Một mã cố định khai trên trang quản lý ứng dụng."))
    return Line("pkce", OK, latest, _("Mỗi lần nối một mã mới."))


def events_line(seen: Findings) -> Line:
    """Every name of an event that came: settles which of the aliases is true."""
    came = sorted(seen.get("event", {}))
    if not came:
        return Line("events", UNKNOWN, "unknown", _("Chưa có."))
    return Line("events", OK, ",".join(came), ", ".join(came))


def template_line(known: Sequence[Approved]) -> Line:
    """Which notices have an approved template, and whether Zalo still takes it."""
    if not known:
        words = _("Không dùng: người quá 7 ngày không được báo qua Zalo. Xem sotay zalo template.")
        return Line("template", OK, "none", words)
    if broken := [each for each in known if each.problem]:
        words = _(
            "Zalo không nhận nữa: {kinds}. Hãy xem sotay zalo template list.",
            kinds=", ".join(f"{each.kind} ({each.problem})" for each in broken),
        )
        return Line("template", BAD, "refused", words)
    kinds = ", ".join(each.kind for each in known)
    return Line("template", OK, kinds, _("Đang dùng cho: {kinds}.", kinds=kinds))


def lines(
    settings: Settings,
    account: list[Line],
    pair: Pair | None,
    seen: Findings,
    approved: Sequence[Approved] = (),
) -> list[Line]:
    """Every line, in order; `account` is what `account_lines` found, which may have renewed the pair."""
    fixed = bool(settings.zalo_oa_access_token.get_secret_value())
    return [
        settings_line(settings),
        tokens_line(pair, fixed=fixed),
        *account,
        signature_line(settings, seen),
        webhook_line(seen),
        repeat_line(seen),
        shape_line("buttons", seen),
        shape_line("list", seen),
        free_line(seen),
        template_line(approved),
        pkce_line(seen),
        events_line(seen),
    ]


def shapes() -> dict[str, dict[str, Any]]:
    """The contested shapes as harmless messages to whoever tests."""
    words = _("Tin thử của bot (sotay doctor zalo). Không cần trả lời.")
    button = {"title": _("Nút thử"), "type": "oa.query.hide", "payload": "thử"}
    listed = {
        "template_type": "list",
        "elements": [{"title": words, "subtitle": _("Tin thử dạng danh sách")}],
    }
    return {
        "buttons": {"text": words, "attachment": {"type": "template", "payload": {"buttons": [button]}}},
        "list": {"attachment": {"type": "template", "payload": listed}},
    }


async def try_template(settings: Settings, access: Access, user_id: str, message: Template) -> int | None:
    """Sends one template to one account; Zalo's number, None when it gave no answer. Raises TokenExpired."""
    secret = settings.zalo_oa_app_secret.get_secret_value() if settings.zalo_oa_secret_proof else ""
    body = {"user_id": user_id, "template_id": message.template_id, "template_data": dict(message.fields)}
    url = f"{settings.zalo_oa_api.rstrip('/')}{TEMPLATE}"
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            answer = await client.post(url, json=body, headers=headers(await access.token(), secret))
            return int(answer.json()["error"])
    except (httpx.HTTPError, ValueError, TypeError, KeyError):
        return None


async def try_shapes(settings: Settings, access: Access, user_id: str) -> dict[str, str]:
    """Sends each contested shape to one account; subject -> "accepted", "refused CODE" or "unclear CODE".

    Unclear is an answer that says nothing about the shape (a closed window, no answer). Raises TokenExpired.
    """
    secret = settings.zalo_oa_app_secret.get_secret_value() if settings.zalo_oa_secret_proof else ""
    carried = headers(await access.token(), secret)
    found = {}
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
        for subject, message in shapes().items():
            body = {"recipient": {"user_id": user_id}, "message": message}
            try:
                answer = await client.post(
                    f"{settings.zalo_oa_api.rstrip('/')}/v3.0/oa/message/cs", json=body, headers=carried
                )
                code = int(answer.json()["error"])
            except (httpx.HTTPError, ValueError, TypeError, KeyError):
                found[subject] = "unclear"
            else:
                refused = "refused" if code in SHAPE_REFUSED else "unclear"
                found[subject] = f"{refused} {code}" if code else "accepted"
    return found
