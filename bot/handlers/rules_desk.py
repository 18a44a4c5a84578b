"""`/duyetquydinh`, `/rutquydinh`: an officer lets an imported rule answer, sets it aside, or withdraws one."""

import re

from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event
from bot.chat.replies import Say
from bot.chat.router import Replies, Router
from bot.handlers.gate import member_account, not_verified
from bot.organisation.models import Verb
from bot.policy import desk, queries, service, texts
from bot.policy.models import (
    ApprovedDocuments,
    JudgeDocument,
    JudgeEntry,
    ReviewDocument,
    ReviewEntries,
    WithdrawDocument,
)
from bot.policy.queries import APPROVED, Listed
from bot.store.tx import Tx


def register(router: Router[Tx]) -> None:
    """Makes the errand known to the router."""
    router.command("review_rules", waiting, Verb.KEEP_RULES)
    router.choice(ReviewDocument, show_document, Verb.KEEP_RULES)
    router.choice(JudgeDocument, judge_document, Verb.KEEP_RULES)
    router.choice(ReviewEntries, show_entry, Verb.KEEP_RULES)
    router.choice(JudgeEntry, judge_entry, Verb.KEEP_RULES)
    router.command("withdraw_rules", approved, Verb.KEEP_RULES)
    router.choice(ApprovedDocuments, more_approved, Verb.KEEP_RULES)
    router.choice(WithdrawDocument, withdraw_document, Verb.KEEP_RULES)


def waiting(event: Commanded, tx: Tx) -> Replies:
    """What waits for approval."""
    documents = [each for each in queries.documents(tx) if each.state == service.UNCHECKED]
    return desk.waiting(documents, len(queries.unapproved_entries(tx)))


def show_document(choice: ReviewDocument, event: Event, tx: Tx) -> Replies:
    """A page of the tree that the import found."""
    found = queries.listed(tx, choice.document)
    if found is None or found.state != service.UNCHECKED:
        return _gone(tx)
    return desk.tree(found, queries.outline(tx, choice.document), choice.page)


def judge_document(choice: JudgeDocument, event: Event, tx: Tx) -> Replies:
    """Approves it, or sets it aside."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    found = queries.listed(tx, choice.document)
    if found is None or found.state != service.UNCHECKED:
        return _gone(tx)
    verb = service.approve if choice.verdict == "yes" else service.withdraw
    try:
        verb(tx, choice.document, account.member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    return desk.judged(found, approved=choice.verdict == "yes")


def approved(event: Commanded, tx: Tx) -> Replies:
    """The approved documents, or those with the number that was named, to withdraw one."""
    documents = _approved(tx)
    if named := re.match(r"\d+", event.document or event.rest):
        of_number = re.compile(rf"0*{int(named[0])}(?!\d)")  # whatever kind it was called
        fitting = [each for each in documents if of_number.match(each.document.number)]
        if len(fitting) == 1:
            return desk.withdrawing(fitting[0])
        documents = fitting or documents
    return desk.approved(documents, 0)


def more_approved(choice: ApprovedDocuments, event: Event, tx: Tx) -> Replies:
    """Another page of them."""
    return desk.approved(_approved(tx), choice.page)


def withdraw_document(choice: WithdrawDocument, event: Event, tx: Tx) -> Replies:
    """Asks first; once confirmed the document answers no more."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    found = queries.listed(tx, choice.document)
    if found is None or found.state != APPROVED:
        return desk.not_in_use()
    if choice.verdict == "ask":
        return desk.withdrawing(found)
    if choice.verdict != "yes":
        return desk.kept(found)
    try:
        service.withdraw(tx, choice.document, account.member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    return desk.withdrawn(found)


def _approved(tx: Tx) -> list[Listed]:
    return [each for each in queries.documents(tx) if each.state == APPROVED]


def show_entry(choice: ReviewEntries, event: Event, tx: Tx) -> Replies:
    """The first entry that waits, whole."""
    left = queries.unapproved_entries(tx)
    return desk.entry(*left[0], len(left)) if left else _gone(tx)


def judge_entry(choice: JudgeEntry, event: Event, tx: Tx) -> Replies:
    """Approves an entry or sets it aside, and shows the next."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        done = service.judge_entry(tx, choice.entry, account.member_id, approve=choice.verdict == "yes")
    except Refused as refusal:
        return texts.refused(refusal.code)
    left = queries.unapproved_entries(tx)
    said = [desk.entry_judged(approved=choice.verdict == "yes")] if done else [desk.gone()]
    return [*said, desk.entry(*left[0], len(left))] if left else said


def _gone(tx: Tx) -> Say:
    return desk.gone()
