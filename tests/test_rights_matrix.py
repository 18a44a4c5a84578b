"""Every verb and command, for every role and standing, over every part of the tree, at every age of a post.

What is expected is written here by hand: a change of rights in the product has to be made here as well.
Each cell runs on the real schema in a transaction of its own that is rolled back; verbs are called as the
terminal calls them, choices as a forged button would arrive, commands as they are typed.
"""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from rights_verbs import VERBS
from rights_world import (
    ACTORS,
    LONG_AGO,
    NO_ACCESS,
    NOW,
    RELATIONS,
    ROLES,
    UNIT,
    state,
    stock,
    undone,
)
from sqlalchemy import func, select

from bot.chat.choices import pack
from bot.chat.events import Address, ChoiceMade, TextSent
from bot.dialogs.link_notices import DecideLink
from bot.directives import service
from bot.directives.models import (
    Judge,
    Recall,
    Remind,
    ShowSilent,
    ShowStatus,
)
from bot.directives.releases import Release
from bot.handlers.group import GroupText
from bot.handlers.history import ShowHistory
from bot.organisation import queries as people
from bot.organisation.models import (
    Role,
    Verb,
)
from bot.organisation.service import appoint, end_appointment
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from bot.store.tables.audit import audit
from bot.store.tables.directives import directives
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

# --- what is expected, by hand: who, and over which units, for those whose post is in force
SENDERS = "secretary deputy_secretary office"
LOOKERS = "secretary deputy_secretary committee_member cell_leader officer office inspector"
NAMERS = "secretary deputy_secretary committee_member cell_leader officer"
REMINDERS = "secretary deputy_secretary cell_leader officer office"
HOLDERS = "secretary deputy_secretary"
BRANCH_KEEPERS = "secretary deputy_secretary officer"
EDITORS = "secretary deputy_secretary office officer"
OVER = "own child"
TOUCHING = "own child parent"  # a directive for the level above has a part in the own unit
EVERYWHERE = "own child sibling parent"
EXPECTED = {
    "create": (SENDERS, OVER),
    "send": (SENDERS, OVER),
    "judge": (SENDERS, OVER),
    "judge_button": (SENDERS, OVER),
    "judge_from_above": ("", ""),  # the level that was asked, not who happens to receive it
    "release": (SENDERS, OVER),
    "release_button": (SENDERS, OVER),
    "recall": (SENDERS, OVER),
    "recall_button": (SENDERS, OVER),
    "recall_command": (SENDERS, OVER),
    "recall_from_above": ("", ""),
    "correct": (SENDERS, OVER),
    "correct_command": (SENDERS, OVER),
    "correct_from_above": ("", ""),
    "judge_correction_button": (SENDERS, OVER),
    "results_command": (LOOKERS, OVER),
    "status_button": (LOOKERS, OVER),
    "status_table": (LOOKERS, OVER),
    "adoption_table": (LOOKERS, OVER),
    "status_command": (LOOKERS, TOUCHING),
    "status_of_all": (LOOKERS, TOUCHING),
    "names_button": (NAMERS, OVER),
    "names_of_one": (NAMERS, TOUCHING),
    "names_command": (NAMERS, TOUCHING),
    "remind": (REMINDERS, OVER),
    "remind_one": (REMINDERS, TOUCHING),
    "remind_command": (REMINDERS, TOUCHING),
    "link": (BRANCH_KEEPERS, OVER),
    "slip": (BRANCH_KEEPERS, OVER),
    "slip_sheet": (BRANCH_KEEPERS, OVER),
    "by_hand": (BRANCH_KEEPERS, OVER),
    "close_link": (BRANCH_KEEPERS, OVER),
    "unverified_command": (f"{NAMERS} helper", OVER),
    "adoption": (LOOKERS, OVER),
    "answer_request": ("officer", OVER),
    "erase": ("officer", OVER),
    "import": ("officer", OVER),
    "compose_command": (SENDERS, EVERYWHERE),
    "news_post": (EDITORS, OVER),
    "news_hold_button": (EDITORS, OVER),
    "news_edit_button": (EDITORS, OVER),
    "news_edit_command": (EDITORS, EVERYWHERE),
    "news_feeds_command": (EDITORS, EVERYWHERE),
    "group_link": (SENDERS, OVER),
    "group_unlink": (SENDERS, OVER),
    "group_text": (SENDERS, TOUCHING),
    "history_command": ("inspector", EVERYWHERE),
    "history_of_one": ("inspector", TOUCHING),
    "call_meeting": (HOLDERS, OVER),
    "mark_attendance": (HOLDERS, OVER),
    "judge_reason_button": (HOLDERS, OVER),
    "who_comes_button": (HOLDERS, OVER),
    "meeting_figures": (LOOKERS, OVER),
    "open_poll": (HOLDERS, OVER),
    "end_poll_button": (HOLDERS, OVER),
    "approve_rule": ("officer office", EVERYWHERE),  # rules are the house's, not a unit's
    "approve_rule_button": ("officer office", EVERYWHERE),
    "approve_rules_command": ("officer office", EVERYWHERE),
    "withdraw_rule_button": ("officer office", EVERYWHERE),
    "withdraw_rules_command": ("officer office", EVERYWHERE),
    "unanswered_command": ("officer office", EVERYWHERE),
    "answer_question": ("officer office", OVER),
}
# What every member may who may use the bot: the directive reached them, as members of "own".
MEMBERS = {
    "acknowledge": "own parent",
    "undo": "own parent",
    "full_text": "own parent",
    "ask": "own parent",
    "short_code": "own parent",
    "withdraw": EVERYWHERE,
    "practice": EVERYWHERE,
    "news_wishes": EVERYWHERE,
    "inbox": EVERYWHERE,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('rights')}/t.db")
    migrate(engine)
    vault = Vault(Keys.new())
    with engine.begin() as conn:
        world = stock(Tx(conn, NOW, vault))
    yield SimpleNamespace(engine=engine, world=world)
    engine.dispose()


