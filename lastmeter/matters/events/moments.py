"""When something was said, however a table writes it. No Django here; naive moments are China time."""

import re
from datetime import UTC, date, datetime, time, timedelta

from lastmeter.kit.zhtime import CHINA

_DAY = r"(?P<year>(?:19|20)\d\d)\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
_CLOCK = r"(?P<noon>上午|下午|晚上|早上|中午|凌晨|[AaPp][Mm])?\s*(?P<hour>\d{1,2})\s*[:：时点]\s*(?P<minute>\d{1,2})?"
_REST = r"\s*[:：分]?\s*(?:(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?\s*(?P<after>[AaPp][Mm])?\s*(?P<zone>Z|[+-]\d\d:?\d\d)?"
_WRITTEN = re.compile(rf"{_DAY}(?:[T\s,，]*(?:(?:星期|周)[一二三四五六日天])?\s*{_CLOCK}{_REST})?", re.ASCII)
_PACKED = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?", re.ASCII)
_NUMBER = re.compile(r"\d{5}(?:\.\d+)?|\d{10}(?:\.\d+)?|\d{13}", re.ASCII)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}
EXCEL_DAY_0 = datetime(1899, 12, 30, tzinfo=CHINA)


def read_moment(text: str) -> datetime | None:
    """The moment that a cell means, aware; None when it means none.

    Understood: 2019-04-01 17:07:36, 2019/4/1 5:07 PM, 2019年4月1日 下午5时7分, ISO 8601 with a zone, 20190401170736, a
    day alone, seconds or milliseconds since 1970, days since 1900 as Excel counts them.
    """
    text = text.strip().translate(_FULL_WIDTH)
    try:
        if match := _WRITTEN.fullmatch(text):
            return _written(match)
        if match := _PACKED.fullmatch(text):
            parts = [int(each) for each in match.groups() if each]
            return datetime(*parts, tzinfo=CHINA)  # type: ignore[arg-type, misc]
        return _counted(float(text)) if _NUMBER.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None


def _written(match: re.Match[str]) -> datetime:
    given = match.groupdict()
    hour, noon = int(given["hour"] or 0), (given["noon"] or given["after"] or "").lower()
    if noon in ("下午", "晚上", "pm", "中午") and hour < (11 if noon == "中午" else 12):
        hour += 12
    elif noon in ("上午", "早上", "凌晨", "am") and hour == 12:
        hour = 0
    day = date(int(given["year"]), int(given["month"]), int(given["day"]))
    clock = time(hour, int(given["minute"] or 0), int(given["second"] or 0))
    zone = given["zone"]
    if not zone:
        return datetime.combine(day, clock, tzinfo=CHINA)
    return datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone == 'Z' else zone}")


def _counted(number: float) -> datetime:
    if number < 1e6:
        return EXCEL_DAY_0 + timedelta(days=number)
    return datetime.fromtimestamp(number / (1000 if number > 1e11 else 1), tz=UTC)
