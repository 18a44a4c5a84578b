"""The hot statement that many rooms cause: the words of a notice."""

from sqlalchemy import bindparam, insert

from bot.store.hot import Hot
from bot.store.tables.delivery import contents

CONTENT = Hot(
    insert(contents).values(id=bindparam("id"), body=bindparam("body"), made_ms=bindparam("made_ms"))
)
