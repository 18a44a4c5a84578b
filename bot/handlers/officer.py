"""Officers and secretaries ask how a directive stands, over their own part of the tree."""

import re
from collections.abc import Callable
from dataclasses import astuple

from bot.chat.choices import pack
from bot.chat.events import Commanded, Event, JobDone
from bot.chat.replies import Choice, File, Say
from bot.chat.router import Replies, Router
from bot.chat.text import fold
from bot.delivery import window
from bot.delivery.window import Bill, Tariff
from bot.directives import checking, knocking, queries, texts, texts_checks
from bot.directives.models import Directive, MakeTable, ShowResults, ShowStatus, State
from bot.directives.numbers import complete, find, parse
from bot.handlers.gate import member_account, not_verified
from bot.i18n import N_, _, language, moment
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.reports import costs
from bot.reports import status as reports
from bot.store import audit, jobs
from bot.store.tx import Tx

TABLE_JOB = "table"
"""The kind of job that makes a workbook of figures."""
MAX_LISTED = 8
"""Directives offered at once."""
_LOOK = N_("Đồng chí muốn xem văn bản nào?")
_ASKED = {Verb.REMIND: N_("Đồng chí muốn nhắc về văn bản nào? Chọn là nhắc ngay.")}
"""What is asked where a command names no directive; whatever is picked is done at once."""


def register(router: Router[Tx], tariff: Tariff) -> None:
    """Makes the errand known to the router. `tariff` tells what a message costs."""
    router.command("status", lambda event, tx: status(event, tx, tariff), Verb.SEE_STATUS)
    router.command("unit_status", lambda event, tx: unit_status(event, tx, tariff), Verb.SEE_STATUS)
    router.command("results", lambda event, tx: results(event, tx, tariff), Verb.SEE_STATUS)
    router.choice(
        ShowResults, lambda choice, event, tx: show_results(choice, event, tx, tariff), Verb.SEE_STATUS
    )
    router.command("table", table, Verb.SEE_STATUS)
    router.choice(MakeTable, make_table, Verb.SEE_STATUS)
    router.job(TABLE_JOB, table_made)
    router.choice(ShowStatus, lambda choice, event, tx: show(choice, event, tx, tariff), Verb.SEE_STATUS)


_OF_UNIT = re.compile(
    r"(?:(?:o|cua|tai) )*((?:chi bo|dang bo(?: bo phan)?|khoa|truong|phong|vien|trung tam) "
    r"(?!(?:toi|minh|em|ta|nay|cac|cua|da|the|nhu|hom|hien|den|chua|doc|xac|ra|o|a)\b)\S.*)"
)


def nothing_of(what: str) -> Say:
    """Figures were asked for by a name that is no directive's and no unit's."""
    return Say(
        _(
            "Tôi chưa tìm thấy văn bản hay đơn vị “{what}”. Đồng chí nhắn “tình hình” để xem danh sách, hoặc kèm số "
            "văn bản, tên đơn vị.",
            what=what[:60],
        )
    )


def status(event: Commanded, tx: Tx, tariff: Tariff) -> Replies:
    """`tình hình 52`: the figures of one directive; without a number, of all that are open."""
    account = member_account(tx, event)
    if event.document is None and (named := _OF_UNIT.fullmatch(fold(event.rest or ""))):
        return nothing_of(named[1])  # a known unit's name was taken out before
    if account is not None and event.document is None:
        scope = people.scope(tx, account.member_id, Verb.SEE_STATUS)
        known = queries.open_in(tx, scope, limit=1000)
        if len(known) == 1:
            return _show(tx, tariff, account.member_id, known[0], scope)
        if known:
            return _overview(tx, account.member_id, known, scope)

    def one(tx: Tx, directive: Directive, member_id: int) -> Say:
        return _show(tx, tariff, member_id, directive, people.scope(tx, member_id, Verb.SEE_STATUS))

    return choose(event, tx, Verb.SEE_STATUS, lambda directive: pack(ShowStatus(directive.id, 0)), one)


