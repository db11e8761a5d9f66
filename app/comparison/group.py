"""Runs by configuration: what each comes to over its seeds, and whether configurations differ by more than seeds. Pure.

Numbers are those of the last evaluation, on all held-out images.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from app.comparison.comparability import verdict
from app.comparison.metrics import BOUNDS, ERRORS, EVALUATED, measured, name_of, unit_of
from app.comparison.seeds import SIGNIFICANT, SeedContrast, SeedSpread, contrast, holm, permutation_floor, spread
from app.comparison.standing import group_names, groups
from app.launch.request import MAX_RUNS, varied
from app.records import EvaluationRecord, Run
from app.text.labels import listed
from app.text.numbers import interval, number
from app.text.quantities import QUANTITIES
from vae_core.schema import DESCRIBED

METRICS = (*EVALUATED, "seconds")
MOST_PAIRED = 8  # configurations, up to which every pair is compared
LEAST_P = 0.001  # that is told by its number
MOST_NAMED = 3  # differences between those that come after the first


@dataclass(frozen=True)
class Cell:
    """A configuration, and what it came to over its seeds."""

    __pydantic_config__ = DESCRIBED

    config: dict[str, Any]
    """The fields in which the configurations differ, the seed apart."""
    label: str
    """What tells it from the others, or the name of its first run."""
    runs: tuple[int, ...]
    """The numbers of its runs."""
    n: int
    """Its seeds that have finished; a seed that ran twice counts once, by its newest run."""
    metrics: dict[str, SeedSpread]
    """Each yardstick over those seeds."""


@dataclass(frozen=True)
class SeedOutcome:
    """What several runs came to, configuration by configuration."""

    cells: tuple[Cell, ...]
    """In the order in which their first runs come."""
    contrasts: tuple[SeedContrast, ...]
    """Of every pair of configurations with a result, each yardstick that they share; none of more than eight."""
    sentences: tuple[str, ...]
    """Who is ahead, over seeds, and how sure that is."""
    shared: tuple[str, ...]
    """The yardsticks that two configurations or more have, all of them in one unit of measure."""

    def best(self, metric: str) -> int | None:
        """The place of the configuration with the least mean so far; None where more is better, or neither."""
        if QUANTITIES[metric].better != "lower":
            return None
        known = {place: cell.metrics[metric].mean for place, cell in enumerate(self.cells) if metric in cell.metrics}
        return min(known, key=lambda place: known[place]) if len(known) > 1 else None


def outcome(runs: Sequence[Run]) -> SeedOutcome:
    """Of at least one run; yardsticks without a common unit of measure are not compared."""
    places, labels = groups(runs), group_names(runs)
    members = [[run for run, at in zip(runs, places, strict=True) if at == place] for place in range(len(labels))]
    tables = [_by_seed(its) for its in members]
    configs = [its[0].train_config for its in members]
    differing = [name for name in varied(configs) if name != "seed"]
    cells = tuple(
        Cell(
            {name: config.to_dict()[name] for name in differing},
            label,
            tuple(run.id for run in its),
            max((len(values) for values in table.values()), default=0),
            {name: spread(list(values.values())) for name, values in table.items()},
        )
        for config, label, its, table in zip(configs, labels, members, tables, strict=True)
    )
    shared = tuple(name for name in METRICS if _is_shared(name, members, tables))
    contrasts = _contrasts(shared, tables) if len(members) <= MOST_PAIRED else ()
    return SeedOutcome(cells, contrasts, tuple(_sentences(cells, contrasts, shared)), shared)


def _by_seed(runs: Sequence[Run]) -> dict[str, dict[int, float]]:
    """Each yardstick of the finished runs of one configuration, by their seeds: others have made fewer steps."""
    table: dict[str, dict[int, float]] = {}
    for run in runs:
        if run.status == "finished":
            known = measured(run)
            for name in METRICS:
                if (value := known.get(name)) is not None:
                    table.setdefault(name, {})[run.train_config.seed] = value
    return table


def _is_shared(
    name: str, members: Sequence[Sequence[Run]], tables: Sequence[Mapping[str, Mapping[int, float]]]
) -> bool:
    """Whether at least two configurations have the yardstick, in one unit of measure."""
    configs = [its[0].train_config for its, table in zip(members, tables, strict=True) if table.get(name)]
    return len(configs) > 1 and (name == "seconds" or verdict(name, configs).comparable)


def _contrasts(shared: Sequence[str], tables: Sequence[Mapping[str, Mapping[int, float]]]) -> tuple[SeedContrast, ...]:
    """Every pair of configurations, each p after Holm among those of its yardstick."""
    made: list[SeedContrast] = []
    for name in shared:
        if name == "seconds":
            continue
        having = [place for place, table in enumerate(tables) if table.get(name)]
        pairs = list(combinations(having, 2))
        family = [contrast(a, b, name, tables[a][name], tables[b][name], of=len(pairs)) for a, b in pairs]
        adjusted = holm([one.p for one in family])
        made += [replace(one, p_holm=p) for one, p in zip(family, adjusted, strict=True)]
    return tuple(made)


def _sentences(cells: Sequence[Cell], contrasts: Sequence[SeedContrast], shared: Sequence[str]) -> list[str]:
    """The bound first, where all share one, then the error of the decoder's mean."""
    if len(cells) == 1:
        return _alone(cells[0])
    if len(cells) > MOST_PAIRED:
        return _of_many(cells, shared)
    chosen = _judged(cells, contrasts)
    every = [text for name in chosen for text in _conclusion(cells, [one for one in contrasts if one.metric == name])]
    sentences = list(dict.fromkeys(every))
    if len({(one.a, one.b) for one in contrasts}) > 1 and any("(p " in text for text in sentences):
        sentences.append("Each p counts all pairs of configurations (Holm); each ± is for its own pair alone.")
    sentences += _floor([one for one in contrasts if one.metric in chosen])
    paid = [f"{cell.label} {_plus_minus(cell.metrics['kl'])}" for cell in cells if "kl" in cell.metrics]
    return [*sentences, f"In nats of KL: {listed(paid)}."] if sentences and paid else sentences


