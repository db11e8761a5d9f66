"""Which runs have a result to compare, what they are called, and which are seeds of one configuration. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.launch.request import without_seed
from app.records import Run
from app.run_rules import LIVE, unexamined
from app.text.labels import labels
from app.text.numbers import number
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.report import Report


def status_note(run: Run) -> str | None:
    """Why a run has no held-out result to compare; None if it has one.

    What a run that diverged scored before is no result of its training, and neither is what its first weights score.
    """
    if run.status == "diverged":
        return f"diverged at step {number(run.step)}"
    if run.result:
        return None
    if run.status == "queued":
        return "queued, not trained yet" if not run.step else "no held-out result yet"
    return "no held-out result yet" if run.status in LIVE else f"{run.status} before its first held-out result"


def unscored(run: Run, report: Report | None) -> str:
    """Why a run was not scored image by image, or not examined."""
    if run.status == "diverged":
        return f"{status_note(run)}, and only a finished model is examined"
    if report and not stale(run, report):
        return "ended before images were scored one by one, so rerun it to pair"
    return unexamined(run.status, run.train_config)


def stale(run: Run, report: Report) -> bool:
    """Whether the run has gone on since it was examined."""
    return run.status in LIVE or run.step > report.step


def kind(config: TrainConfig, changes: Mapping[str, Any] | None = None) -> str:
    """All that decides a step's numbers but the seed, after these changes: what is not at work is left out."""
    return TrainConfig.parse({**config.to_dict(), **(changes or {})}, stored=True).seedless


def by_dataset(runs: Sequence[Run]) -> dict[str, list[int]]:
    """The places of the runs that look at the same images, by the title of their data set."""
    places: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        places.setdefault(FACTS[run.train_config.dataset].title, []).append(place)
    return places


def groups(runs: Sequence[Run]) -> list[int]:
    """Of each run the number of its configuration, from 0: runs that share it differ in the seed alone."""
    order = list(dict.fromkeys(run.configuration for run in runs))
    return [order.index(run.configuration) for run in runs]


def group_names(runs: Sequence[Run]) -> list[str]:
    """What each configuration is called: what tells it apart, or the name of its first run without the seed."""
    words, own = _words(runs), _run_names(_firsts(runs))
    bare = [without_seed(name) for name in own]
    own = bare if len(set(bare)) == len(bare) else own
    return [words.get(place, name) for place, name in enumerate(own)]


def names(runs: Sequence[Run]) -> list[str]:
    """What each run is called: its configuration, with the seed where several share it, or its own name."""
    places, words, own = groups(runs), _words(runs), _run_names(runs)
    called = [
        words[place] + f" s{run.train_config.seed}" * (places.count(place) > 1) if place in words else name
        for run, place, name in zip(runs, places, own, strict=True)
    ]
    return called if len(set(called)) == len(called) else own


def _words(runs: Sequence[Run]) -> dict[int, str]:
    """What tells the configurations apart, by their numbers; nothing where that is long, or a single one.

    A configuration whose runs have all diverged is not compared, so that its words need not tell it from the others.
    """
    places = groups(runs)
    alive = [
        place
        for place in range(max(places) + 1)
        if any(run.status != "diverged" for run, its in zip(runs, places, strict=True) if its == place)
    ]
    firsts = _firsts(runs)
    words = labels([firsts[place].train_config for place in alive]) if len(alive) > 1 else None
    return dict(zip(alive, words, strict=True)) if words else {}


def _firsts(runs: Sequence[Run]) -> list[Run]:
    """The first run of each configuration."""
    places = groups(runs)
    return [runs[places.index(place)] for place in range(max(places) + 1)]


def _run_names(runs: Sequence[Run]) -> list[str]:
    """Their own names, with their numbers where two share one."""
    own = [run.name for run in runs]
    return [name + f" (run {run.id})" * (own.count(name) > 1) for name, run in zip(own, runs, strict=True)]
