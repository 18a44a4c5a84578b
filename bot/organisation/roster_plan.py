"""Comparing a roster with the database: what importing it would do, row by row. Writes nothing."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import func, select

from bot.i18n import _, percent
from bot.organisation.models import (
    Change,
    ImportReport,
    MembershipKind,
    NotAllowed,
    PersonRow,
    ReportRow,
    Role,
    Roster,
    RowProblem,
    Standing,
    Verb,
)
from bot.organisation.personal import were_erased
from bot.organisation.queries import holds, present, scope
from bot.organisation.roster_check import Problems, count, where
from bot.organisation.roster_tree import Tree
from bot.organisation.rules import display_name, fold, is_member
from bot.organisation.verification import birth_hash, dossier_hash
from bot.store.ids import new_ids
from bot.store.tables.organisation import APPLIED, APPLYING, appointments, imports, members
from bot.store.tx import Tx
from bot.store.vault import Vault

MAX_LOSS = 0.2
"""An import after which more than this share of the members it covers would be gone is stopped."""

SEALED = ("full_name", "birth_date", "phone", "card_number", "joined_on", "official_on")


class Record(NamedTuple):
    """What is held of a member, opened."""

    branch_id: int
    full_name: str
    birth_date: str | None
    phone: str | None
    card_number: str | None
    joined_on: str | None
    official_on: str | None
    cccd_hash: str | None
    """Hexadecimal."""
    cccd_last4: str | None
    kind: str
    standing: str
    missing_since_ms: int | None
    dossier_hash: str | None = None
    """Hexadecimal. The last, with a default: what an import before this column changed can be undone as well."""


@dataclass(slots=True)
class Plan:
    """What applying would write."""

    report: ImportReport
    tree: Tree
    inserts: dict[int, Record] = field(default_factory=dict)
    updates: dict[int, tuple[Record, Record]] = field(default_factory=dict)
    """Before and after."""
    ended: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    posts_new: list[tuple[int, Role, int]] = field(default_factory=list)
    posts_ended: list[int] = field(default_factory=list)
    base: tuple[Any, ...] = ()
    """The newest import this was compared with: applying is right only on top of it."""


class Planner:
    """Goes through the people once and notes what each needs."""

    def __init__(
        self, tx: Tx, roster: Roster, by: int | None, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self._tx = tx
        self._vault = tx.vault
        self._roster = roster
        self._by = by
        self._progress = progress
        self._problems = Problems(roster)
        self._erased = were_erased(tx, roster.people)
        self._tree = Tree.load(tx)
        self._rows = {row.id: row for row in tx.rows(select(members).where(present()))}
        self._by_card: dict[bytes, int] = {
            row.card_hash: row.id for row in self._rows.values() if row.card_hash
        }
        self._by_cccd: dict[bytes, int] = {
            row.cccd_hash: row.id for row in self._rows.values() if row.cccd_hash
        }
        self._by_dossier: dict[bytes, int] = {
            row.dossier_hash: row.id for row in self._rows.values() if row.dossier_hash
        }
        self._by_person: dict[tuple[int, bytes], list[int]] = defaultdict(list)
        for row in self._rows.values():
            self._by_person[row.branch_id, row.person_hash].append(row.id)
        self._filled = {row.branch_id for row in self._rows.values()}
        self._posts: dict[int, list[Any]] = defaultdict(list)
        current = holds(appointments.c.from_ms, appointments.c.until_ms, tx.now_ms)
        for row in tx.rows(select(appointments).where(current)):
            self._posts[row.member_id].append(row)
        self._plan = Plan(ImportReport((), roster.left_out), self._tree, base=base_of(tx))
        self._taken: dict[int, PersonRow] = {}
        self._touched: set[int] = set()
        self._ids = iter(new_ids(len(roster.people)))  # one by one they take a fifth of the comparison

    def plan(self) -> Plan:
        """The whole comparison."""
        lines: list[ReportRow] = []
        for place, person in enumerate(self._roster.people):
            if self._progress is not None and place % 2000 == 0:
                self._progress(place, len(self._roster.people))
            lines.append(self._person(person))
        covered = {branch for branch in map(self._tree.branch, self._roster.people) if branch is not None}
        here = [
            row
            for row in self._rows.values()
            if row.branch_id in covered and is_member(Standing(row.standing))
        ]
        self._plan.missing = [
            row.id for row in here if row.id not in self._taken and row.missing_since_ms is None
        ]
        self._check_rights(covered)
        for member_id in self._plan.missing:
            row = self._rows[member_id]
            name = self._vault.open("members.full_name", member_id, row.full_name)
            reason = _("{name}: không có trong tệp này; giữ lại và đánh dấu", name=name)
            lines.append(ReportRow(None, None, Change.LEFT, reason))
        losses = len(self._plan.missing) + len(self._plan.ended)
        stopped = ""
        if here and losses / len(here) > MAX_LOSS:
            stopped = _(
                "Dừng lại: {share} đảng viên của các chi bộ này sẽ bị coi là đã rời. "
                "Mời đồng chí kiểm tra tệp có thiếu người không.",
                share=percent(losses, len(here)),
            )
        self._plan.report = ImportReport(
            tuple(lines),
            self._roster.left_out,
            tuple(each.name for each in self._tree.added),
            stopped,
            None,
            count(lines),
            self._roster.notes,
            self._roster.converted,
        )
        return self._plan

    def _person(self, person: PersonRow) -> ReportRow:
        branch = self._tree.branch(person) if person.branch else None
        if branch is None:
            if person.branch:
                self._hold(
                    person, _("có nhiều tổ chức tên “{name}”, cần thêm mã", name=person.branch), error=True
                )
            return self._problems.row(person, Change.NONE)
        member_id = self._match(person, branch)
        if member_id is not None and member_id not in self._taken:
            self._taken[member_id] = person
        elif member_id is not None:
            twin = self._taken[member_id]
            self._hold(person, _("trùng người với dòng {row} ({sheet})", row=twin.row, sheet=twin.sheet))
        if member_id is None and person in self._erased:
            self._hold(person, _("đã xóa dữ liệu theo yêu cầu; chỉ nhập lại khi người đó đồng ý"))
        if self._problems.held(person):
            return self._problems.row(person, Change.NONE)
        if member_id is None:
            return self._new(person, branch)
        return self._known(person, branch, member_id)

    def _hold(self, person: PersonRow, reason: str, *, error: bool = False) -> None:
        self._problems.add([RowProblem(*where(person), not error, reason, held=True)])

    def _match(self, person: PersonRow, branch: int) -> int | None:
        """The member a row means: by card, else citizen's or dossier number, else name and birth in the branch."""
        by_card = by_cccd = by_dossier = None
        if person.card_number and self._by_card:
            by_card = self._by_card.get(self._vault.hash("members.card_number", person.card_number))
        if person.cccd and self._by_cccd:
            by_cccd = self._by_cccd.get(self._vault.hash("members.cccd", person.cccd))
        if person.dossier and self._by_dossier:
            by_dossier = self._by_dossier.get(dossier_hash(self._vault, person.dossier))
        numbered = {each for each in (by_card, by_cccd, by_dossier) if each is not None}
        if len(numbered) > 1:
            self._hold(person, _("số thẻ, số CCCD, số lý lịch thuộc những người khác nhau"))
            return None
        for found in numbered:
            row = self._rows[found]
            name = self._vault.open("members.full_name", found, row.full_name)
            birth = row.birth_date and self._vault.open("members.birth_date", found, row.birth_date)
            if fold(name) != fold(person.full_name) and person.birth and birth and person.birth != birth:
                self._hold(person, _("số thẻ, số CCCD hoặc số lý lịch đang là của người khác"))
            return found
        if not person.birth or branch not in self._filled:
            return None
        same = self._by_person.get((branch, _person_hash(self._vault, person.full_name, person.birth)), [])
        if len(same) > 1:
            self._hold(person, _("có nhiều người cùng họ tên, ngày sinh trong chi bộ, cần số thẻ"))
            return None
        return same[0] if same else None

    def _new(self, person: PersonRow, branch: int) -> ReportRow:
        standing = person.standing or Standing.ACTIVE
        if not is_member(standing):  # somebody we never held, and need not
            return self._problems.row(person, Change.LEFT)
        member_id = next(self._ids)
        self._plan.inserts[member_id] = self._record(person, branch, None)
        self._compare_posts(person, branch, member_id)
        return self._problems.row(person, Change.NEW)

    def _known(self, person: PersonRow, branch: int, member_id: int) -> ReportRow:
        old = self._open(member_id)
        new = self._record(person, branch, old)
        self._touched.add(old.branch_id)
        fields: list[str] = []
        if new != old:
            self._plan.updates[member_id] = (old, new)
            fields = [label for name, label in _labels().items() if getattr(old, name) != getattr(new, name)]
        if not is_member(Standing(new.standing)):
            if is_member(Standing(old.standing)):
                self._plan.ended.append(member_id)
                return self._problems.row(person, Change.LEFT)
            return self._problems.row(person, Change.SAME)
        if self._compare_posts(person, branch, member_id):
            fields.append(_("chức vụ Đảng"))
        remark = _("đổi: {fields}", fields=", ".join(fields)) if fields else ""
        if old.branch_id != new.branch_id:
            before = self._tree.nodes.get(old.branch_id)
            moved = _("chuyển từ {branch}", branch=before.name if before else "–")
            return self._problems.row(person, Change.MOVED, "; ".join(filter(None, [moved, remark])))
        return self._problems.row(person, Change.CHANGED if fields else Change.SAME, remark)

    def _record(self, person: PersonRow, branch: int, old: Record | None) -> Record:
        """The member after the import: what the row says, and where it is silent what was known."""
        joined, official = person.joined_on, person.official_on
        cccd = self._vault.hash("members.cccd", person.cccd).hex() if person.cccd else None
        dossier = dossier_hash(self._vault, person.dossier).hex() if person.dossier else None
        membership = person.membership or (MembershipKind(old.kind) if old else MembershipKind.OFFICIAL)
        standing = person.standing or (Standing(old.standing) if old else Standing.ACTIVE)
        return Record(
            branch,
            display_name(person.full_name),
            person.birth or (old.birth_date if old else None),
            person.phone or (old.phone if old else None),
            person.card_number or (old.card_number if old else None),
            joined.isoformat() if joined else old.joined_on if old else None,
            official.isoformat() if official else old.official_on if old else None,
            cccd or (old.cccd_hash if old else None),
            person.cccd[-4:] if person.cccd else old.cccd_last4 if old else None,
            membership.value,
            standing.value,
            None,
            dossier or (old.dossier_hash if old else None),
        )

    def _open(self, member_id: int) -> Record:
        row = self._rows[member_id]
        opened: dict[str, Any] = {
            name: None
            if (sealed := getattr(row, name)) is None
            else self._vault.open(f"members.{name}", member_id, sealed)
            for name in SEALED
        }
        return Record(
            branch_id=row.branch_id,
            cccd_hash=row.cccd_hash and row.cccd_hash.hex(),
            dossier_hash=row.dossier_hash and row.dossier_hash.hex(),
            missing_since_ms=row.missing_since_ms,
            cccd_last4=row.cccd_last4,
            kind=row.kind,
            standing=row.standing,
            **opened,
        )

    def _compare_posts(self, person: PersonRow, branch: int, member_id: int) -> bool:
        """Notes posts to begin and to end; only what a roster gave is ended by one."""
        held = self._posts.get(member_id, ())
        if not held and not person.posts:
            return False
        if "posts" in self._roster.columns:
            wanted, remark = self._tree.posts(person, branch)
            if remark:
                self._problems.add([RowProblem(*where(person), True, remark)])
        else:  # the file is silent on posts; who moves does not take along a post in the old branch
            old = self._rows[member_id].branch_id if member_id in self._rows else branch
            wanted = {
                (Role(row.role), row.organisation_id)
                for row in held
                if old == branch or row.organisation_id != old
            }
        have = {(Role(row.role), row.organisation_id) for row in held}
        begin = [(member_id, role, place) for role, place in wanted - have]
        end = [row for row in held if row.imported and (Role(row.role), row.organisation_id) not in wanted]
        self._plan.posts_new += begin
        self._plan.posts_ended += [row.id for row in end]
        self._touched |= {place for _member, _role, place in begin} | {row.organisation_id for row in end}
        return bool(begin or end)

    def _check_rights(self, covered: set[int]) -> None:
        """A member imports only within their own part of the tree, posts that the file gives included."""
        if self._by is None:
            return
        over = scope(self._tx, self._by, Verb.IMPORT_ROSTER)
        changed = self._tree.renamed | self._tree.relinked
        for node in self._touched | covered | changed | {each.id for each in self._tree.added}:
            path = self._tree.path(node) if node in self._tree.nodes else [node]
            known = next((each for each in path if each in self._tree.existing), None)
            if known not in over:
                raise NotAllowed("import_roster")