def unit_status(event: Commanded, tx: Tx, tariff: Tariff) -> Replies:
    """`tình hình Chi bộ Vật lý`, with or without a number: `rest` is the unit's id."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    unit = int(event.rest)
    scope = people.scope(tx, account.member_id, Verb.SEE_STATUS)
    if unit not in scope:
        return not_in_charge()

    def one(tx: Tx, directive: Directive, member_id: int) -> Say:
        return _show(tx, tariff, member_id, directive, scope, unit)

    known = queries.open_in(tx, scope)
    if event.document is None and len(known) == 1:
        return one(tx, known[0], account.member_id)
    return choose(event, tx, Verb.SEE_STATUS, lambda directive: pack(ShowStatus(directive.id, unit)), one)


def not_in_charge() -> Say:
    """Said to who asks about a unit outside their part of the tree."""
    return Say(_("Đồng chí không phụ trách đơn vị này. Đồng chí nhắn “tình hình” để xem phần của mình."))


def results(event: Commanded, tx: Tx, tariff: Tariff) -> Replies:
    """`kết quả 52`: how its questions were answered."""

    def one(tx: Tx, directive: Directive, member_id: int) -> Say:
        return _results(tx, tariff, directive, member_id)

    return choose(event, tx, Verb.SEE_STATUS, lambda directive: pack(ShowResults(directive.id)), one)


def show_results(choice: ShowResults, event: Event, tx: Tx, tariff: Tariff) -> Replies:
    """The same by choice."""
    account = member_account(tx, event)
    directive = queries.get(tx, choice.directive)
    if account is None or directive is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.SEE_STATUS)
    if directive.id not in {each.id for each in queries.open_in(tx, scope, limit=1000)}:
        return texts.refused("no_right")
    return _results(tx, tariff, directive, account.member_id)


def _results(tx: Tx, tariff: Tariff, directive: Directive, member_id: int) -> Say:
    """For who oversees all it was sent to, since answers are counted for all together; else how it stands."""
    if not directive.checks or not people.may(tx, member_id, Verb.SEE_STATUS, directive.unit_id):
        return _show(tx, tariff, member_id, directive, people.scope(tx, member_id, Verb.SEE_STATUS))
    audit.record(tx, "directive.results", f"directive:{directive.id}", member_id=member_id)
    found = checking.results(tx, directive)
    return texts_checks.results(directive, found, checking.asked(tx, directive.id), moment(tx.now))


def table(event: Commanded, tx: Tx) -> Replies:
    """`xuất 52`: the same as a workbook."""

    def one(tx: Tx, directive: Directive, member_id: int) -> Say:
        return ask_table(event, tx, member_id, directive.id)

    return choose(event, tx, Verb.SEE_STATUS, lambda directive: pack(MakeTable(directive.id, 0)), one)


def make_table(choice: MakeTable, event: Event, tx: Tx) -> Replies:
    """The same by choice."""
    account = member_account(tx, event)
    return not_verified() if account is None else ask_table(event, tx, account.member_id, *astuple(choice))


def ask_table(event: Event, tx: Tx, member_id: int, directive: int = 0, unit: int = 0) -> Say:
    """Has a workbook made; of who uses the bot where `directive` is 0."""
    place = (event.address.channel, event.address.chat_id, event.address.user_id)
    asked = {"directive": directive, "unit": unit, "member": member_id, "language": language()}
    jobs.request(tx, TABLE_JOB, place, asked)
    return Say(_("Đang chuẩn bị tệp…"))


def table_made(event: JobDone, tx: Tx) -> Replies:
    """The file is there; an account that was closed since gets it no more."""
    if member_account(tx, event) is None:
        return not_verified()
    if event.result.get("error") == "no_right":
        return not_in_charge()
    if "file" not in event.result:
        return Say(_("Chưa lập được tệp. Mời đồng chí thử lại sau."))
    return Say(
        _("Bảng tính theo đơn vị: mẫu số, tử số ở từng dòng, cách tính ở cuối bảng; không có tên người."),
        file=File(*event.result["file"]),
    )


def _overview(tx: Tx, member_id: int, known: list[Directive], scope: set[int]) -> Say:
    listed = known[:MAX_LISTED]
    for directive in listed:
        audit.record(tx, "directive.status", f"directive:{directive.id}", member_id=member_id)
    figures = [(directive, reports.total(tx, directive, scope)) for directive in listed]
    return reports.overview(figures, len(known) - len(listed), moment(tx.now))


def choose(
    event: Commanded,
    tx: Tx,
    verb: Verb,
    payload: Callable[[Directive], str],
    act: Callable[[Tx, Directive, int], Say],
) -> Replies:
    """Finds the directive that a command names, over the asker's part of the tree for this verb, and acts.

    Without a number, or with one that fits several, it offers those there are. Where a number was used
    again, the newest is meant and the earlier ones are offered.
    """
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, verb)
    known = queries.open_in(tx, scope)
    asked = _ASKED.get(verb, _LOOK)
    if event.document is None:
        return _which(known, payload, asked)
    found = named(event.document, known)
    if not found:
        gone = named(event.document, queries.open_in(tx, scope, state=State.RECALLED))
        said = texts.taken_back(gone[0]) if gone else texts.refused("unknown", event.document)
        return [said, _which(known, payload, asked)] if known else said
    if len({directive.number for directive in found}) > 1:
        return _which(found, payload, asked)
    said = act(tx, found[0], account.member_id)
    return [said, _which(found[1:], payload, N_("Cùng số này còn có:"))] if len(found) > 1 else said


def show(choice: ShowStatus, event: Event, tx: Tx, tariff: Tariff) -> Replies:
    """The figures of a directive for one unit, if it is the asker's to see."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.SEE_STATUS)
    directive = queries.get(tx, choice.directive)
    known = {each.id for each in queries.open_in(tx, scope, limit=1000)}
    if directive is None or directive.id not in known or (choice.unit and choice.unit not in scope):
        return not_in_charge()
    return _show(tx, tariff, account.member_id, directive, scope, choice.unit, choice.page)