def _expected(verb: str, actor: str, relation: str) -> bool:
    if verb in MEMBERS:
        return actor not in NO_ACCESS and relation in MEMBERS[verb].split()
    roles, over = EXPECTED[verb]
    return actor in roles.split() and relation in over.split()


def test_every_verb_has_its_expectation() -> None:
    assert set(VERBS) == set(EXPECTED) | set(MEMBERS)


@pytest.mark.parametrize("verb", VERBS)
def test_only_who_may_and_only_where(house: SimpleNamespace, verb: str) -> None:
    world, wrong = house.world, []
    for actor in ACTORS:
        # Posts not in force open nothing anywhere; the own unit is where they would.
        for relation in RELATIONS if " " not in actor else ("own",):
            with undone(house.engine, world.vault) as tx:
                before = _written(tx, world.actors[actor])
                happened = VERBS[verb](world, tx, actor, relation)
                if happened != _expected(verb, actor, relation):
                    wrong.append((actor, relation, "may" if happened else "may not"))
                anywhere = any(_expected(verb, actor, each) for each in RELATIONS)
                if not anywhere and _written(tx, world.actors[actor]) != before:
                    wrong.append((actor, relation, "was refused and yet did something"))
    assert not wrong, "\n".join(map(str, wrong))


def _written(tx: Tx, member_id: int) -> int:
    return int(tx.value(select(func.count()).select_from(audit).where(audit.c.member_id == member_id)) or 0)


def _end_post(tx: Tx, member_id: int) -> None:
    for post in people.appointments_of(tx, member_id):
        end_appointment(tx, post.id)


def _later(tx: Tx, minutes: float) -> Tx:
    return Tx(tx.conn, tx.now + timedelta(minutes=minutes), tx.vault)


def test_an_open_dialog_ends_with_the_post(house: SimpleNamespace) -> None:
    world = house.world
    with undone(house.engine, world.vault) as tx:
        assert "Số, ký hiệu" in world.say(tx, "secretary", "/guivanban")
        assert "Ngày ban hành" in world.say(tx, "secretary", "55-KH/ĐU")
        _end_post(tx, world.actors["secretary"])
        assert "dành cho cấp ủy" in world.say(_later(tx, 1), "secretary", "17/11/2026")
        # Nothing is left to go on with: the next words are read as anybody's.
        assert "Trích yếu" not in world.say(_later(tx, 2), "secretary", "17/11/2026")