def base_of(tx: Tx) -> tuple[Any, ...]:
    """What tells whether the roster has been imported or an import undone since."""
    found = select(func.max(imports.c.id), func.count()).where(imports.c.state.in_((APPLIED, APPLYING)))
    return tuple(tx.rows(found)[0])


def _labels() -> dict[str, str]:
    return {
        "full_name": _("họ và tên"),
        "birth_date": _("ngày sinh"),
        "phone": _("số điện thoại"),
        "card_number": _("số thẻ"),
        "joined_on": _("ngày kết nạp"),
        "official_on": _("ngày chính thức"),
        "cccd_hash": _("số CCCD"),
        "dossier_hash": _("số lý lịch"),
        "kind": _("loại đảng viên"),
        "standing": _("trạng thái"),
    }


def _person_hash(vault: Vault, full_name: str, birth: str | None) -> bytes:
    return vault.hash("members.person", f"{fold(full_name)}|{birth or ''}")


_sealed = attrgetter(*SEALED)


def columns_of(vault: Vault, member_id: int, record: Record) -> dict[str, Any]:
    """A member's row: sealed, with the hashes it is found by."""
    return {
        **vault.seal_row("members", member_id, dict(zip(SEALED, _sealed(record), strict=True))),
        "branch_id": record.branch_id,
        "card_hash": record.card_number and vault.hash("members.card_number", record.card_number),
        "phone_hash": record.phone and vault.hash("members.phone", record.phone),
        "cccd_hash": record.cccd_hash and bytes.fromhex(record.cccd_hash),
        "cccd_last4": record.cccd_last4,
        "dossier_hash": record.dossier_hash and bytes.fromhex(record.dossier_hash),
        "birth_hash": record.birth_date and birth_hash(vault, member_id, record.birth_date),
        "person_hash": _person_hash(vault, record.full_name, record.birth_date),
        "kind": record.kind,
        "standing": record.standing,
        "missing_since_ms": record.missing_since_ms,
    }
