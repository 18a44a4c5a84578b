"""Hot statements of the outbox that many rooms cause: the words of a notice, and its rows."""

from sqlalchemy import bindparam, insert

from bot.store.hot import Hot
from bot.store.tables.delivery import QUEUED, contents, outbox

CONTENT = Hot(
    insert(contents).values(id=bindparam("id"), body=bindparam("body"), made_ms=bindparam("made_ms"))
)

NOTICE = Hot(
    insert(outbox).values(
        **{
            name: bindparam(name)
            for name in (
                "id channel chat_id priority due_ms content_id notice notice_id recipient_id message_id made_ms"
            ).split()
        },
        state=QUEUED,
        attempts=0,
        uncertain=0,
    )
)
