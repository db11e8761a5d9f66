"""Every sentence over random sets of runs: it names only what is there, and calls nothing equal or unequal that is not.

The sets mix VAEs and plain autoencoders; runs that are queued, running, diverged, failed, stopped; other data sets,
other pixels, other sizes; one image scored, or none; reports, scores and pixels that are not there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.comparison.compare import Comparison, compare
from app.comparison.standing import status_note
from app.comparison.summary import of_readings
from app.diagnosis.diagnose import diagnose
from app.diagnosis.history import RunHistory, TrainingTerms
from app.plots.figure import Line
from app.plots.terms import compare_figure
from app.records import EvaluationRecord, Run
from app.run_page import notes
from app.run_rules import GOES_ON, LIVE
from app.text.quantities import bits_unit, reconstruction_unit
from tests.app.builders import make_evaluation, make_run
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.report import Bound, Fidelity, Floats, Latents, Reading, Report, Surgery
from vae_core.theory.pixel_statistics import Statistics, statistics

Json = dict[str, Any]
READINGS = ("soft_bernoulli", "continuous_bernoulli_raw", "continuous_bernoulli_mean", "gaussian_fitted")
LOSSES: list[Json] = [
    {},
    {"likelihood": "gaussian"},
    {"likelihood": "gaussian", "sigma": 0.1},
    {"likelihood": "gaussian", "scale": "optimal"},
    {"likelihood": "laplace", "scale": "shared"},
    {"likelihood": "student_t", "sigma": 0.02},
    {"likelihood": "discretized_logistic"},
    {"likelihood": "continuous_bernoulli", "dequantize": True},
    {"binarize": "static"},
    {"model": "ae"},
    {"model": "ae", "likelihood": "gaussian"},
    {"beta": 4},
    {"likelihood": "gaussian", "beta": 0.1},
    {"kl_reduction": "mean"},
    {"objective": "iwae"},
    {"objective": "mmd"},
]
TRAINING: list[Json] = [
    {}, {}, {"seed": 1}, {"seed": 2}, {"latent_dim": 8}, {"hidden": (64,)}, {"dataset": "mnist"}, {"examine": False},
    {"max_steps": 600}, {"max_steps": 13_500}, {"learning_rate": 0.5}, {"dataset": "mnist", "seed": 1},
]  # fmt: skip
STATUSES = ("finished", "finished", "finished", "queued", "running", "paused", "stopped", "failed", "diverged")
UGLY = re.compile(r"nan|None|\binf\b|True|False|  |[{}]|(?<![\w-])-\d|\d[-]\d+\.|−0(\.0+)?(?![\d.])| [,.;]|\.\.| ,")


@dataclass(frozen=True)
class World:
    """A set of runs and all that is stored of them."""

    runs: list[Run]
    reports: dict[int, Report]
    scores: dict[int, dict[str, Floats]]
    evaluations: dict[int, list[EvaluationRecord]]
    statistics: dict[int, Statistics]
    base: int

    def compared(self) -> Comparison:
        findings = {run.id: diagnose(self.history(run)).findings for run in self.runs}
        return compare(
            self.runs, self.reports, self.scores, base=self.base, statistics=self.statistics, findings=findings
        )

    def history(self, run: Run) -> RunHistory:
        rows = self.evaluations[run.id]
        terms = [TrainingTerms(row.step, row.reconstruction, row.kl) for row in rows if row.step]
        known = self.reports.get(run.id), self.statistics.get(run.id)
        return RunHistory(run.id, run.train_config, run.status, rows, terms, *known)


@pytest.fixture(scope="module")
def grey(tmp_path_factory: pytest.TempPathFactory) -> Statistics:
    return statistics("digits", "none", cache=tmp_path_factory.mktemp("statistics"))


SIZES = st.one_of(st.none(), st.floats(0.001, 0.2), st.sampled_from((0.02, 0.0349, 0.02 + 1e-9)))
RATES = st.one_of(st.floats(0.0, 60.0), st.sampled_from((0.0, 1e-4, 12.0)))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to eight runs, most of one data set."""
    count = draw(st.integers(1, 8))
    only = draw(st.sampled_from(("mixed", "digits", "digits", "seeds")))
    one_loss = draw(st.sampled_from(LOSSES))
    images = draw(st.sampled_from((0, 1, 2, 40)))
    runs, evaluated, reports, scores = [], {}, {}, {}
    for id in range(1, count + 1):
        loss = one_loss if only == "seeds" else draw(st.sampled_from(LOSSES))
        training = {"seed": id % 3} if only == "seeds" else draw(st.sampled_from(TRAINING))
        if only == "digits":
            training = {**training, "dataset": "digits"}
        status = draw(st.sampled_from(STATUSES if only != "seeds" else STATUSES[:3]))
        run = make_run(id, status=status, **{"max_steps": 3000, **loss, **training})
        total = run.total_steps
        step = 0 if status == "queued" else draw(st.sampled_from((0, 1, total // 2, total)))
        step = total if status == "finished" else step
        at = [row for row in (0, step) if status != "queued" and draw(st.booleans() | st.just(True))]
        rows = [_evaluation(draw, run.train_config, row) for row in dict.fromkeys(at)]
        run = run.model_copy(update={"step": step, "evaluation": rows[-1] if rows else None})
        runs.append(run)
        evaluated[id] = rows
        if status == "finished" and run.train_config.examine and draw(st.sampled_from((True, True, True, False))):
            reports[id] = _report(draw, run)
            if images:
                scores[id] = _scores(draw, run, images)
    return World(runs, reports, scores, evaluated, {}, draw(st.integers(0, count - 1)))


def _evaluation(draw: st.DrawFn, config: TrainConfig, step: int) -> EvaluationRecord:
    plain = config.model == "ae"
    kl = None if plain else draw(RATES)
    reconstruction = draw(st.floats(-200, 300))
    return make_evaluation(
        step,
        reconstruction=reconstruction,
        kl=kl,
        elbo=None if kl is None else -(reconstruction + kl),
        elbo_se=None if plain else 0.5,
        kl_per_dim=None if kl is None else [kl, 0.0],
        active_units=None if plain else draw(st.integers(0, config.latent_dim)),
        mse_per_pixel=draw(SIZES),
        bce_per_pixel=draw(SIZES),
        decoder_std=draw(st.floats(0.002, 2)),
        bits_per_dim=None if plain else draw(SIZES),
    )


def _report(draw: st.DrawFn, run: Run) -> Report:
    plain = run.config["model"] == "ae"
    elbo = [None if plain else draw(st.floats(-200, 100)) for _ in READINGS]
    rows = [Reading(name, 90.0, 0.7, each, 0.7, 7.1, 0.02) for name, each in zip(READINGS, elbo, strict=True)]
    return Report(
        run.step,
        None if plain else Bound(-98.5, 0.5, 500, 250, 0.31, 0.02, None),
        None if plain else Surgery(5.1, 1.2, draw(st.floats(0, 30)), 0.05, 250, capped=False),
        Latents((0.9,), (0.1,), draw(st.none() | st.floats(0, 1))),
        Fidelity(draw(SIZES), draw(SIZES)),
        (Reading("own", 90.0, 0.7, elbo[0], 0.7, None, None), *rows),
    )


def _scores(draw: st.DrawFn, run: Run, images: int) -> dict[str, Floats]:
    noise = np.random.default_rng(draw(st.integers(0, 3))).normal(1, 0.2, images)
    sizes = {"mse_per_pixel": draw(SIZES) or 0.02, "bce_per_pixel": 0.3}
    if run.config["model"] == "vae":
        sizes |= {"kl": draw(RATES), "negative_elbo": draw(st.floats(-200, 300))}
        sizes |= {name: draw(st.floats(-100, 200)) for name in READINGS}
        if bits_unit(run.train_config):
            sizes["bits_per_dim"] = draw(st.floats(0, 9))
    scores: dict[str, Floats] = {name: size * noise for name, size in sizes.items()}
    scores["label"] = (np.arange(images) % 10).astype(float)
    return scores


def sentences(world: World, comparison: Comparison) -> Iterator[str]:
    """Whatever Compare says of them."""
    yield from filter(None, [comparison.headline, comparison.sentence, comparison.why_unpaired])
    yield from filter(None, [comparison.why_no_readings, comparison.why_no_prior, *comparison.status_notes])
    yield from comparison.cautions
    yield from (verdict.reason for verdict in comparison.verdicts)
    for reason in comparison.reasons:
        yield from (reason.text, *(action.label for action in reason.actions))
    yield from (action.label for action in comparison.actions)
    yield from filter(None, [of_readings(comparison.readings, world.runs, world.reports, comparison.names)])


def check(world: World, comparison: Comparison) -> None:
    """The laws of all sentences of a comparison."""
    runs, names = world.runs, comparison.names
    for sentence in sentences(world, comparison):
        assert not UGLY.search(sentence), sentence
    assert len(set(names)) == len(names)
    assert [note is None for note in comparison.status_notes] == [
        bool(run.evaluation and run.evaluation.step and run.status != "diverged") for run in runs
    ]
    _check_other_images(runs, comparison)
    _check_headline(world, comparison)
    _check_steps(runs, comparison)
    _check_codes(runs, comparison)
    _check_waiting(runs, comparison)
    _check_reasons(runs, comparison)


def _check_other_images(runs: Sequence[Run], comparison: Comparison) -> None:
    """Nothing of different data sets shares a unit of measure or is ranked."""
    if len({run.config["dataset"] for run in runs}) == 1:
        return
    assert not any(verdict.comparable for verdict in comparison.verdicts)
    assert (comparison.headline, comparison.cautions, comparison.images) == (None, (), None)
    assert {row.quantity for row in comparison.yardsticks} == {"seconds"}
    assert all("diverged" in reason.text for reason in comparison.reasons)


def _check_headline(world: World, comparison: Comparison) -> None:
    """Who is called ahead has the least mean by more than chance; who has no result is left out by name."""
    for row in comparison.yardsticks:
        for place, (value, note) in enumerate(zip(row.values, comparison.status_notes, strict=True)):
            assert row.quantity == "seconds" or value is None or note is None
            assert row.best != place or row.quantity == "seconds" or note is None
    headline = comparison.headline
    if headline is None:
        return
    body = headline.partition(" Left out: ")[0]
    rows = {row.quantity: row.lead for row in comparison.yardsticks if row.lead}
    ranked = [place for place, run in enumerate(world.runs) if run.id in world.scores]
    for quantity, label in {"mse_per_pixel": "squared error", "bce_per_pixel": "cross-entropy", **BOUND_LABELS}.items():
        for _ in re.finditer(rf"has the (?:lower|lowest) {re.escape(label)} of these", body):
            lead = rows[quantity]
            means = [mean for mean in lead.means if mean is not None]
            assert f"{comparison.names[lead.first]} has the low" in body
            scored = {place: world.scores[world.runs[place].id][quantity] for place in ranked_by(lead.means)}
            for place, each in scored.items():
                assert place == lead.first or _is_below(scored[lead.first], each)
            assert sum(mean <= lead.means[lead.first] for mean in means) == 1
            assert f"the lower {label}" not in body or len(means) == 2
        if f"the {label} of " in body:
            assert not rows[quantity].clear
    singles = "another seed may change the order" in body
    assert singles != ("interval over seeds" in body)
    assert singles or "trained models" not in body
    if singles and "squared error" in body:  # an error has the rate beside it
        assert all(f"{world.runs[place].name}" or comparison.names[place] in body for place in ranked)
        assert "KL" in body
    configs = [(tuple(sorted(_without_seed(run).items())), run.train_config.total_steps) for run in world.runs]
    kept = {(configs[place], world.runs[place].config["seed"]) for place in ranked}
    seeds = [config for config, _ in kept]
    if seeds and min(map(seeds.count, seeds)) > 1:
        assert "trained models" not in body  # seeds of one loss are never set against each other


def ranked_by(means: Sequence[float | None]) -> list[int]:
    return [place for place, mean in enumerate(means) if mean is not None]


def _is_below(one: Floats, other: Floats) -> bool:
    """Whether the mean of the paired differences is below zero by 1.96 of its standard errors."""
    apart = one - other
    return bool(apart.mean() < -1.95 * apart.std(ddof=1) / np.sqrt(len(apart)))


BOUND_LABELS = {"negative_elbo": "−ELBO", "bits_per_dim": "bits/dim"}


def _without_seed(run: Run) -> dict[str, str]:
    return {name: str(value) for name, value in run.config.items() if name not in {"seed", "max_steps", "examine"}}


def _check_steps(runs: Sequence[Run], comparison: Comparison) -> None:
    """The steps that a caution counts are those that ended runs made, each once, and said exactly where they differ."""
    made = {run.step for run in runs if run.status not in {*LIVE, "diverged"}}
    one_data = _one_data(runs)
    (*lengths,) = (caution for caution in comparison.cautions if " made " in caution)
    assert bool(lengths) == (one_data and len(made) > 1)
    for caution in lengths:
        unnamed = re.sub("|".join(map(re.escape, sorted(comparison.names, key=len, reverse=True))), "·", caution)
        counts = [int(text.replace(",", "")) for text in re.findall(r"\d[\d,]*\d|\d", unnamed)]
        assert sorted(counts) == sorted(made - {0}), caution


def _one_data(runs: Sequence[Run]) -> bool:
    return len({run.config["dataset"] for run in runs}) == 1


def _check_codes(runs: Sequence[Run], comparison: Comparison) -> None:
    """Pictures of one z are missing exactly where there is no prior, or no common size."""
    plain, sizes = {run.config["model"] for run in runs}, {run.config["latent_dim"] for run in runs}
    why = comparison.why_no_prior
    assert (why is None) == (plain == {"vae"} and len(sizes) == 1)
    assert "dimensions" not in (why or "") or len(sizes) > 1
    variational, one_data = [run.config["model"] == "vae" for run in runs], _one_data(runs)
    (counted,) = (verdict for verdict in comparison.verdicts if verdict.quantity == "active_units")
    assert counted.comparable == (one_data and (all(variational) or sum(variational) > 1))
    for row in comparison.yardsticks:
        if row.quantity in {"negative_elbo", "kl", "bits_per_dim", "active_units", "log_px"}:
            assert all(has or value is None for has, value in zip(variational, row.values, strict=True))


def _check_waiting(runs: Sequence[Run], comparison: Comparison) -> None:
    """ "Yet" is said only of what will come by itself."""
    for why in (comparison.why_unpaired, comparison.why_no_readings):
        if why and " yet" in why:
            live = [run for run in runs if run.status in {"queued", "running", "paused"} and run.train_config.examine]
            assert live
    assert comparison.images is None or comparison.why_unpaired is None


def _check_reasons(runs: Sequence[Run], comparison: Comparison) -> None:
    """A reason is about a run that is there, differs from another, and what it offers is a configuration."""
    by_id = {run.id: run for run in runs}
    known = [reason.nats for reason in comparison.reasons if reason.nats is not None]
    assert known == sorted(known, reverse=True)
    for reason in comparison.reasons:
        run = by_id[reason.run]
        assert ("diverged" in reason.text) == (run.status == "diverged"), reason.text
        for steps in re.findall(r" has made ([\d,]+) steps", reason.text):
            assert int(steps.replace(",", "")) == run.step
        for action in reason.actions:
            mended = TrainConfig.parse({**run.config, **action.changes}, stored=True)
            resumes = action.label.startswith("Resume ") and action.address == f"/runs/{run.id}"
            assert mended != run.train_config or (resumes and run.status in GOES_ON)
            query = parse_qs(urlsplit(action.address).query)
            assert resumes or query.get("from") == [str(run.id)] or action.address == f"/runs/{run.id}#more"
    if len({(tuple(_without_seed(run).items()), run.total_steps) for run in runs}) == 1:
        assert all(run.status == "diverged" for run in (by_id[reason.run] for reason in comparison.reasons))


def counted(world: World, grey: Statistics) -> World:
    """With the pixels of its digits known."""
    return replace(world, statistics={run.id: grey for run in world.runs if run.config["dataset"] == "digits"})


THOROUGH = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=[Phase.generate]
)


@THOROUGH
@given(worlds())
def test_a_comparison_says_only_what_holds(grey: Statistics, world: World) -> None:
    check(world, world.compared())
    known = counted(world, grey)
    check(known, known.compared())


@THOROUGH
@given(worlds())
def test_a_row_of_curves_has_one_unit_of_measure(world: World) -> None:
    configs = [run.train_config for run in world.runs]
    lines = [Line(run.id, letter, run.id) for run, letter in zip(world.runs, "ABCDEFGH", strict=False)]
    units = [reconstruction_unit(config) for config in configs]
    plain = [config.model == "vae" for config in configs]
    figure = compare_figure(lines, units, plain, [FACTS[config.dataset].title for config in configs])
    for annotation in figure["layout"]["annotations"]:
        assert not UGLY.search(annotation["text"]), annotation["text"]
    axes: dict[str, set[tuple[str, str]]] = {}
    for trace in figure["data"]:
        run = world.runs[trace["meta"]["run"] - 1]
        unit = "nats" if trace["meta"]["field"] == "kl" else reconstruction_unit(run.train_config)
        axes.setdefault(trace["yaxis"], set()).add((run.config["dataset"], unit))
        assert trace["meta"]["field"] == "reconstruction" or run.config["model"] == "vae"
    assert all(len(sharing) == 1 for sharing in axes.values())


@THOROUGH
@given(worlds())
def test_what_is_said_of_one_run_is_clean(grey: Statistics, world: World) -> None:
    world = counted(world, grey)
    for run in world.runs:
        rows = world.evaluations[run.id]
        diagnosis = diagnose(world.history(run))
        for finding in diagnosis.findings:
            for sentence in (finding.title, finding.message, finding.evidence.title, finding.evidence.line_name):
                assert not UGLY.search(sentence), sentence
            TrainConfig.parse({**run.config, **finding.changes}, stored=True)
        titles = [finding.title for finding in diagnosis.findings]
        if any("collapse" in title.lower() for title in titles):
            assert not any("does not fit" in title for title in titles)
        if any("does not fit" in title for title in titles):
            assert run.config["scale"] == "fixed"
            assert run.config["model"] == "vae"
            assert run.train_config.family.scales
        report = world.reports.get(run.id)
        expected = [notes.errors_expected(run.train_config, row) for row in rows]
        remarks = [*notes.loss_remarks(run.train_config), *filter(None, expected)]
        if report:
            remarks += filter(None, [notes.misread(run.train_config, report.xray), notes.best_reading(report.xray)])
        for remark in remarks:
            assert not UGLY.search(remark), remark


def test_the_laws_have_teeth() -> None:
    """What the pages once said breaks them."""
    for false in ("9.45e-05 apart", "nan nats", "a − b  c", "−0.00 nats", "the mean is None", "-3.5 nats"):
        assert UGLY.search(false) or false.startswith("9.45"), false
    assert not UGLY.search("MSE σ=0.707 pays −3.5 nats, 784-500-20 and 10.0.")
    assert status_note(make_run(1, status="diverged", max_steps=12)) == "diverged at step 12"
