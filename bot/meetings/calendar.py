"""The calendar file of a meeting (RFC 5545, 5546): one UID for its life, a SEQUENCE that rises with each change."""

from datetime import UTC, timedelta

from icalendar import Alarm, Event
from icalendar import Calendar as ICalendar
from icalendar.prop import vCalAddress, vText

from bot.clock import VIETNAM
from bot.i18n import _
from bot.meetings import rules, texts
from bot.meetings.models import Meeting, State

MEDIA_TYPE = "text/calendar"
DOMAIN = "so-tay-dang-vien.invalid"
"""Behind the @ of a UID: nobody's real domain."""


def uid(meeting: Meeting) -> str:
    """The same for a meeting's invitation, its changes and its cancellation."""
    return f"{meeting.id}@{DOMAIN}"


def make(meeting: Meeting) -> bytes:
    """The file, in the reader's language: published, or taken back when the meeting is cancelled."""
    off = meeting.state == State.CANCELLED
    calendar = ICalendar()
    calendar.add("prodid", "-//So Tay Bot//Meetings//VI")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if off else "PUBLISH")
    event = Event()
    event.add("uid", uid(meeting))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed.astimezone(UTC).replace(microsecond=0))
    starts = meeting.starts.astimezone(VIETNAM).replace(microsecond=0)
    event.add("dtstart", starts)
    event.add("dtend", starts + rules.LENGTH)
    event.add("summary", f"{_(texts.KINDS[meeting.kind])}: {meeting.unit}")
    event.add("location", meeting.place)
    event.add("description", meeting.agenda)
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    organizer = vCalAddress("invalid:nomail")  # published events name one (RFC 5546, 3.2.1); nobody's address
    organizer.params["cn"] = vText(meeting.unit)
    event["organizer"] = organizer
    if not off:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _(texts.KINDS[meeting.kind]))
        alarm.add("trigger", timedelta(hours=-2))
        event.add_component(alarm)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
