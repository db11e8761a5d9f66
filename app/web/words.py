"""Numbers and times as a page says them."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import floor, log, log10
from typing import Any

from markupsafe import Markup

from app.equations import mathml
from app.forms import spoken
from app.palette import slot
from app.units import QUANTITIES, SHORT_NAMES

NOTHING = "—"
LARGE = 1e7  # beyond which no digit after the point and no comma helps


def number(value: float | None, digits: int = 2) -> str:
    """105.57, 0.0132, 4,690, 4.91e+18: enough digits to compare, none to wade through."""
    if value is None:
        return NOTHING
    if isinstance(value, int):
        said = f"{value:,}"
    elif abs(value) >= LARGE:
        said = f"{value:.3g}"
    elif 0 < abs(value) < 1:
        said = f"{value:#.3g}"
    else:
        said = f"{value:,.{digits}f}"
    return said.replace("-", "−", 1) if value < 0 else said


def within(value: float | None, se: float | None) -> str:
    """24.58 ± 0.16, 6.821 ± 0.008: a mean and its standard error, with the digits that the error leaves."""
    if value is None or se is None:
        return number(value)
    digits = max(2, -floor(log10(se))) if se > 0 else 2
    return f"{value:,.{digits}f} ± {se:.{digits}f}".replace("-", "−", 1)


def rounded(value: float | None) -> str:
    """0.01, 0.00: an estimate whose error makes smaller digits meaningless."""
    return number(None if value is None else round(value, 2) + 0.0)


def percent(share: float | None) -> str:
    """70.2 %, 100 %: no digits that a few hundred images do not have."""
    return NOTHING if share is None else f"{100 * share:.3g} %"


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


def time_left(run: dict[str, Any]) -> float | None:
    """Seconds to the end at the pace so far; None before 2 % of the run, when it would be a guess."""
    if run["status"] != "running" or run["step"] < max(2, run["total_steps"] * 0.02):
        return None
    return float(run["seconds"] / run["step"] * (run["total_steps"] - run["step"]))


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "signed": signed,
    "within": within,
    "rounded": rounded,
    "percent": percent,
    "duration": duration,
    "moment": moment,
    "time_left": time_left,
    "slot": slot,
    "loss_name": lambda likelihood: SHORT_NAMES[likelihood],
    "log": log,
    "spoken": spoken,
    "mathml": lambda latex: Markup(mathml(latex)),  # noqa: S704  our own formulas
    "quantity": lambda name: QUANTITIES[name],
}
