"""Numbers and times as a page shows them. Pure."""

from datetime import UTC, datetime
from math import floor, log10
from typing import Protocol

from app.records import Run
from app.text.quantities import QUANTITIES, READING_NAMES

NOTHING = "—"
LARGE = 1e7  # beyond which no digit after the point and no comma helps


class Apart(Protocol):
    """How far one value is from another."""

    @property
    def difference(self) -> float: ...

    @property
    def half_width(self) -> float | None: ...

    @property
    def share(self) -> float | None: ...


def number(value: float | None, digits: int = 2) -> str:
    """105.57, 0.0132, 4,690, 4.91e+18: enough digits to compare, none to wade through."""
    if value is None:
        return NOTHING
    if isinstance(value, int):
        text = f"{value:,}"
    elif abs(value) >= LARGE:
        text = f"{value:.3g}"
    elif 0 < abs(value) < 1:
        text = f"{value:#.3g}"
    else:
        text = f"{value:,.{digits}f}"
    return text.replace("-", "−", 1) if value < 0 else text


def within(value: float | None, se: float | None) -> str:
    """24.58 ± 0.16, 6.821 ± 0.008: a mean and its standard error, with the digits that the error leaves."""
    if value is None or se is None:
        return number(value)
    digits = max(2, -floor(log10(se))) if se > 0 else 2
    return f"{value:,.{digits}f} ± {se:.{digits}f}".replace("-", "−", 1)


def interval(value: float | None, half_width: float | None, sign: str = "") -> str:
    """12.0 ± 1.1: with two digits of the half width; with `sign` a +, a positive value shows its sign."""
    if value is None or not half_width:
        return signed(value) if sign else number(value)
    digits = max(0, 1 - floor(log10(half_width)))
    return f"{value:{sign},.{digits}f} ± {half_width:,.{digits}f}".replace("-", "−", 1)


def gap(apart: Apart | None) -> str:
    """+0.0213 ± 0.0011 (+12 %): a paired difference as a cell shows it."""
    if apart is None:
        return ""
    share = "" if apart.share is None else f" ({100 * apart.share:+.1f} %)".replace("-", "−")
    return interval(apart.difference, apart.half_width, "+") + share


def rounded(value: float | None) -> str:
    """0.01, 0.00: an estimate whose error makes smaller digits meaningless."""
    return number(None if value is None else round(value, 2) + 0.0)


def called(quantity: str) -> str:
    """A quantity, or the −ELBO under a reading of the X-ray, as a choice of a list."""
    if quantity in READING_NAMES:
        return f"−ELBO as {READING_NAMES[quantity]}"
    known = QUANTITIES[quantity]
    return f"{known.name} {known.unit}" if "pixel" in known.unit else known.name


def percent(share: float | None) -> str:
    """70.2 %, 100 %: no digits that a few hundred images do not have."""
    return NOTHING if share is None else f"{100 * share:.3g} %"


def share(part: float) -> str:
    """63 %, of a count of images."""
    return f"{100 * part:.0f} %"


def signed(value: float | None) -> str:
    """A difference with its sign, a real minus."""
    if value is None:
        return NOTHING
    return ("+" if value > 0 else "−" if value < 0 else "±") + number(abs(value))


def duration(seconds: float | None) -> str:
    """4.2 s, 3 min 20 s, 1 h 5 min."""
    if seconds is None:
        return NOTHING
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


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


def format_number(value: float) -> str:
    """784, 0.7071, 150,528, 0.00128, 1.2e+09: four digits, or the whole number."""
    if value == round(value) and abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"
