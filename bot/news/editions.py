"""The digest of a day before it is anybody's own: whose edition a branch reads, and what is in it."""

import json
from datetime import date, timedelta

from bot.news import queries
from bot.news.models import Edition, Habit, Topic
from bot.news.rules import ranked
from bot.organisation import queries as people
from bot.organisation.models import Organisation
from bot.store.tables.news import digest_days
from bot.store.tx import Tx
from bot.store.upsert import insert

KEPT = 60
"""Stories an edition holds: more than a digest shows, since topics and units choose among them."""


class Editions:
    """The editions of one day, for one unit of work. `defaults` is the habit where no level has its own, `units`
    the tree where it has been read already.

    A unit has an edition of its own when it has settings, or its editors did something about this day; all
    others read that of the nearest level above. What editors of the levels above did holds below, too; where
    both say something of a story, the nearer one is followed.
    """

    def __init__(self, tx: Tx, day: date, defaults: Habit, units: list[Organisation] | None = None) -> None:
        self._tx = tx
        self.day = day
        self._defaults = defaults
        self.units = people.organisation_tree(tx) if units is None else units
        self._parents = {unit.id: unit.parent_id for unit in self.units}
        self._habits = queries.habits(tx)
        self._days = queries.days(tx, day)
        self._before = queries.days(tx, day - timedelta(days=1))
        self._edits = queries.edits(tx, day)
        self._own = self._habits.keys() | self._days.keys() | self._edits.keys()
        self._made: dict[int, Edition] = {}
        self._paths: dict[int, list[int]] = {}
        self._lived: dict[int, Habit] = {}

    @property
    def root(self) -> int | None:
        """The top organisation; None before any roster."""
        return self.units[0].id if self.units else None

    @property
    def minutes(self) -> set[int]:
        """The hours (minutes of the day) of whoever has not chosen their own."""
        return {
            self._defaults.minute,
            *(each.minute for each in self._habits.values() if each.minute is not None),
        }

    def knows(self, unit_id: int) -> bool:
        """Whether there is such a unit now."""
        return unit_id in self._parents

    def path(self, unit_id: int) -> list[int]:
        """A unit and all above it, itself first."""
        if unit_id not in self._paths:
            found = [unit_id]
            while (parent := self._parents.get(found[-1])) is not None and parent not in found:
                found.append(parent)
            self._paths[unit_id] = found
        return self._paths[unit_id]

    def read_by(self, unit_id: int) -> int:
        """Whose edition this unit's members read."""
        path = self.path(unit_id)
        return next((each for each in path if each in self._own), path[-1])

    def habit(self, unit_id: int) -> Habit:
        """A unit's habit, with what it has from above."""
        if unit_id not in self._lived:
            self._lived[unit_id] = self._habit(unit_id)
        return self._lived[unit_id]

    def _habit(self, unit_id: int) -> Habit:
        chosen = [self._habits[each] for each in self.path(unit_id) if each in self._habits]

        def first(values: list[int | None], default: int) -> int:
            return next((value for value in values if value is not None), default)

        return Habit(
            first([each.minute for each in chosen], self._defaults.minute),
            first([each.preview_minute for each in chosen], self._defaults.preview_minute),
            next((each.silence for each in chosen if each.silence), self._defaults.silence),
        )

    def edition(self, unit_id: int) -> Edition:
        """A unit's edition: as it went out, else as it would go out now."""
        if unit_id not in self._made:
            self._made[unit_id] = self._make(unit_id)
        return self._made[unit_id]

    def _make(self, unit_id: int) -> Edition:
        path = self.path(unit_id)
        mine = [self._days[each] for each in reversed(path) if each in self._days]
        said: dict[int, int | None] = {}
        for each in reversed(path):
            said |= self._edits.get(each, {})
        dropped = {story for story, place in said.items() if place is None}
        pins = sorted(
            (story for story, place in said.items() if place is not None), key=lambda s: (said[s] or 0, s)
        )
        own = self._days.get(unit_id)
        if own is not None and own.frozen is not None:
            found = [each for each in queries.by_ids(self._tx, own.frozen) if each.id not in dropped]
        else:
            found = ranked(
                (
                    story
                    for story in queries.fresh(self._tx, self._known_before(path), pins)
                    if story.id not in dropped
                ),
                pins,
            )
        states = {each.state for each in mine}
        silence = self.habit(unit_id).silence
        return Edition(
            unit_id,
            self.day,
            tuple(found[:KEPT]),
            frozenset(pins),
            tuple(each.line for each in mine if each.line),
            "held" not in states and (silence == "send" or "approved" in states),
        )

    def _known_before(self, path: list[int]) -> int:
        """When the day before's edition went out, the unit's own or the nearest above: what was known by then.

        It is not told again.
        """
        frozen = (self._before[each].frozen_ms for each in path if each in self._before)
        return next((each for each in frozen if each), 0)

    def freeze(self, unit_id: int) -> None:
        """Keeps an edition as it goes out now, so that everybody gets the same, and can look it up."""
        own = self._days.get(unit_id)
        if own is not None and own.frozen is not None:
            return
        words = json.dumps([story.id for story in self.edition(unit_id).stories])
        values = {"frozen": words, "frozen_ms": self._tx.now_ms}
        self._tx.run(
            insert(self._tx.conn, digest_days)
            .values(day=self.day.isoformat(), unit_id=unit_id, line="", **values)
            .on_conflict_do_update(index_elements=["day", "unit_id"], set_=values)
        )

    def public(self) -> Edition | None:
        """What of the top's edition is for everybody: the university's and the city's news, nothing of the Party's."""
        if self.root is None:
            return None
        whole = self.edition(self.root)
        mine = [
            story
            for story in whole.stories
            if story.public and story.unit_id is None and story.topic not in (Topic.PARTY, Topic.NOTICE)
        ]
        return Edition(whole.unit_id, whole.day, tuple(mine), frozenset(), (), whole.goes)