def _judged(cells: Sequence[Cell], contrasts: Sequence[SeedContrast]) -> list[str]:
    """The yardsticks that the verdict goes by: a bound, where all share one, and an error."""
    known = {one.metric for one in contrasts if all(one.metric in cell.metrics for cell in cells if cell.n)}
    return [name for name in BOUNDS if name in known][:1] + [name for name in ERRORS if name in known][:1]


def _alone(cell: Cell) -> list[str]:
    """What seeds do to the one configuration that there is."""
    metric = next((name for name in ERRORS if name in cell.metrics), None)
    if metric is None or cell.n < 2:
        return []
    each, rate = cell.metrics[metric], cell.metrics.get("kl")
    paid = f", with {_plus_minus(rate)} nats of KL" if rate else ""
    alone = "These runs have one configuration and differ in the seed alone"
    return [f"{alone}: {name_of(metric)} {_plus_minus(each)}{unit_of(metric)} over {_seeds(each.n)}{paid}."]


def _of_many(cells: Sequence[Cell], shared: Sequence[str]) -> list[str]:
    """The two with the least of what they share, of more configurations than are compared pair by pair."""
    done = [cell for cell in cells if cell.n]
    known = [name for name in shared if all(name in cell.metrics for cell in done)]
    sentences = []
    for name in [*[name for name in BOUNDS if name in known][:1], *[name for name in ERRORS if name in known][:1]]:
        first, second, *_ = sorted(done, key=lambda cell: cell.metrics[name].mean)
        least, next_one = first.metrics[name], second.metrics[name]
        sentences.append(
            f"{first.label} has the lowest {name_of(name)} of the {len(done)} configurations that have finished, "
            f"{_plus_minus(least)}{unit_of(name)} over {_seeds(least.n)}; next comes {second.label}, "
            f"{_plus_minus(next_one)}."
        )
    chance = f"Which of so many comes first is partly chance: up to {MOST_PAIRED} are tested pair by pair."
    return [*sentences, chance] if sentences else []


def _conclusion(cells: Sequence[Cell], family: Sequence[SeedContrast]) -> list[str]:
    """Which configuration has the least of a yardstick on average, and which it is clearly below."""
    metric = family[0].metric
    places = sorted({place for one in family for place in (one.a, one.b)})
    spreads = {place: cells[place].metrics[metric] for place in places}
    first = min(places, key=lambda place: spreads[place].mean)
    name, unit = name_of(metric), unit_of(metric)
    if max(each.n for each in spreads.values()) == 1:
        return ["One seed each: how much results differ between seeds is not known, so nothing follows for others."]
    against = {one.b if one.a == first else one.a: one for one in family if first in (one.a, one.b)}
    ahead = f"{cells[first].label} has the {'lower' if len(places) == 2 else 'lowest'} {name} on average"
    head = f"{ahead}, {_plus_minus(spreads[first])}{unit} over {_seeds(spreads[first].n)}"
    order = sorted(against, key=lambda place: spreads[place].mean)
    clear = [_below(cells[place].label, against[place]) for place in order if against[place].clear]
    open_still = [place for place in order if not against[place].clear and against[place].half_width is not None]
    sentences = [f"{head}: {listed(clear)}."] if clear else []
    if alone := [cells[place].label for place in order if against[place].half_width is None]:
        others = listed([cells[first].label, *alone])
        sentences.append(f"By {name}, seeds say nothing of {others}: not each of them has two.")
    for place in open_still:
        beside, one = f"By {name}, {cells[first].label} and {cells[place].label}", against[place]
        if one.low == one.high == 0:
            sentences.append(f"{beside} are equal on {_seeds(one.n)}.")
        else:
            sentences.append(f"{beside} cannot be told apart{_doubt(one, unit)}")
    if open_still:
        sentences += _clear_among_others(cells, [one for one in family if first not in (one.a, one.b)], name)
    return sentences


