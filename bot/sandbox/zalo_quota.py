"""What an Official Account's messages cost on the turned clock: free, from the package, for money, or not at all."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import clock
from bot.sandbox.world import Json, Person

FREE_MS = 48 * 3600 * 1000
WINDOW_MS = 7 * 24 * 3600 * 1000
UPLOADS_A_MONTH = 5000


class Spent(Exception):
    """No money and no package is left (-211)."""


@dataclass(slots=True)
class Ledger:
    """Keeps the books of one account. The switches say how generous Zalo is."""

    switches: Json
    books: Json = field(default_factory=lambda: {"free": 0, "package": 0, "paid": 0, "closed": 0, "spent": 0})
    """Messages by how they were paid for; "closed": refused with -230; "spent": đồng."""
    uploads: int = 0
    _month: str = ""
    _used: int = 0
    _answered: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By person: the interaction that free messages are counted from, and how many went."""

    def _turn(self, now_ms: int) -> datetime:
        here = clock.from_ms(now_ms).astimezone(clock.VIETNAM)
        month = here.strftime("%Y-%m")
        if month != self._month:
            self._month, self._used, self.uploads = month, 0, 0
        return here

    def left(self, now_ms: int) -> int:
        """Messages of this month's package that are left."""
        self._turn(now_ms)
        return max(0, int(self.switches["package"]) - self._used)

    def upload(self, now_ms: int) -> None:
        """Counts an upload. Raises Spent over the month's limit."""
        self._turn(now_ms)
        if self.switches["limits"] and self.uploads >= UPLOADS_A_MONTH:
            raise Spent
        self.uploads += 1

    def free_left(self, person: Person) -> tuple[int | None, int | None]:
        """(free messages left of an interaction, how many it gives); None: as many as one likes."""
        total = int(self.switches["free_messages"])
        since, sent = self._answered.get(person.user_id, (0, 0))
        if not total:
            return None, None
        return max(0, total - (sent if since == (person.last_interaction or 0) else 0)), total

    def charge(self, person: Person, now_ms: int, owner: str) -> Json:
        """Books one message to a person; the answer's quota block. Raises Spent."""
        last = person.last_interaction or 0
        total = int(self.switches["free_messages"])
        since, sent = self._answered.get(person.user_id, (0, 0))
        if since != last:
            sent = 0
        if now_ms - last <= FREE_MS and (not total or sent < total):
            self._answered[person.user_id] = (last, sent + 1)
            self.books["free"] += 1
            counted = {"remain": str(total - sent - 1), "total": str(total)} if total else {}
            return _block("reply", counted, clock.from_ms(last + FREE_MS), owner)
        here = self._turn(now_ms)
        left = self.left(now_ms)
        if left:
            person.paid += 1
            self._used += 1
            self.books["package"] += 1
            counted = {"remain": str(left - 1), "total": str(self.switches["package"])}
            return _block("sub_quota", counted, _end_of_month(here), owner)
        if not self.switches["pays"]:
            raise Spent
        person.paid += 1
        self.books["paid"] += 1
        self.books["spent"] += int(self.switches["price"])
        return _block("purchase_quota", {"remain": "0", "total": "0"}, _end_of_month(here), owner)


def _end_of_month(here: datetime) -> datetime:
    after = (here.replace(day=28) + timedelta(days=4)).replace(day=1)
    return after.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(seconds=1)


def _block(kind: str, counted: Json, until: datetime, owner: str) -> Json:
    shown = until.astimezone(clock.VIETNAM).strftime("%H:%M:%S %d/%m/%Y")
    return {"quota_type": kind, **counted, "expired_date": shown, "owner_type": "OA", "owner_id": owner}
