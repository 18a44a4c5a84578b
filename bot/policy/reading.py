"""Reads what officers hand in as text: Markdown with front matter, question-and-answer files, lists of rules."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from bot.i18n import _
from bot.policy.models import Document, Entry, Source
from bot.policy.tree import Line, split

_MARKS = re.compile(r"^#+\s*|\*\*|__|^>\s?")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class Unreadable(Exception):
    """The file cannot be used. The text is for the person who sent it."""


def day(text: str) -> date:
    """A date as "2026-02-03" or "3/2/2026". Raises ValueError."""
    if found := _DATE.fullmatch(text.strip()):
        return date(int(found[3]), int(found[2]), int(found[1]))
    return date.fromisoformat(text.strip())


def read_day(text: str) -> date:
    """As `day`. Raises Unreadable."""
    try:
        return day(text)
    except ValueError:
        raise Unreadable(
            _("“{day}” không có trong lịch, hoặc chưa ghi như 3/2/2026.", day=text.strip()[:40])
        ) from None


def listed(text: str) -> tuple[str, ...]:
    """Numbers set apart by semicolons."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields between the two "---" lines at the start, and the rest."""
    text = text.lstrip("\ufeff")
    if not text.startswith("---"):
        return {}, text
    head, _mark, body = text[3:].partition("\n---")
    fields = {}
    for line in head.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields[name.strip().lower()] = value.strip().strip('"')
    return fields, body


def document(fields: dict[str, str]) -> Document:
    """A document from its fields. Raises Unreadable naming the field that is missing or cannot be."""
    missing = [name for name in ("number", "title", "issuer", "issued") if not fields.get(name)]
    if missing:
        options = " ".join(f"--{name}" for name in missing)
        raise Unreadable(_("Tệp không nói đủ về mình. Hãy cho thêm: {options}", options=options))

    def optional(name: str) -> date | None:
        return read_day(fields[name]) if fields.get(name) else None

    return Document(
        number=fields["number"],
        title=fields["title"],
        issuer=fields["issuer"],
        issued_on=read_day(fields["issued"]),
        in_force_from=optional("from"),
        in_force_until=optional("until"),
        replaces=listed(fields.get("replaces", "")),
        replaced_by=fields.get("replaced_by", ""),
        link=fields.get("link", ""),
        sample=fields.get("sample", "") in ("yes", "có", "true"),
    )


def markdown_lines(body: str) -> list[Line]:
    """The lines of Markdown without its marks and comments."""
    plain = _LINK.sub(r"\1", _COMMENT.sub("", body))
    return [Line(_MARKS.sub("", line.strip())) for line in plain.splitlines()]


def read_markdown(text: str) -> Source:
    """A document with front matter. Raises Unreadable."""
    fields, body = front_matter(text)
    return Source(document(fields), tuple(split(markdown_lines(body))))


_FIELDS = {"hỏi": "q", "hoặc": "v", "chủ đề": "topic", "căn cứ": "rule", "nêu": "ref", "đáp": "a"}


def read_entries(text: str, *, sample: bool = False) -> list[Entry]:
    """Entries as blocks of "Hỏi: … / Hoặc: … / Căn cứ: … / Nêu: … / Chủ đề: … / Đáp: …" set apart by blank lines.

    Raises Unreadable naming the line of the block.
    """
    found = []
    at = 1
    for block in re.split(r"\n[ \t]*\n", text.lstrip("\ufeff")):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        given: dict[str, list[str]] = {}
        last = ""
        for line in lines:
            name, colon, value = line.partition(":")
            field = _FIELDS.get(name.strip().lower()) if colon else None
            if field:
                given.setdefault(field, []).append(value.strip())
                last = field
            elif last:
                given[last][-1] += f"\n{line.strip()}"
        if lines:
            if len(given.get("q", [])) != 1 or not given.get("a"):
                raise Unreadable(
                    _("Khối ở dòng {line} thiếu “Hỏi:” hoặc “Đáp:”: {words}", line=at, words=lines[0][:60])
                )
            topic = given.get("topic", [""])[0]
            entry = Entry(
                question=given["q"][0],
                answer="\n".join(given["a"]),
                variants=tuple(given.get("v", ())),
                rule=given.get("rule", [""])[0],
                reference=given.get("ref", [""])[0],
                topic=int(topic) if topic.isdigit() else None,
                sample=sample,
            )
            found.append(entry)
        at += block.count("\n") + 2
    return found


def read_rules(lines: Iterable[str], *, sample: bool = False) -> list[Source]:
    """Rules that are known by name only: number, date (may be empty), issuer, title, in force from, replaces, with
    tabs between."""
    found = []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        number, issued, issuer, title, since, replaces = (*line.rstrip("\n").split("\t"), "", "")[:6]
        try:
            known = Document(
                number,
                title,
                issuer,
                day(issued) if issued else None,
                day(since) if since else None,
                replaces=listed(replaces),
                sample=sample,
            )
        except ValueError as error:
            raise Unreadable(f"{number}: {error}") from None
        found.append(Source(known))
    return found


SAMPLE = Path(__file__).parents[1] / "sample" / "policy"


def sample() -> tuple[list[Source], list[Entry]]:
    """The sample corpus: documents of our own making, the rules its entries name, the entries."""
    sources = read_rules((SAMPLE / "rules.tsv").read_text(encoding="utf-8").splitlines())
    sources += [read_markdown(path.read_text(encoding="utf-8")) for path in sorted(SAMPLE.glob("*.md"))]
    entries = read_entries((SAMPLE / "entries.txt").read_text(encoding="utf-8"), sample=True)
    return sources, entries