def _clear_among_others(cells: Sequence[Cell], family: Sequence[SeedContrast], name: str) -> list[str]:
    """The clearest differences between configurations that come after the first, a few of them."""
    clear = sorted((one for one in family if one.clear), key=lambda one: one.p_holm or 0)
    pairs = [(one, (one.a, one.b) if one.difference < 0 else (one.b, one.a)) for one in clear[:MOST_NAMED]]
    texts = [f"{cells[low].label} is {_below(cells[high].label, one)}" for one, (low, high) in pairs]
    return [f"By {name}, {listed(texts)}."] if texts else []


def _below(label: str, one: SeedContrast) -> str:
    """'below MSE by 0.0170 ± 0.0030 (p = 0.002), on each of 3 seeds'."""
    ways = ""
    if one.same_way is not None:
        ways = f", on {'each' if one.same_way == one.n else str(one.same_way)} of {one.n} seeds"
    apart = interval(abs(one.difference), one.half_width)
    return f"below {label} by {apart} ({_p(one.p_holm or 0.0)}){ways}"


def _p(p: float) -> str:
    return f"p < {LEAST_P}" if p < LEAST_P else f"p = {number(p)}"


def _doubt(one: SeedContrast, unit: str) -> str:
    """How far apart they are, and how many seeds would tell."""
    p = f" ({_p(one.p_holm)})" if one.p_holm is not None else ""
    apart = f": they are {interval(abs(one.difference), one.half_width)}{unit} apart over {_seeds(one.n)}{p}"
    if one.detectable is None:
        return f"{apart}."
    reach = f" So many seeds find a difference of {number(one.detectable)} in 4 of 5 cases"
    more = f"; about {one.needed} each would find this one." if one.needed else ", and no 200 would find this one."
    return f"{apart}.{reach}{more}"


def _floor(contrasts: Sequence[SeedContrast]) -> list[str]:
    """What the least p of a permutation test is where so few seeds leave a pair open."""
    few = {one.n for one in contrasts if one.paired and not one.clear and permutation_floor(one.n) > SIGNIFICANT}
    return [
        f"A paired permutation test of {_seeds(n)} cannot go below p = {number(permutation_floor(n))}."
        for n in sorted(few)
    ]


def _plus_minus(each: SeedSpread) -> str:
    return number(each.mean) if each.half_width is None else interval(each.mean, each.half_width)


def _seeds(n: int) -> str:
    return f"{n} seed{'s' * (n != 1)}"


@dataclass(frozen=True)
class SeedCurve:
    """A held-out yardstick of one configuration over the steps at which each of its seeds was evaluated."""

    steps: tuple[int, ...]
    spreads: tuple[SeedSpread, ...]
    runs: tuple[tuple[float, ...], ...]  # of each run its values at those steps


def seed_curve(evaluations: Sequence[Sequence[EvaluationRecord]], quantity: str) -> SeedCurve:
    """The mean over runs where all that have begun were evaluated, the first weights apart."""
    begun = [values for rows in evaluations if (values := _by_step(rows, quantity))]
    steps = sorted(set.intersection(*(set(values) for values in begun))) if begun else []
    spreads = tuple(spread([values[step] for values in begun]) for step in steps)
    return SeedCurve(tuple(steps), spreads, tuple(tuple(values[step] for step in steps) for values in begun))


def _by_step(rows: Sequence[EvaluationRecord], quantity: str) -> dict[int, float]:
    """The finite values after the first step."""
    values = {row.step: getattr(row, quantity) for row in rows if row.step}
    return {step: value for step, value in values.items() if value is not None}


@dataclass(frozen=True)
class SeedsToAdd:
    """Seeds to add to every configuration, so many that differences which the verdict leaves open are likely found."""

    count: int
    first: str  # the configuration that is ahead so far,
    others: tuple[str, ...]  # and those that it would be told from, in 4 of 5 cases


def more_seeds(made: SeedOutcome, launched: Sequence[int]) -> SeedsToAdd | None:
    """The most that one launch can have, beyond the seeds `launched` of each that have finished or are on their way."""
    for name in _judged(made.cells, made.contrasts):
        family = [one for one in made.contrasts if one.metric == name]
        first = min({place for one in family for place in (one.a, one.b)}, key=_mean_of(made, name))
        lacking: dict[str, int] = {}
        for one in family:
            if first in (one.a, one.b) and not one.clear and one.needed:
                other = one.b if one.a == first else one.a
                lacking[made.cells[other].label] = one.needed - max(one.n, min(launched[first], launched[other]))
        enough = {label: count for label, count in lacking.items() if 0 < count <= MAX_RUNS // len(made.cells)}
        if enough:
            return SeedsToAdd(max(enough.values()), made.cells[first].label, tuple(enough))
    return None


def _mean_of(made: SeedOutcome, metric: str) -> Callable[[int], float]:
    return lambda place: made.cells[place].metrics[metric].mean
