"""Questions that the rules must not be asked: other people's affairs, opinions and rumours, abuse.

A linear model reads single words and pairs of neighbours, without marks, a person's name put as "#". Its weights
(`guards.json`) come from sentences written for it and the wordings of the sample corpus (`tools/policy_guards.py`).
Its cut lets nearly every harmless question pass: a member's own question that is refused by mistake is worse than
one more "chưa tìm thấy".
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from bot.chat.text import ABBREVIATIONS, clean, flat

WEIGHTS = Path(__file__).with_name("guards.json")
KINDS = ("others", "opinion", "abuse")
"""Why a question is refused."""

_WORD = re.compile(r"[^\W_]+(?:/[^\W_]+)?")
_TITLES = frozenset(
    "anh chị ông bà cô thầy chú bác em cụ cậu mợ dì thím bạn thằng con cái lão đ/c chí".split()
)
_BARE_TITLES = frozenset("anh chi ong ba co thay chu bac cu thang d/c".split())
"""Those that are few other words where no marks are typed; "chí" is that of "đồng chí"."""
_SURNAMES = frozenset(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ngo duong dinh ly trinh dao lam mai truong".split()
)
_GIVEN = frozenset(
    (
        "an anh bach bang bao bich binh cam chau chien chinh cong cuc cuong dao dat diep dinh duc dung duong "
        "duy duyen gia giang ha hai han hang hanh hao hau hien hiep hieu hoa hoai hoan hoang hong hue hung "
        "huong huu huy huyen khai khanh khoa khoi kien kieu kim ky lam lan lien linh loan loc loi long luan "
        "luc luong ly mai manh mau my nam nga ngan nghia ngoc nguyen nguyet nhan nhat nhi nhu nhung ninh oanh "
        "phong phu phuc phung phuong quan quang que quoc quy quyen quynh sam sang sinh son tai tam tan thach "
        "thai tham than thang thanh thao thien thin thinh tho thoa thom thu thuan thuat thuc thuong thuy tien "
        "tiep tinh toan tra trang tri trinh truc trung truong tu tuan tuat tue tung tuyen tuyet uyen viet vinh "
        "vuong vy xuan yen"
    ).split()
)
_OFFICES = frozenset(
    (
        "bi thu,pho bi,hieu truong,hieu pho,chu tich,chu nhiem,pho chu,giam doc,pho giam,truong ban,truong phong"
        ",truong khoa,truong thon,thuong truc,thuong vu,tong bi,cong an,cong nhan,cong chuc,sinh vien,quan nhan"
        ",thieu ta,trung ta,thuong ta,dai ta,thieu uy,trung uy,dai uy,thieu tuong,cap uy,chi uy,dang vien,me viet,ho"
    ).split(",")
)
"""What follows a title and is no name, though it may begin with a capital; by its first two words or its first."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Weights against "harmless", one for each of KINDS, and the chance of being harmless below which to refuse."""

    weights: Mapping[str, Sequence[float]]
    bias: Sequence[float]
    cut: float

    def odds(self, signs: Iterable[str]) -> tuple[float, tuple[float, ...]]:
        """The chance of being harmless, and the log odds of each of KINDS against it."""
        seen = list(signs)
        found = [self.weights[sign] for sign in seen if sign in self.weights]
        scale = scaled(len(seen))
        sums = tuple(bias + scale * sum(each[kind] for each in found) for kind, bias in enumerate(self.bias))
        return 1 / (1 + sum(map(math.exp, sums))), sums


def scaled(count: int) -> float:
    """What each of so many signs counts: a long question's words weigh less, one by one, than a short one's."""
    return 3 / math.sqrt(max(count, 1))


def signs(question: str) -> set[str]:
    """What the model looks at: words and pairs without marks, "^" and "$" at the ends, names as "#"."""
    cleaned = clean(question)
    typed = _WORD.findall(cleaned.lower() if cleaned.isupper() else cleaned)
    bare = [flat(word) for word in typed]
    marked = any(word.lower() != plain for word, plain in zip(typed, bare, strict=True))
    names = _names(typed, bare, marked)
    sure = {at for at in names if typed[at][:1].isupper()}
    found = _runs(bare, names if marked else sure)
    if names != sure and not marked:  # "co hoa" may be Ms Hoa or "có hoà": both readings are looked at
        found |= {sign for sign in _runs(bare, names) if "#" in sign}
    return found | ({"!"} if sure else set())


def _names(typed: Sequence[str], bare: Sequence[str], marked: bool) -> set[int]:
    """Where a person's name stands: after a title, or a surname and what follows it."""
    titles = _TITLES if marked else _BARE_TITLES
    found: set[int] = set()
    for at in range(1, len(bare)):
        before = typed[at - 1].lower()
        if not _OFFICES.isdisjoint((bare[at], " ".join(bare[at : at + 2]))):
            continue
        if typed[at][:1].isupper():
            surname = bare[at - 1] in _SURNAMES and typed[at - 1][:1].isupper()
            if before in _TITLES or bare[at - 1] in _BARE_TITLES or at - 1 in found or surname:
                found.add(at)
        elif (before in titles and bare[at] in _GIVEN) or (
            bare[at - 1] in ("van", "thi") and at > 1 and bare[at - 2] in _SURNAMES
        ):
            found.add(at)
    return found


def _runs(bare: Sequence[str], names: set[int]) -> set[str]:
    read = ["^"]
    for at, word in enumerate(bare):
        if at not in names:
            read += "0" if word.isdigit() else ABBREVIATIONS.get(word, word).split()
        elif read[-1] != "#":
            read.append("#")
    read.append("$")
    return {*read[1:-1], *map(" ".join, pairwise(read))}


@lru_cache(maxsize=1)
def shipped() -> Guard:
    """The guard in `guards.json`."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Guard(stored["weights"], stored["bias"], stored["cut"])


def refused(question: str) -> str:
    """Why a question is not looked up: "empty", or one of KINDS; "" when it may be."""
    if not re.search("[a-z0-9]", flat(clean(question))):
        return "empty"
    guard = shipped()
    harmless, sums = guard.odds(signs(question))
    return "" if harmless >= guard.cut else KINDS[sums.index(max(sums))]
