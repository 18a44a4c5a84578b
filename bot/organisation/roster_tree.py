"""Which organisation a roster row means, and what the tree lacks for it."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Table, insert, select, update

from bot.i18n import _
from bot.organisation.models import Kind, Organisation, PersonRow, Role
from bot.organisation.queries import organisation_tree
from bot.organisation.roster_text import read_posts
from bot.organisation.rules import fold
from bot.store.ids import new_id
from bot.store.tables.organisation import organisation_links, organisations
from bot.store.tx import Tx


@dataclass(slots=True)
class Tree:
    """The tree of now with what a file adds to it, in memory; `stage` and `switch` store the difference."""

    nodes: dict[int, Organisation]
    existing: frozenset[int]
    renamed: set[int] = field(default_factory=set)
    relinked: set[int] = field(default_factory=set)
    _old: dict[int, Organisation] = field(default_factory=dict)
    _by_code: dict[str, int] = field(default_factory=dict)
    _by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _known: dict[tuple[str, str, tuple[str, ...]], int | None] = field(default_factory=dict)

    @staticmethod
    def load(tx: Tx) -> "Tree":
        """The tree of now, and codes of organisations that have ended (a code is never given twice)."""
        found = organisation_tree(tx)
        tree = Tree({each.id: each for each in found}, frozenset(each.id for each in found))
        tree._old = dict(tree.nodes)
        tree._by_code = {
            row.code: row.id for row in tx.rows(select(organisations.c.code, organisations.c.id))
        }
        for each in found:
            tree._by_name[fold(each.name)].append(each.id)
        return tree

    def branch(self, person: PersonRow) -> int | None:
        """The branch of a row, added when the tree lacks it; None when its name fits several."""
        key = (person.branch, person.branch_code, person.committees)
        if key not in self._known:
            self._known[key] = self._resolve(*key)
        return self._known[key]

    def _resolve(self, name: str, code: str, committees: tuple[str, ...]) -> int | None:
        parent: int | None = None
        for committee in committees:
            parent = self._committee(committee, parent)
        if code in self._by_code:
            found = self._by_code[code]
            if found not in self.nodes:
                return None  # the code of an organisation that has ended
            self._update(found, name, parent if committees else self.nodes[found].parent_id)
            return found
        same = self._by_name.get(fold(name), [])
        if committees:
            same = [each for each in same if self.nodes[each].parent_id == parent]
        if len(same) > 1:
            return None
        if same and not code:
            return same[0]
        if same and not _given(self.nodes[same[0]].code):
            self.nodes[same[0]] = _with(self.nodes[same[0]], code=code)
            self._by_code[code] = same[0]
            self.renamed.add(same[0])
            return same[0]
        if not committees:
            roots = [each.id for each in self.nodes.values() if each.kind is Kind.COMMITTEE]
            tops = [each for each in roots if self.nodes[each].parent_id is None]
            parent = tops[0] if len(tops) == 1 else None
        return self._add(name, code, Kind.BRANCH, parent)

    def _committee(self, name: str, parent: int | None) -> int:
        same = [
            each for each in self._by_name.get(fold(name), []) if self.nodes[each].kind is not Kind.BRANCH
        ]
        under = [each for each in same if self.nodes[each].parent_id == parent] if parent else same
        if under:
            return under[0]
        if len(same) == 1 and self.nodes[same[0]].parent_id is None and same[0] != self.root(parent):
            self._update(same[0], self.nodes[same[0]].name, parent)
            return same[0]
        return self._add(name, "", Kind.COMMITTEE, parent)

    def _add(self, name: str, code: str, kind: Kind, parent: int | None) -> int:
        new = Organisation(new_id(), code or self._free_code(name), name, kind, parent)
        self.nodes[new.id] = new
        self._by_code[new.code] = new.id
        self._by_name[fold(name)].append(new.id)
        return new.id

    def _update(self, node: int, name: str, parent: int | None) -> None:
        old = self.nodes[node]
        if old.name != name:
            self._by_name[fold(old.name)].remove(node)
            self._by_name[fold(name)].append(node)
            self.renamed.add(node)
        if old.parent_id != parent:
            self.relinked.add(node)
        self.nodes[node] = _with(old, name=name, parent_id=parent)

    def _free_code(self, name: str) -> str:
        stem = "~" + fold(name).replace(" ", "-")[:50]
        code, number = stem, 1
        while code in self._by_code:
            number += 1
            code = f"{stem}-{number}"
        return code

    def path(self, node: int) -> list[int]:
        """An organisation and all above it, the top last."""
        found = [node]
        while (parent := self.nodes[found[-1]].parent_id) is not None and parent not in found:
            found.append(parent)
        return found

    def root(self, node: int | None) -> int | None:
        """The top of the tree over an organisation."""
        return None if node is None else self.path(node)[-1]

    def posts(self, person: PersonRow, branch: int) -> tuple[set[tuple[Role, int]], str]:
        """The posts of a row as (role, organisation), and a remark where one names no known place."""
        path = self.path(branch)
        found: set[tuple[Role, int]] = set()
        remarks: list[str] = []
        for role, place in read_posts(person.posts)[0]:
            if place == "branch":
                found.add((role, branch))
            elif place == "parent":
                found.add((role, path[min(1, len(path) - 1)]))
            elif place == "root":
                found.add((role, path[-1]))
            else:
                named = [each for each in path if fold(self.nodes[each].name) == place]
                if named:
                    found.add((role, named[0]))
                else:
                    remarks.append(_("chưa rõ chức vụ thuộc tổ chức nào"))
        return found, "; ".join(remarks)

    @property
    def added(self) -> list[Organisation]:
        """What the file adds, parents first."""
        return [each for each in self.nodes.values() if each.id not in self.existing]

    def stage(self) -> Iterator[Callable[[Tx], Any]]:
        """Writes what is added, portion by portion, as something that begins in the far future."""
        added = self.added
        for start in range(0, len(added), _PORTION):
            rows = [
                {
                    "id": each.id,
                    "code": each.code,
                    "name": each.name,
                    "folded": fold(each.name),
                    "kind": each.kind.value,
                    "from_ms": FAR_MS,
                }
                for each in added[start : start + _PORTION]
            ]
            yield partial(_insert, organisations, rows)
        linked = [each for each in added if each.parent_id is not None]
        for start in range(0, len(linked), _PORTION):
            rows = [_link(each, FAR_MS) for each in linked[start : start + _PORTION]]
            yield partial(_insert, organisation_links, rows)

    def renamings(self) -> list[tuple[int, list[str], list[str]]]:
        """Organisations whose name or code changes: id, [name, code] before and after."""
        return [
            (
                node,
                [self._old[node].name, self._old[node].code],
                [self.nodes[node].name, self.nodes[node].code],
            )
            for node in sorted(self.renamed & self.existing)
        ]

    def switch(self, tx: Tx) -> None:
        """Lets what was staged begin, renames, moves. A moved organisation keeps the history of its links."""
        for table in (organisations, organisation_links):
            tx.run(update(table).where(table.c.from_ms == FAR_MS).values(from_ms=tx.now_ms))
        for node in self.renamed & self.existing:
            rename(tx, node, self.nodes[node].name, self.nodes[node].code)
        for node in self.relinked & self.existing:
            tx.run(
                update(organisation_links)
                .where(organisation_links.c.organisation_id == node, organisation_links.c.until_ms.is_(None))
                .values(until_ms=tx.now_ms)
            )
            if self.nodes[node].parent_id is not None:
                tx.run(insert(organisation_links).values(**_link(self.nodes[node], tx.now_ms)))


FAR_MS = 1 << 50
"""When an organisation begins that an import has staged: never, until the switch says when."""
_PORTION = 50


def rename(tx: Tx, node: int, name: str, code: str) -> None:
    """Gives an organisation another name and code."""
    tx.run(
        update(organisations)
        .where(organisations.c.id == node)
        .values(name=name, folded=fold(name), code=code)
    )


def _insert(table: Table, rows: list[dict[str, Any]], tx: Tx) -> None:
    tx.run(insert(table), rows)


def _link(each: Organisation, from_ms: int) -> dict[str, Any]:
    return {"id": new_id(), "organisation_id": each.id, "parent_id": each.parent_id, "from_ms": from_ms}


def _given(code: str) -> bool:
    """Whether a code came from a person; those we make up begin with a tilde."""
    return not code.startswith("~")


def _with(
    each: Organisation, *, name: str | None = None, code: str | None = None, parent_id: int | None = -1
) -> Organisation:
    parent = each.parent_id if parent_id == -1 else parent_id
    return Organisation(each.id, code or each.code, name or each.name, each.kind, parent)
