"""What can be said of a roster file without a database, and the report that every import gives."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from bot.i18n import _
from bot.organisation.models import Change, ImportReport, PersonRow, ReportRow, Roster, RowProblem, Standing
from bot.organisation.rules import fold, is_member

RowKey = tuple[str, int]


def where(person: PersonRow) -> RowKey:
    """Sheet and row of a person."""
    return person.sheet, person.row


def duplicates(people: Iterable[PersonRow]) -> list[RowProblem]:
    """People who are in the file twice, by card, citizen's number, dossier, phone, or name and birth in a branch.

    Of two rows for the same person the later is held; where one number belongs to different people both
    are, because nobody can tell whose it is. A shared phone is only pointed out.
    """
    listed = list(people)
    problems: list[RowProblem] = []

    def by(
        key: Callable[[PersonRow], object | None], what: Callable[[PersonRow], str], *, hold: bool = True
    ) -> None:
        first: dict[object, PersonRow] = {}
        groups: dict[object, list[PersonRow]] = {}
        for person in listed:
            if (value := key(person)) is None:
                continue
            if value in first:
                groups.setdefault(value, [first[value]]).append(person)
            else:
                first[value] = person
        for group in groups.values():
            home = next((p for p in group if p.standing is not Standing.VISITING), group[0])
            same = len({(fold(p.full_name), p.birth) for p in group}) == 1
            for person in group:
                other = home if person is not home else next(p for p in group if p is not home)
                problems.append(
                    RowProblem(*where(person), True, what(other), hold and not (same and person is home))
                )

    by(
        lambda p: p.card_number,
        lambda p: _("trùng số thẻ với dòng {row} ({sheet})", row=p.row, sheet=p.sheet),
    )
    by(lambda p: p.cccd, lambda p: _("trùng số CCCD với dòng {row} ({sheet})", row=p.row, sheet=p.sheet))
    by(
        lambda p: p.dossier,
        lambda p: _("trùng số lý lịch với dòng {row} ({sheet})", row=p.row, sheet=p.sheet),
    )
    by(
        lambda p: p.phone,
        lambda p: _("trùng số điện thoại với dòng {row} ({sheet})", row=p.row, sheet=p.sheet),
        hold=False,
    )
    by(
        lambda p: (fold(p.full_name), p.birth, fold(p.branch), p.branch_code) if p.birth else None,
        lambda p: _("trùng họ tên, ngày sinh với dòng {row} ({sheet})", row=p.row, sheet=p.sheet),
    )
    return problems


class Problems:
    """The problems of a file by row."""

    def __init__(self, roster: Roster) -> None:
        self._by_row: dict[RowKey, list[RowProblem]] = defaultdict(list)
        self.add(roster.problems)
        self.add(duplicates(roster.people))

    def add(self, problems: Iterable[RowProblem]) -> None:
        """Takes in more."""
        for problem in problems:
            self._by_row[problem.sheet, problem.row].append(problem)

    def held(self, person: PersonRow) -> bool:
        """Whether this row must not be applied."""
        return any(problem.held for problem in self._by_row.get(where(person), ()))

    def row(self, person: PersonRow, change: Change, remark: str = "") -> ReportRow:
        """The person's line in the report."""
        problems = self._by_row.get(where(person))
        if problems is None:
            return ReportRow(person.sheet, person.row, change, remark, person=person)
        return ReportRow(
            *where(person),
            change=Change.NONE if any(problem.held for problem in problems) else change,
            reason="; ".join(dict.fromkeys(filter(None, [*(p.reason for p in problems), remark]))),
            suspicious=any(problem.suspicious for problem in problems),
            error=any(not problem.suspicious for problem in problems),
            person=person,
        )


def count(rows: Iterable[ReportRow]) -> dict[str, int]:
    """The report's counts; a row counts as what it changes and, apart from that, as suspicious or error."""
    found = {"members": 0, "new": 0, "changed": 0, "moved": 0, "left": 0, "suspicious": 0, "errors": 0}
    for row in rows:
        found["members"] += row.person is not None
        found["suspicious"] += row.suspicious
        found["errors"] += row.error
        if row.change in found:
            found[row.change] += 1
    return found


def check(roster: Roster) -> ImportReport:
    """The dry run without a database: everybody in the file is new, and problems are those of the file."""
    problems = Problems(roster)
    rows = tuple(
        problems.row(person, Change.LEFT if _has_left(person) else Change.NEW) for person in roster.people
    )
    return ImportReport(
        rows, roster.left_out, counts=count(rows), notes=roster.notes, converted=roster.converted
    )


def _has_left(person: PersonRow) -> bool:
    return person.standing is not None and not is_member(person.standing)


def report_as_json(report: ImportReport) -> dict[str, object]:
    """The report as one object of plain values, with every person as read."""
    return {
        **report.counts,
        "applied": report.import_id is not None,
        "stopped": report.stopped,
        "left_out": list(report.left_out),
        "notes": list(report.notes),
        "converted": [
            {
                "sheet": each.sheet,
                "column": each.column,
                "code": each.code,
                "before": each.before,
                "after": each.after,
            }
            for each in report.converted
        ],
        "new_organisations": list(report.new_organisations),
        "rows": [
            {
                "sheet": row.sheet,
                "row": row.row,
                "kind": row.kind,
                "change": str(row.change),
                "reason": row.reason,
                "full_name": person.full_name if (person := row.person) else None,
                "birth_date": person.birth_date.isoformat() if person and person.birth_date else None,
                "card_number": person.card_number if person else None,
                "branch": person.branch if person else None,
            }
            for row in report.rows
        ],
    }