def _show(
    tx: Tx,
    tariff: Tariff,
    member_id: int,
    directive: Directive,
    scope: set[int],
    unit_id: int = 0,
    page: int = 0,
) -> Say:
    audit.record(tx, "directive.status", f"directive:{directive.id}", member_id=member_id)
    units = scope & people.subtree_ids(tx, unit_id) if unit_id else scope
    names = bool(units & people.scope(tx, member_id, Verb.SEE_NAMES))
    state = reports.status(tx, directive, scope, unit_id)
    return reports.say(state, moment(tx.now), page, _taken(tx, tariff, directive, units), names)


def _taken(tx: Tx, tariff: Tariff, directive: Directive, units: set[int]) -> str:
    """What the directive took on Zalo so far; "" when nothing is charged or nothing went there."""
    price = tariff.price("zalo_oa")
    free, billable = queries.taken(tx, directive.id, "zalo_oa", units)
    said = []
    if price is not None and free + billable:
        said.append(costs.line(Bill(free, billable), price, window.left(tx, "zalo_oa")))
    said += [costs.by_template(each.count, each.price) for each in knocking.taken(tx, directive.id, units)]
    return _("Zalo: {taken}.", taken="; ".join(said)) if said else ""


def named(document: str, known: list[Directive]) -> list[Directive]:
    """Those of the known directives that may be the one a command names."""
    numbers = [number for number in (parse(directive.number) for directive in known) if number is not None]
    matching: set[str] = set()
    for mention in find(document):
        matching |= {str(number) for number in complete(mention, numbers)}
    return [directive for directive in known if directive.number in matching or directive.number == document]


def _which(known: list[Directive], payload: Callable[[Directive], str], asked: str) -> Say:
    if not known:
        return Say(_("Chưa có văn bản nào được gửi trong phần đồng chí phụ trách."))
    shown = known[:MAX_LISTED]
    choices = tuple(Choice(texts.name(each), payload(each)) for each in shown)
    return Say(_(asked), choices=choices)
