"""Counts of several runs in one phrase, each number said once. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence


def listed(texts: Sequence[str]) -> str:
    """A, B and C."""
    return " and ".join([*([", ".join(texts[:-1])] if len(texts) > 1 else []), *texts[-1:]])


def grouped_counts(counts: Sequence[int], names: Sequence[str], unit: str) -> str:
    """3,000 steps each but 600 for C: equal counts together, and the most frequent one said of all where it can be.

    `counts` and the `names` of what they are of are in the same order; `unit` is in the singular.
    """
    most, times = Counter(counts).most_common(1)[0]
    if times == len(counts):
        return _counted(most, unit) + " each" * (times > 1)
    groups = {count: [name for one, name in zip(counts, names, strict=False) if one == count] for count in counts}
    if 2 * times > len(counts):
        del groups[most]
        return f"{_counted(most, unit)} each but {_joined(groups)}"
    return _joined(groups, unit)


def _joined(groups: Mapping[int, Sequence[str]], unit: str = "") -> str:
    """600 for C and 300 for D, the first with the unit; with commas alone beside another "and"."""
    units = [unit] + [""] * (len(groups) - 1)
    parts = [
        f"{_counted(count, unit)} for {listed(of)}" for (count, of), unit in zip(groups.items(), units, strict=True)
    ]
    return listed(parts) if all(len(of) == 1 for of in groups.values()) else ", ".join(parts)


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'s' * (count != 1)}" if unit else f"{count:,}"
