"""Why runs came out as they did, and the run that would show it: computed, each with its number. Pure.

A reason is a difference between the runs. What all of them share explains nothing here, however bad it is for each; the
page of a run says that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.comparison.actions import Action
from app.comparison.standing import groups, kind, names, status_note
from app.diagnosis.history import Finding
from app.launch.form import format_changes, sibling_address
from app.records import EvaluationRecord, Run
from app.run_rules import EXTENDS, GOES_ON, LIVE
from app.text.labels import listed
from app.text.numbers import format_number, number
from app.text.quantities import pixels
from app.text.scale_fit import cost, expectation, optima
from vae_core.config.families import FAMILIES, OBJECTIVES
from vae_core.config.train_config import INDIFFERENT, TrainConfig
from vae_core.schema import DESCRIBED
from vae_core.theory.convention import implied
from vae_core.theory.cost import size
from vae_core.theory.linear import linear_optimum, live_units
from vae_core.theory.pixel_statistics import Pixels, Statistics
from vae_core.theory.preflight import SUMS, revival
from vae_core.theory.scale_fit import ScaleFit, scale_fit

SCALED = ("likelihood", "scale", "sigma", "nu")  # what a decoder expects
CAPACITY = ("architecture", "hidden", "activation", "latent_dim")
IMAGES = ("binarize", "dequantize")
LOSS = {  # what the loss is made of has reasons of its own
    "model", "likelihood", "scale", "sigma", "objective", "reconstruction_reduction", "kl_reduction", "beta",
    *(name for family in FAMILIES.values() for name in family.fields),
    *(name for facts in OBJECTIVES.values() for name in facts.fields),
}  # fmt: skip
DEAD = 0.05  # nats: the KL of a model whose code says nothing


@dataclass(frozen=True)
class Reason:
    """Why a run came out as it did."""

    __pydantic_config__ = DESCRIBED

    run: int
    """The number of the run that it is about."""
    text: str
    """The reason with its numbers, in a sentence or two."""
    nats: float | None
    """How much it explains, nats per image; null where that cannot be computed."""
    actions: tuple[Action, ...]
    """What would show whether it is the reason."""


@dataclass(frozen=True)
class Contestant:
    """A run with a result, one of each configuration."""

    run: Run
    name: str
    config: TrainConfig
    evaluation: EvaluationRecord
    train: Pixels | None  # of the images that it learns from; None where they are not counted


def find_reasons(
    runs: Sequence[Run], statistics: Mapping[int, Statistics], findings: Mapping[int, Sequence[Finding]]
) -> tuple[Reason, ...]:
    """What explains most in nats first, then what no number of nats can be given of; seeds alone are no reason.

    `statistics` are of each run's pixels, where they are counted; `findings` what is wrong with a run by itself.
    """
    called = list(_called(runs))
    gone = [_diverged(run, name, findings.get(run.id, ())) for run, name in called if run.status == "diverged"]
    sides = [
        Contestant(run, name, run.train_config, run.result, known.train if (known := statistics.get(run.id)) else None)
        for run, name in called
        if run.result
    ]
    if len({run.config["dataset"] for run in runs}) > 1 or len(sides) < 2:
        return tuple(gone)
    scales = list(_scales(sides))
    explained = {reason.run for reason in scales}
    differences = [*scales, *_weights(sides, explained)]
    explained |= {reason.run for reason in differences}
    reference = min(sides, key=lambda side: (side.evaluation.mse_per_pixel is None, side.evaluation.mse_per_pixel or 0))
    others = [side for side in sides if side is not reference]
    differences += [*_plain(sides), *_dead(sides, explained), *_overfitted(sides, findings), *_steps(sides)]
    differences += _sizes(reference, others)
    differences += [*_losses(reference, others, explained), *_pixels(reference, others)]
    for side in others:
        differences += _training(reference, side)
    with_nats = sorted((one for one in differences if one.nats is not None), key=lambda one: -(one.nats or 0))
    return (*with_nats, *gone, *(one for one in differences if one.nats is None))


def _called(runs: Sequence[Run]) -> Iterator[tuple[Run, str]]:
    """The first run with a result of each configuration, and each that diverged, with its name."""
    shown: set[int] = set()
    for run, place, name in zip(runs, groups(runs), names(runs), strict=True):
        if run.status == "diverged":
            yield run, name
        elif place not in shown and not status_note(run):
            shown.add(place)
            yield run, name


def _diverged(run: Run, name: str, findings: Sequence[Finding]) -> Reason:
    """With what may keep its loss finite, as its own page says."""
    text = f"{name} {status_note(run)}: its loss was no finite number there, so it has no result to compare."
    finding = next((one for one in findings if one.name == "divergence"), None)
    remedies = finding.remedies if finding else ()
    return Reason(run.id, text, None, tuple(_train(run, name, remedy.changes) for remedy in remedies))


def _change(run: Run, label: str, changes: dict[str, Any]) -> Action:
    return Action(label, changes, sibling_address(run.id, changes))


def _train(run: Run, name: str, changes: dict[str, Any]) -> Action:
    return _change(run, f"Train {name} with {format_changes(changes)}", changes)


def _scales(sides: Sequence[Contestant]) -> Iterator[Reason]:
    """Scales that do not fit the errors made, where they are not the same in all runs."""
    if len({(*map(side.config.to_dict().get, SCALED), implied(side.config).sigma) for side in sides}) < 2:
        return
    for side in sides:
        expected, mse = side.evaluation.decoder_std, side.evaluation.mse_per_pixel
        fit = scale_fit(side.config, expected, mse, side.train) if expected and mse else None
        if fit and fit.off:
            nats = fit.density if fit.rate is None else abs(fit.rate)
            text, actions = _with_remedy(side, sides, _misfit(side, fit) + _lifeless(side), fit.changes)
            yield Reason(side.run.id, text, nats, actions)


def _misfit(side: Contestant, fit: ScaleFit) -> str:
    belief = f"{side.name} {expectation(fit)} and makes {number(fit.error)}"
    theory, letter = optima(fit, side.config.family.letter), side.config.family.letter
    if theory is None or side.evaluation.kl is None:
        return f"{belief}. {cost(fit, letter)}"
    size = "small" if fit.wide else "large"
    return f"{belief}, so its KL, {number(side.evaluation.kl)} nats an image, is too {size}: {theory}."


def _with_remedy(
    side: Contestant, sides: Sequence[Contestant], text: str, changes: dict[str, Any]
) -> tuple[str, tuple[Action, ...]]:
    """The text with the run that shows the remedy, where one of these does, or with the button that starts it."""
    changes = {name: value for name, value in changes.items() if getattr(side.config, name) != value}
    if not changes:
        return text, ()
    what = _named(side.config, changes)
    goal = kind(side.config, changes)
    as_long = [other for other in sides if other.run.step == side.run.step]
    shown = next((other.name for other in as_long if kind(other.config) == goal), None)
    if shown:
        is_named_so = shown.replace(" ", "").endswith(what.replace(" ", ""))
        return f"{text} {shown} {'has that change' if is_named_so else f'is {side.name} with {what}'}.", ()
    return text, (_change(side.run, f"Train {side.name} with {what}", changes),)


def _changed(config: TrainConfig, changes: Mapping[str, Any]) -> TrainConfig:
    """The configuration with these changes; one that was stored may be what is refused today."""
    return TrainConfig.parse({**config.to_dict(), **changes}, stored=True)


def _named(config: TrainConfig, changes: Mapping[str, Any]) -> str:
    """Changes in a few words: σ fitted, β = 1, sums."""
    letter, words = config.family.letter, []
    if "scale" in changes:
        words.append(f"{letter} {'fitted' if changes['scale'] == 'optimal' else 'learned'}")
    if "sigma" in changes:
        words.append(f"{letter} = {format_number(changes['sigma'])}")
    if "beta" in changes:
        words.append(f"β = {format_number(changes['beta'])}")
    if SUMS.keys() & changes.keys():
        words.append("sums")
    known = {"scale", "sigma", "beta", *SUMS}
    rest = {name: value for name, value in changes.items() if name not in known}
    return listed([*words, *([format_changes(rest)] if rest else [])])


def _weights(sides: Sequence[Contestant], explained: set[int]) -> Iterator[Reason]:
    """Weights of the KL other than 1, where they differ."""
    betas = {side.run.id: implied(side.config).beta for side in sides}
    if len({beta for beta in betas.values() if beta is not None}) < 2:
        return
    for side in sides:
        beta = betas[side.run.id]
        if beta is None or abs(beta - 1) < 1e-9 or side.run.id in explained:
            continue
        changes = {**SUMS, "beta": 1.0}
        means = " through the means in its loss" if side.config.beta != beta else ""
        text = f"{side.name} weighs the KL as β = {format_number(beta)}{means}"
        theory, nats = _weighed(side, _changed(side.config, changes))
        text, actions = _with_remedy(side, sides, f"{text}{theory}.{_lifeless(side)}", changes)
        yield Reason(side.run.id, text, nats, actions)


def _lifeless(side: Contestant) -> str:
    """What a collapse adds to its cause."""
    return f" No latent unit of {side.name} lives: it draws one image." if _is_dead(side) else ""


def _is_dead(side: Contestant) -> bool:
    return side.evaluation.active_units == 0 and (side.evaluation.kl or 0) < DEAD


def _weighed(side: Contestant, unweighted: TrainConfig) -> tuple[str, float | None]:
    """What linear theory says of the weight, and the nats of KL between it and β = 1."""
    if not side.train:
        return "", None
    now, then = linear_optimum(side.config, side.train), linear_optimum(unweighted, side.train)
    if now and then:
        known = f": by linear theory the KL ends at {number(now.kl)} nats, with β = 1 at {number(then.kl)}"
        return known, abs(then.kl - now.kl)
    alive, would = live_units(side.config, side.train), live_units(unweighted, side.train)
    if alive is None or would is None:
        return "", None
    return f": by linear theory {alive} of {side.config.latent_dim} units live, with β = 1 {would}", None


def _plain(sides: Sequence[Contestant]) -> Iterator[Reason]:
    """Plain autoencoders beside VAEs."""
    paying = [side for side in sides if side.config.model == "vae" and side.evaluation.kl is not None]
    for side in sides:
        if side.config.model == "ae" and paying:
            most = max(paying, key=lambda other: other.evaluation.kl or 0)
            text = f"{side.name} is a plain autoencoder and pays nothing for its code; {most.name} pays "
            yield Reason(side.run.id, f"{text}{number(most.evaluation.kl)} nats.", most.evaluation.kl, ())


def _dead(sides: Sequence[Contestant], explained: set[int]) -> Iterator[Reason]:
    """Models whose code says nothing, beside others whose does, where no scale and no weight explains it."""
    dead = [side for side in sides if _is_dead(side)]
    if len(dead) == len(sides):
        return
    for side in dead:
        if side.run.id not in explained:
            text = f"No latent unit of {side.name} lives (KL {number(side.evaluation.kl)} nats): it draws one image."
            revived = revival(side.config, side.train) if side.train else None
            text, actions = _with_remedy(side, sides, text, revived[1]) if revived else (text, ())
            yield Reason(side.run.id, text, None, actions)


def _overfitted(sides: Sequence[Contestant], findings: Mapping[int, Sequence[Finding]]) -> Iterator[Reason]:
    """Runs whose held-out loss was lower before, whether they are ahead or not."""
    for side in sides:
        for finding in findings.get(side.run.id, ()):
            if finding.name == "overfitting":
                losses, text = finding.evidence.values, f"{side.name} overfits. {finding.message}"
                actions = tuple(_train(side.run, side.name, remedy.changes) for remedy in finding.remedies)
                yield Reason(side.run.id, text, losses[-1] - min(losses), actions)


def _sizes(reference: Contestant, others: Sequence[Contestant]) -> Iterator[Reason]:
    """Networks and codes of other sizes than that of the least squared error."""
    for side in others:
        changes = _apart(side.config, reference.config, CAPACITY)
        if not changes:
            continue
        text = (
            f"{side.name} has {size(side.config).parameters:,} parameters and {side.config.latent_dim} latent "
            f"dimensions, {reference.name} {size(reference.config).parameters:,} and {reference.config.latent_dim}"
        )
        grown = _changed(side.config, changes)
        now, then = (linear_optimum(one, side.train) if side.train else None for one in (side.config, grown))
        nats = abs(then.kl - now.kl) if now and then and "latent_dim" in changes else None
        if nats is None and not _is_smaller(side, reference):
            continue  # it lost for another reason
        if nats is not None:
            text += f": by linear theory {number(nats)} nats of KL apart"
        text, actions = _with_remedy(side, [reference, *others], f"{text}.", changes)
        yield Reason(side.run.id, text, nats, actions)


def _is_smaller(side: Contestant, other: Contestant) -> bool:
    return (
        size(side.config).parameters < size(other.config).parameters or side.config.latent_dim < other.config.latent_dim
    )


def _apart(config: TrainConfig, other: TrainConfig, names: Sequence[str]) -> dict[str, Any]:
    """The fields among these in which two configurations differ, as the other has them."""
    return {name: getattr(other, name) for name in names if getattr(config, name) != getattr(other, name)}


def _steps(sides: Sequence[Contestant]) -> Iterator[Reason]:
    """Runs that have made fewer steps than the longest; what they may be run to is where that one will end."""
    longest = max(sides, key=lambda side: side.run.step)
    goal = longest.run.total_steps if longest.run.status in LIVE else longest.run.step
    for side in sides:
        if side.run.step < longest.run.step:
            if side.run.status in LIVE or longest.run.status in LIVE:
                results = [f"{one.name}'s result is of step {one.evaluation.step:,}" for one in (side, longest)]
                text = f"{listed(results)}."
            else:
                text = f"{side.name} has made {side.run.step:,} steps, {longest.name} {longest.run.step:,}."
            yield Reason(side.run.id, text, None, _longer(side.run, side.name, goal))


def _longer(run: Run, name: str, steps: int) -> tuple[Action, ...]:
    """What makes a run as long: to resume or to extend it, or to train it again; nothing where it is on its way."""
    if run.total_steps >= steps:
        return (Action(f"Resume {name}", {}, f"/runs/{run.id}"),) if run.status in GOES_ON else ()
    changes: dict[str, Any] = {"epochs": None, "max_steps": steps}
    label = f"Run {name} to {steps:,} steps too"
    if run.status in EXTENDS:
        return (Action(label, changes, f"/runs/{run.id}#more"),)
    return (_change(run, label, changes),)


def _losses(reference: Contestant, others: Sequence[Contestant], explained: set[int]) -> Iterator[Reason]:
    """Other losses, and with them other prices of an error, where nothing says it better."""
    objectives = _sharing([reference, *others], lambda side: OBJECTIVES[side.config.objective].title)
    if len(objectives) > 1:
        clauses = [f"{_names(sides)} maximise{'s' * (len(sides) == 1)} {title}" for title, sides in objectives.items()]
        yield Reason(others[0].run.id, f"{listed(clauses)}.", None, ())
    left = [side for side in others if side.run.id not in explained and side.evaluation.kl is not None]
    if left and reference.evaluation.kl is not None:
        prices = [
            f"{_names(sides)} pay{'s' * (len(sides) == 1)} {listed([number(side.evaluation.kl) for side in sides])}"
            for sides in _sharing([reference, *left], _price).values()
        ]
        if len(prices) > 1:
            text = f"Their losses weigh an error against the KL differently. In nats of KL, {'; '.join(prices)}."
            yield Reason(left[0].run.id, text, None, ())


def _price(side: Contestant) -> tuple[object, ...]:
    config = side.config
    return config.likelihood, config.scale, config.sigma, config.nu


def _sharing(sides: Sequence[Contestant], key: Callable[[Contestant], object]) -> dict[object, list[Contestant]]:
    """Those that have the same, by what they have."""
    sharing: dict[object, list[Contestant]] = {}
    for side in sides:
        sharing.setdefault(key(side), []).append(side)
    return sharing


def _names(sides: Sequence[Contestant]) -> str:
    return listed([side.name for side in sides])


def _pixels(reference: Contestant, others: Sequence[Contestant]) -> Iterator[Reason]:
    """Pixels made otherwise from the same images."""
    kinds = _sharing([reference, *others], lambda side: ("dequantised " * side.config.dequantize) + pixels(side.config))
    if len(kinds) > 1:
        clauses = [f"{_names(sides)} learn{'s' * (len(sides) == 1)} {kind}" for kind, sides in kinds.items()]
        yield Reason(others[0].run.id, f"{listed(clauses)}.", None, ())


def _training(reference: Contestant, side: Contestant) -> Iterator[Reason]:
    """Whatever else decides a step's numbers: the optimiser, the minibatches, a schedule, the seed."""
    handled = {*LOSS, *CAPACITY, *IMAGES, *INDIFFERENT, "dataset"}
    rest = [name for name in side.config.to_dict() if name not in handled]
    changes = _apart(side.config, reference.config, rest)
    if changes:
        own = {name: getattr(side.config, name) for name in changes}
        text = f"{side.name} was trained with {format_changes(own)}; {reference.name} with {format_changes(changes)}."
        yield Reason(side.run.id, text, None, (_train(side.run, side.name, changes),))