def test_a_draft_for_a_unit_that_was_taken_away_is_not_sent(house: SimpleNamespace) -> None:
    """The person still holds another post, so the dialog goes on; the verb refuses."""
    world = house.world
    with undone(house.engine, world.vault) as tx:
        actor = world.actors["secretary"]
        appoint(tx, actor, Role.SECRETARY, world.units["child"], from_ms=LONG_AGO)
        for words in ("/guivanban", "55-KH/ĐU", "17/11/2026", "Học tập chuyên đề", "1", "không có tệp"):
            world.say(tx, "secretary", words)
        for words in ("3 ngày nữa", "1"):
            said = world.say(tx, "secretary", words)
        assert UNIT["own"] in said
        said = world.say(tx, "secretary", UNIT["own"])
        asked = 0
        while "Xem trước" not in said and (asked := asked + 1) < 6:
            said = world.say(tx, "secretary", "1")  # whatever else is asked: the first option
        assert "Xem trước" in said
        own = [
            post for post in people.appointments_of(tx, actor) if post.organisation_id == world.units["own"]
        ]
        for post in own:
            end_appointment(tx, post.id)
        said = world.say(_later(tx, 1), "secretary", "Cam đoan không mật và gửi")
        assert "không còn) có quyền" in said
        sent = select(func.count()).select_from(directives).where(directives.c.author_id == actor)
        assert tx.value(sent) == 0


def test_the_buttons_of_yesterday_die_with_the_post(house: SimpleNamespace) -> None:
    """Each is pressed once while the post holds, to see that it works, and then after its end."""
    world = house.world
    buttons = [
        (ShowStatus(world.everywhere, 0), "Đã xác nhận:"),
        (ShowSilent(world.everywhere, 0), "Nhân Chứng"),
        (Remind(world.everywhere), "Đang nhắc"),
        (Recall(world.peers["own"], "yes"), "Đã thu hồi"),
        (Judge(world.drafts["own"], "no"), "không duyệt"),
        (Release(world.alarms["own"], "no"), "không mở"),
        (DecideLink(world.pending["own"], "yes"), "Đã đồng ý"),
        (GroupText(world.everywhere), "50-KH/ĐU"),
    ]
    for button, words in buttons:
        with undone(house.engine, world.vault) as tx:
            pressed = [world.press(tx, "secretary", button)]
            if isinstance(button, ShowSilent):
                pressed += [
                    world.press(tx, "secretary", ShowSilent(button.directive, page)) for page in (1, 2)
                ]
            assert any(words in said for said in pressed), (button, pressed)
        with undone(house.engine, world.vault) as tx:
            _end_post(tx, world.actors["secretary"])
            assert words not in world.press(tx, "secretary", button), button


def test_a_level_above_takes_back_what_a_level_below_sent(house: SimpleNamespace) -> None:
    world = house.world
    with undone(house.engine, world.vault) as tx:
        clerk = people.who_may(tx, Verb.SEND_DIRECTIVE, world.units["parent"])[0]
        service.recall(tx, world.peers["child"], clerk)
        assert state(tx, world.peers["child"]) == "recalled"


def test_when_the_author_is_gone_the_level_still_decides(house: SimpleNamespace) -> None:
    """The post of the day it was written counts, not today's: the successor may take it back."""
    world = house.world
    with undone(house.engine, world.vault) as tx:
        author = tx.value(select(directives.c.author_id).where(directives.c.id == world.peers["own"]))
        later = _later(tx, 60)
        _end_post(later, author)
        assert not service.may_decide(_later(tx, 61), world.peers["own"], author)
        assert service.may_decide(_later(tx, 61), world.peers["own"], world.actors["secretary"])
        assert not service.may_decide(_later(tx, 61), world.sent["own"], world.actors["secretary"])


@pytest.mark.parametrize("actor", [*ROLES, "plain", "stranger"])
def test_a_group_hears_nothing_about_people_or_figures(house: SimpleNamespace, actor: str) -> None:
    world = house.world
    group = Address("telegram", "-100", f"u-{actor}", group=True)
    with undone(house.engine, world.vault) as tx:
        for words in ("/tinhhinh 60", "/chuaxacnhan 60", "/lichsu", "/nhac 60", "/thuhoi 80", "tình hình 60"):
            said = world.hears(TextSent(group, tx.now, words), tx)
            assert said == "" or "nhắn riêng" in said, (words, said)
        for button in (ShowStatus(world.everywhere, 0), ShowSilent(world.everywhere, 0), ShowHistory(0, 0)):
            said = world.hears(ChoiceMade(group, tx.now, pack(button)), tx)
            assert "Nhân Chứng" not in said
            assert "0/" not in said
            assert "·" not in said
