"""Numbers and times as a page shows them; `static/js/parts/numbers.js` writes them alike. Pure.

One rule for digits. What is measured has three significant digits, or as many as leave two of its uncertainty; digits
before the point are never cut but for an uncertainty. What is given or exact, a σ, a count, has no zeros at its end.
From 0.0001 to below ten million a number is a decimal, beyond a product with a power of ten; what stands in one row or
column of a table is all decimals or none. The minus is a real one, and no line ends inside of a quantity.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from math import inf, isfinite, isnan
from typing import Protocol

from app.records import Run
from app.text.quantities import QUANTITIES, READING_NAMES

NOTHING = "—"
SPACE = "\u00a0"  # at which no line ends
DIGITS, DIGITS_OF_WIDTH = 3, 2
MOST_DIGITS = 7  # of a float32
SMALL, LARGE = -4, 7  # the powers of ten from the first of which, and below the second, a number is a decimal
MIXED = 3  # how many powers beyond these a number stays a decimal, or two share a power, beside others of a table
WHOLE = 9  # the power of ten below which a given number keeps every digit before its point
NEGLIGIBLE = 1e-6  # as a share of the value, an uncertainty that would ask for more digits than anybody reads
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_POWERS = str.maketrans("0123456789-", _RAISED)
_EXACT = Context(prec=1200, rounding=ROUND_HALF_UP)  # enough for any float: as JavaScript's toFixed rounds


class Apart(Protocol):
    """How far one value is from another."""

    @property
    def difference(self) -> float: ...

    @property
    def half_width(self) -> float | None: ...

    @property
    def share(self) -> float | None: ...


def number(value: float | None) -> str:
    """24.6, 0.0132, 4,690, 4.91×10¹⁸: what was measured, with three digits; a whole number of type int with all."""
    (text,) = column([value])
    return text


def column(values: Sequence[float | None]) -> list[str]:
    """The numbers of one row or column: all decimals, or all with a power of ten, one for all if they lie near.

    Beside numbers of ordinary size, one that is far larger has a power of its own and changes nothing for them.
    """
    exponents = [_exponent(value) for value in values if _is_scaled(value)]
    far = LARGE + MIXED if min(exponents, default=0) < LARGE else inf
    exponents = [exponent for exponent in exponents if exponent < far]
    low, high = min(exponents, default=0), max(exponents, default=0)
    decimals = high >= SMALL and low < LARGE
    if len(exponents) > 1:
        decimals = decimals and low >= SMALL - MIXED and high < LARGE + MIXED
    shared = high if high - low <= MIXED else None
    texts = []
    for value in values:
        if value is None or not _is_scaled(value):
            texts.append(_plain(value))
            continue
        exponent = _exponent(value)
        scaled = not decimals or exponent >= far
        power = 0 if not scaled else exponent if shared is None or exponent >= far else shared
        texts.append(_fixed(value, power, max(0, DIGITS - 1 - exponent + power)) + _times(power) * scaled)
    return texts


def distinct(values: Sequence[float]) -> list[str]:
    """Numbers with as many digits as keep those apart that differ by more than float32 can tell."""
    for digits in range(DIGITS, MOST_DIGITS + 1):
        texts = [_fixed(value, 0, max(0, digits - 1 - _exponent(value, digits))) if value else "0" for value in values]
        if len(set(texts)) == len(set(values)):
            break
    return texts


def table(rows: Sequence[Sequence[str | float | None]]) -> list[list[str]]:
    """The cells of a table, the numbers of each column in one notation; texts stay as they are."""
    columns = [_cells(cells) for cells in zip(*rows, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def _cells(cells: Sequence[str | float | None]) -> list[str]:
    numbers = iter(column([cell for cell in cells if not isinstance(cell, str)]))
    return [cell if isinstance(cell, str) else next(numbers) for cell in cells]


def within(value: float | None, se: float | None) -> str:
    """24.58 ± 0.16, 6.8210 ± 0.0085: a mean and its standard error."""
    return interval(value, se)


def interval(value: float | None, half_width: float | None, sign: str = "") -> str:
    """12.0 ± 1.1: with two digits of the half width; with `sign` a +, a positive value shows its sign."""
    if value is None or not half_width or half_width < NEGLIGIBLE * abs(value):
        return signed(value) if sign else number(value)
    largest = max(_exponent(value) if value else -WHOLE, _exponent(half_width, DIGITS_OF_WIDTH))
    power = 0 if SMALL <= largest < LARGE else largest
    places = DIGITS_OF_WIDTH - 1 - _exponent(half_width, DIGITS_OF_WIDTH) + power
    text = f"{_fixed(value, power, places, sign)}{SPACE}±{SPACE}{_fixed(half_width, power, places)}"
    return f"({text}){_times(power)}" if power else text


def gap(apart: Apart | None) -> str:
    """+0.0213 ± 0.0011 (+12 %): a paired difference as a cell shows it; one within its error has no percentage."""
    if apart is None:
        return ""
    difference, width = apart.difference, apart.half_width or 0.0
    text = interval(difference, apart.half_width, "+")
    if apart.share is None or abs(difference) <= width:
        return text
    rough = 100 * width * abs(apart.share) >= abs(difference)  # a percent or more of uncertainty
    return f"{text} ({_fixed(100 * apart.share, 0, 0 if rough else 1, '+')}{SPACE}%)"


def rounded(value: float | None) -> str:
    """5.80, 0.00: an estimate whose error makes smaller digits meaningless."""
    return NOTHING if value is None else _fixed(value, 0, 2)


def called(quantity: str) -> str:
    """A quantity, or the −ELBO under a reading of the X-ray, as a choice of a list."""
    if quantity in READING_NAMES:
        return f"−ELBO as {READING_NAMES[quantity]}"
    known = QUANTITIES[quantity]
    return f"{known.name} {known.unit}" if "pixel" in known.unit else known.name


def percent(share: float | None) -> str:
    """70.2 %, 100 %: no digits that a few hundred images do not have."""
    return NOTHING if share is None else f"{format_number(100 * share)}{SPACE}%"


def share(part: float) -> str:
    """63 %, of a count of images."""
    return f"{_fixed(100 * part, 0, 0)}{SPACE}%"


def signed(value: float | None) -> str:
    """A difference with its sign."""
    if value is None:
        return NOTHING
    return ("+" if value > 0 else "−" if value < 0 else "±") + number(abs(value))


def duration(seconds: float | None) -> str:
    """4.2 s, 47 s, 3 min 20 s, 1 h 5 min: how long something took."""
    if seconds is None:
        return NOTHING
    if seconds < 9.95:
        return f"{_fixed(seconds, 0, 1)}{SPACE}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{SPACE}s"
    minutes, rest = divmod(whole, 60)
    parts = [(minutes, "min"), (rest, "s")] if minutes < 60 else [(minutes // 60, "h"), (minutes % 60, "min")]
    return SPACE.join(f"{count:,}{SPACE}{unit}" for count, unit in parts if count)


def remaining(seconds: float) -> str:
    """47 s, 3 min, 1.2 h: about how long something takes, in steps that do not flicker while it passes."""
    if seconds < 10:
        return f"{max(1, _whole(seconds))}{SPACE}s"
    if seconds < 90:
        return f"{5 * _whole(seconds / 5)}{SPACE}s"
    if seconds < 5400:
        return f"{_whole(seconds / 60)}{SPACE}min"
    return f"{_fixed(seconds / 3600, 0, 1)}{SPACE}h"


def moment(iso: str | None) -> str:
    """A UTC time for readers without JavaScript; with it the page says '2 minutes ago'."""
    if iso is None:
        return NOTHING
    return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def time_left(run: Run) -> float | None:
    """Seconds to the end at the pace so far; None before 2 % of the run, when it would be a guess."""
    if run.status != "running" or run.step < max(2, run.total_steps * 0.02):
        return None
    return run.seconds / run.step * (run.total_steps - run.step)


def format_number(value: float, digits: int = DIGITS) -> str:
    """784, 0.707, 150,528, 0.00128, 1.2×10⁹: what is given or exact, to three digits or as a whole number."""
    if not isfinite(value) or value == 0:
        return _plain(value)
    if value == round(value) and abs(value) < 10**WHOLE:
        return _fixed(value, 0, 0)
    exponent = _exponent(value, digits)
    power = 0 if SMALL <= exponent < WHOLE else exponent
    size = _fixed(abs(value), power, max(0, digits - 1 - exponent + power))
    size = size.rstrip("0").rstrip(".") if "." in size else size
    times = _times(power) * (power != 0)
    text = times[1:] if times and size == "1" else size + times
    return f"−{text}" if value < 0 else text


def given(values: Sequence[float]) -> list[str]:
    """Given numbers of one formula: all decimals, or all with a power of ten; 1 goes with either."""
    texts = [format_number(value) for value in values]
    mixed = len({text[-1] in _RAISED for text in texts if text != "1"}) > 1
    return column(values) if mixed else texts


def _plain(value: float | None) -> str:
    """What has no three digits: nothing, a count, 0, and what is not finite."""
    if value is None or isnan(value):
        return NOTHING
    size = f"{abs(value):,.0f}" if isfinite(value) else "∞"
    return f"−{size}" if value < 0 else size


def _is_scaled(value: float | None) -> bool:
    return value is not None and not isinstance(value, int) and isfinite(value) and value != 0


def _exponent(value: float | None, digits: int = DIGITS) -> int:
    """The power of ten of the first digit, once the number has been rounded to so many."""
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(Decimal(value or 0)).adjusted()


def _fixed(value: float, power: int, places: int, sign: str = "") -> str:
    """As a multiple of a power of ten, to so many places: to tens and hundreds if they are negative; 0 has no sign."""
    scaled = _EXACT.scaleb(Decimal(value), -power)
    cut = _EXACT.quantize(scaled, Decimal(1).scaleb(-places))
    return f"{cut:{sign},f}".replace("-", "−") if cut else f"{abs(cut):f}"


def _times(power: int) -> str:
    return f"×10{str(power).translate(_POWERS)}"


def _whole(value: float) -> int:
    return int(value + 0.5)  # as Math.round does
