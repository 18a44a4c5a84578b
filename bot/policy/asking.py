"""What a question is about, once the words that are there only to ask, and what it cites, are set apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WHICH = "nào|gì"
_BELOW = "(?:sau đây|dưới đây)"
_CITED = re.compile(
    r"(?:theo |tại |ở |trong )?(?:điểm [a-zđ]{1,2} )?(?:khoản \d+[a-z]? )?điều (\d+[a-z]?)(?: của)?(?= |$)"
)
_EXCEPTED = re.compile(r"(?:trường hợp|trừ)(?: được)?(?: quy định)? ?(?:tại )?$")
_YEAR = re.compile(
    r"(?<= )(?:số \d+ \d{4} \S+ )?(?:(?:năm|ngày) )?(?:\d{1,2} (?:tháng )?\d{1,2} )?(?:năm )?\d{4}(?= |$)"
)
_CITES = re.compile(
    r"(?:^|(?:theo|của|trong|tại|định) )(?:bộ luật|luật|nghị định|pháp lệnh|thông tư) (?!này|định|sư|pháp|gia|lệ)"
)
_DEFINES = re.compile(
    r"(?:^| )(?:định nghĩa|khái niệm|là (?:người|việc|hành vi) (?:như )?thế nào"
    r"|(?:được )?hiểu (?:là gì|như thế nào|thế nào|ra sao|là)"
    r"|có nghĩa (?:là gì|gì|là)|nghĩa là gì|là gì|là cái gì|là những gì)(?= |$)"
)
_ASKING = re.compile(
    "(?:(?<= )|^)(?:"
    + "|".join(
        (
            r"(?:là )?đúng hay sai|hay sai",
            r"(?:là )?(?:đúng|sai)$",
            r"(?:có )?(?:đúng|phải)(?: vậy)? không|hay không|được không$|không$|chưa$",
            r"(?:(?:nhận định|khẳng định|phát biểu|đáp án|phương án|trường hợp|điều|ý|câu|đâu|nội dung)"
            rf"(?: {_WHICH})?(?: {_BELOW})?"
            r"(?: là)? (?:không )?(?:đúng|sai|phải)(?: (?:về|với|là|khi nói về))?)",
            rf"(?:{_WHICH})? ?{_BELOW}(?: là)?(?: (?:không )?(?:đúng|sai))?(?: (?:về|với|khi nói về))?",
            r"(?:không )?(?:phải )?là một trong (?:những|các)",
            rf"(?:bao )?gồm (?:những )?(?:{_WHICH})|(?:những|các) (?:{_WHICH})|thế nào|như thế nào",
            r"bao nhiêu|bao lâu|khi nào|lúc nào|bao giờ|ra sao|làm sao|vì sao|tại sao",
            r"ở đâu|là ai|do ai|là bao nhiêu|là bao lâu|thì sao|mấy",
            r"định nghĩa(?: (?:của|về))?|khái niệm(?: (?:của|về))?|(?:được )?hiểu (?:là gì|như thế nào|thế nào|ra sao)",
            r"có nghĩa là gì|nghĩa là gì|là gì|là cái gì|là những gì",
            r"theo quy định(?: của| tại)?(?: pháp luật)?|được quy định(?= |$)(?! tại)|theo$|quy định$|trả lời",
            r"(?:xin |cho |muốn |tôi |cần )*hỏi(?: là| về)?",
            r"(?:đồng chí )?cho (?:tôi |em |mình )?(?:biết|xem)|hãy (?:cho biết|nêu)",
            rf"{_WHICH}|ạ|nhỉ|vậy|nhé",
        )
    )
    + ")(?= |$)"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`words`: places of the words that say what is asked, in order; `main` without a proposed answer."""

    words: tuple[int, ...]
    main: tuple[int, ...]
    article: str
    """The number of the article it cites, "" none."""
    defines: bool
    """It asks what a word means."""
    cites: bool
    """It speaks of a law by name, known or not."""


def read(shown: Sequence[str]) -> Asked:
    """Reads a decoded question's words as people write them."""
    text = " ".join(shown)
    kept = bytearray(b"\1" * (len(text) + 1))
    cited = _CITED.search(text)
    if cited and _EXCEPTED.search(text[: cited.start()]):
        cited = None
    answer = re.search(r"(?:^| )trả lời(?= )", text)
    for pattern in (_CITED, _YEAR, _ASKING):
        for found in pattern.finditer(text):
            kept[found.start() : found.end()] = bytes(found.end() - found.start())
    places, start = [], 0
    main = []
    for at, word in enumerate(shown):
        if kept[start]:
            places.append(at)
            if answer is None or start < answer.start():
                main.append(at)
        start += len(word) + 1
    if not places:
        places = main = list(range(len(shown)))
    return Asked(
        tuple(places),
        tuple(main or places),
        cited[1] if cited else "",
        _DEFINES.search(text) is not None,
        _CITES.search(text) is not None,
    )
