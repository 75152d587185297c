"""Dates, times and durations between ticks and Python's types; their texts where Python has none."""

from __future__ import annotations

import datetime

_EPOCH = datetime.date(1970, 1, 1).toordinal()
_FIRST_DAY = datetime.date.min.toordinal() - _EPOCH
_LAST_DAY = datetime.date.max.toordinal() - _EPOCH
_MIDNIGHT = datetime.datetime(1970, 1, 1)
SECONDS_PER_DAY = 86_400


def _civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970, in the proleptic Gregorian calendar.

    Counts in eras of 400 years, which all have the same number of days, from a first of March.
    """
    era, day_of_era = divmod(day + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524
                   - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    month = month_from_march + 3 if month_from_march < 10 else month_from_march - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, day_of_year - (153 * month_from_march + 2) // 5 + 1


def date_text(day: int) -> str:
    """The text of a date, years outside of 0000–9999 with a sign."""
    year, month, day_of_month = _civil(day)
    if 0 <= year <= 9999:
        shown = f"{year:04}"
    else:
        shown = f"{'-' if year < 0 else '+'}{abs(year):04}"
    return f"{shown}-{month:02}-{day_of_month:02}"


def _fraction_text(ticks: int, unit: int) -> str:
    nanoseconds = ticks * (1_000_000_000 // unit)
    if nanoseconds == 0:
        return ""
    digits = f"{nanoseconds:09}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return "." + digits


def time_text(tick: int, unit: int) -> str:
    """The text of a time of day."""
    seconds, fraction = divmod(tick, unit)
    return (f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            + _fraction_text(fraction, unit))


def date_value(day: int) -> datetime.date | str:
    """The date of a number of days since 1970."""
    if _FIRST_DAY <= day <= _LAST_DAY:
        return datetime.date.fromordinal(day + _EPOCH)
    return date_text(day)


def _microseconds(ticks: int, unit: int) -> int | None:
    """Ticks as whole microseconds; None where they are none."""
    if unit <= 1_000_000:
        return ticks * (1_000_000 // unit)
    return None if ticks % 1000 else ticks // 1000


def time_value(tick: int, unit: int) -> datetime.time | str:
    """The time of a number of ticks since midnight, `unit` of them a second."""
    microseconds = _microseconds(tick, unit)
    if microseconds is None or not 0 <= microseconds < SECONDS_PER_DAY * 1_000_000:
        return time_text(tick, unit)
    seconds, fraction = divmod(microseconds, 1_000_000)
    return datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60, fraction)


def timestamp_value(tick: int, unit: int,
                    zone: datetime.tzinfo | None) -> datetime.datetime | str:
    """The timestamp of a number of ticks since 1970; an instant where there is a zone."""
    day, rest = divmod(tick, unit * SECONDS_PER_DAY)
    microseconds = _microseconds(rest, unit)
    if microseconds is None or not _FIRST_DAY <= day <= _LAST_DAY:
        return f"{date_text(day)}T{time_text(rest, unit)}{'Z' if zone else ''}"
    value = _MIDNIGHT + datetime.timedelta(days=day, microseconds=microseconds)
    return value.replace(tzinfo=zone) if zone else value


def duration_value(tick: int, unit: int) -> datetime.timedelta | str:
    """The duration of a number of ticks."""
    microseconds = _microseconds(tick, unit)
    if microseconds is not None:
        try:
            return datetime.timedelta(microseconds=microseconds)
        except OverflowError:
            pass
    seconds, fraction = divmod(abs(tick), unit)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction or not text:
        text += f"{seconds}{_fraction_text(fraction, unit)}S"
    return f"{'-' if tick < 0 else ''}PT{text}"


def days_of(value: datetime.date) -> int:
    """Days since 1970."""
    return value.toordinal() - _EPOCH


def microseconds_of_time(value: datetime.time) -> int:
    """Microseconds since midnight."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def microseconds_of_duration(value: datetime.timedelta) -> int:
    """Microseconds of a duration."""
    return (value.days * SECONDS_PER_DAY + value.seconds) * 1_000_000 + value.microseconds


def microseconds_of_timestamp(value: datetime.datetime) -> int:
    """Microseconds since 1970: of the instant where there is an offset, else of the wall clock."""
    if value.tzinfo is not None:
        value = (value - value.utcoffset()).replace(tzinfo=None)  # type: ignore[operator]
    return microseconds_of_duration(value - _MIDNIGHT)
