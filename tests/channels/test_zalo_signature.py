"""Vectors made by hand with the sha256sum program: printf '%s%s%s%s' ID BODY TIME SECRET | sha256sum"""

import pytest

from bot.channels.zalo_oa.signature import verify

APP, OA, SECRET = "505000000000000001", "1640000000000000001", "sample-oa-secret-key"
BODY = (
    '{"event_name":"user_send_text","app_id":"505000000000000001","sender":{"id":"5510000000000000001"},'
    '"recipient":{"id":"1640000000000000001"},"message":{"text":"Đã đọc","msg_id":"e2a6f00d"},'
    '"timestamp":"1717061839659","user_id_by_app":"3610000000000000001"}'
).encode()
BY_APP_AND_BODY = "d47e688f0e9d9476ae5ece259f203d1778ef4d16b3b6a4ba600ad54c0e3b066d"
BY_OA_AND_BODY = "cee652f8a5cad04721c1d039868a3c13600d0ba6e66655f89bea857f3847c9af"
BY_APP_AND_HEADER = "83a458ba8590e718c7d65200a520d78c6bd84a803f2a8a563ed3a87a8be9c0d3"
BY_OA_AND_HEADER = "c93776b5c2d9b3155ddbf018813bfec6d684b0bd3f9a29e288105032d76e5359"
HEADER_TIME = "1717061840000"
FOLLOW = (
    b'{"event_name":"follow","app_id":"505000000000000001","oa_id":"1640000000000000001",'
    b'"follower":{"id":"5510000000000000001"},"source":"oa_profile","timestamp":1717061839000}'
)
OF_FOLLOW = "d4781f91f9693c22429d6714aee2b6494de4c03b029aec0ebdb93e673e744f87"


def check(signature, body=BODY, *, moment=None, allowed=None, secret=SECRET):
    headers = {"X-ZEvent-Signature": signature} if signature is not None else {}
    if moment:
        headers["X-ZEvent-Timestamp"] = moment
    return verify(body, headers, app_id=APP, oa_id=OA, secret=secret, allowed=allowed)


@pytest.mark.parametrize(
    ("digest", "moment", "variant"),
    [
        (BY_APP_AND_BODY, None, "body:app_id"),
        (BY_APP_AND_BODY, HEADER_TIME, "body:app_id"),
        (BY_OA_AND_BODY, None, "body:oa_id"),
        (BY_APP_AND_HEADER, HEADER_TIME, "header:app_id"),
        (BY_OA_AND_HEADER, HEADER_TIME, "header:oa_id"),
    ],
)
@pytest.mark.parametrize(("prefix", "form"), [("mac=", "mac"), ("MAC=", "mac"), ("", "bare"), (" ", "bare")])
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_every_variant_is_named(digest, moment, variant, prefix, form, case):
    assert check(prefix + case(digest), moment=moment) == f"{form}:{variant}"


def test_a_timestamp_without_quotes():
    assert check(f"mac={OF_FOLLOW}", FOLLOW) == "mac:body:app_id"


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "mac=",
        "mac=é",
        BY_APP_AND_BODY[:-1],
        "mac=" + BY_APP_AND_HEADER,
        "0" * 64,
        "sha256=" + BY_APP_AND_BODY,
    ],
)
def test_anything_else_is_forged(signature):
    assert check(signature) is None


def test_a_changed_body_is_forged():
    assert check(BY_APP_AND_BODY, BODY.replace(b"e2a6f00d", b"e2a6f00e")) is None
    assert check(BY_APP_AND_BODY, BODY + b" ") is None
    assert check(BY_APP_AND_BODY, secret="another") is None


def test_an_empty_secret_opens_nothing():
    assert check(BY_APP_AND_BODY, secret="") is None


def test_the_setting_narrows():
    assert check(f"mac={BY_APP_AND_BODY}", allowed={"mac:body:app_id"}) == "mac:body:app_id"
    assert check(BY_APP_AND_BODY, allowed={"mac:body:app_id"}) is None
    assert check(f"mac={BY_OA_AND_BODY}", allowed={"mac:body:app_id"}) is None


def test_a_timestamp_inside_a_text_does_not_count():
    body = BODY.replace("Đã đọc".encode(), b'\\"timestamp\\":\\"1\\"')
    assert check(BY_APP_AND_BODY, body) is None
