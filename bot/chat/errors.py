"""What a verb refuses with, and the answers of a platform that are not "done"."""


class Refused(Exception):
    """A verb says no, before it wrote anything. `code` is a word of ours; texts turn it into a sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PlatformError(Exception):
    """A call to a platform that did not end in "done"."""


class RetryAfter(PlatformError):
    """The platform asks this channel to wait `seconds` (429, -32)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry after {seconds:g} s")
        self.seconds = seconds


class Later(PlatformError):
    """This message, and no other, must wait `seconds` (at night, a quota used up). `why`: a word of ours."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(f"{why}: later by {seconds:g} s")
        self.seconds = seconds
        self.why = why


class Suspended(PlatformError):
    """The account may send nothing until a person has set it right. `problem` is the channel's word for it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Unreachable(PlatformError):
    """This person cannot be reached now. `reason` is one of REASONS; it clears when they write again."""

    REASONS = ("blocked", "window_closed", "chat_gone", "not_follower", "refused")

    def __init__(self, reason: str, new_chat_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.new_chat_id = new_chat_id
        """Set when the chat moved (a Telegram group became a supergroup): send there instead."""


class Rejected(PlatformError):
    """The platform will never take this message as it is; repeating is useless. `why` is for the log.

    `code`: the platform's own, kept with the message and shown.
    """

    def __init__(self, why: str, code: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.code = code


class TokenExpired(PlatformError):
    """The channel's access is no longer valid; a person or the token keeper must renew it."""


class NotAccepted(Exception):
    """A platform takes something of the settings not. The text is for the administrator; `why`: its own words."""

    def __init__(self, words: str, why: str = "") -> None:
        super().__init__(words)
        self.why = why


OUT_OF_ORDER = frozenset({500, 503})
"""HTTP answers by which a server says that it did nothing; a gateway's (502, 504) say nothing of the kind."""


class Unavailable(PlatformError):
    """The platform could not be reached, or says it is out of order (500, 503): not sent; tried again later."""


class Uncertain(PlatformError):
    """It may have been sent (time-out, a gateway's 502): sent again once, and marked so."""
