"""What a comparison comes to: sentences made from its numbers. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.comparison.group import outcome
from app.comparison.metrics import BOUNDS, ERRORS, Yardstick, name_of, unit_of
from app.comparison.pairing import Lead, Scores
from app.comparison.standing import by_dataset, groups, stale, status_note, unscored
from app.records import Run
from app.run_rules import LIVE
from app.text.labels import listed
from app.text.numbers import distinct, number, percent
from app.text.quantities import READING_NAMES
from vae_core.report import Reading, Report

OVER_SEEDS = "± is Student's 95 % interval over seeds; which images are held out adds its own, below."
LETTERS = "ABCDEFGH"  # of the runs, in their order
NUMBERS = ("", "", "two", "three", "four", "five", "six", "seven", "eight")


def headline(
    yardsticks: Sequence[Yardstick],
    runs: Sequence[Run],
    names: Sequence[str],
    scored: Sequence[Scores | None],
    overfitted: Sequence[bool],
) -> str | None:
    """Who is ahead, and with which rate: of several seeds each among configurations, of single runs among these models.

    By the bound if they share one, and by the errors of the decoder's mean. None where nothing of that is known.
    """
    body, inside = _over_seeds(runs)
    if not body:
        body, inside = _of_models(yardsticks, runs, names, scored)
    if not body:
        return None
    past = [names[place] for place in inside if overfitted[place]]
    body += [f"{listed(past)} overfit{'s' * (len(past) == 1)}: see why."] * bool(past)
    out = [
        f"{name} ({_left_out(run)})"
        for place, (run, name) in enumerate(zip(runs, names, strict=True))
        if place not in inside
    ]
    body += [f"Left out: {listed(out)}."] * bool(out)
    return " ".join(body)


def _over_seeds(runs: Sequence[Run]) -> tuple[list[str], list[int]]:
    """Sentences over seeds, and the places of the runs that they are about; none where some have a single seed."""
    places = [place for place, run in enumerate(runs) if run.status == "finished"]
    done = [runs[place] for place in places]
    sharing = groups(done)
    if not done or len(by_dataset(runs)) > 1 or min(map(sharing.count, sharing)) < 2:
        return [], []
    sentences = outcome(done).sentences
    return ([*sentences, OVER_SEEDS], places) if sentences else ([], [])


def _of_models(
    yardsticks: Sequence[Yardstick], runs: Sequence[Run], names: Sequence[str], scored: Sequence[Scores | None]
) -> tuple[list[str], list[int]]:
    """Sentences about trained models that were scored image by image, and the places of those."""
    rows = {row.quantity: row for row in yardsticks if row.lead}
    rates = list(map(_rate, scored))
    variational = {place for place, rate in enumerate(rates) if rate is not None}
    bound = [rows[name] for name in BOUNDS if name in rows and variational <= set(_places(rows[name]))][:1]
    errors = [rows[name] for name in ERRORS if name in rows]
    leads = [row for row in (*bound, *errors) if row.lead]
    if not leads or not leads[0].lead:
        return [], []
    compared = [runs[place] for place in max(map(_places, leads), key=len)]  # an autoencoder has errors, but no bound
    sharing = groups(compared)
    counts = [sharing.count(one) for one in sharing]
    few = "Some runs have one configuration and one seed"
    if min(counts) == 1:
        few = "One run each" if max(counts) == 1 else "Some configurations have one run alone"
    images = leads[0].lead.gap.images or 0
    models = " ".join(_ranked(bound, errors, names, rates))
    body = [f"On the same {images:,} held-out images, {models}", f"{few}: another seed may change the order."]
    return body, [place for place, each in enumerate(scored) if each is not None]


def _places(row: Yardstick) -> list[int]:
    """Of the runs that have the quantity of the same images."""
    return [place for place, mean in enumerate(row.lead.means) if mean is not None] if row.lead else []


def _left_out(run: Run) -> str:
    return status_note(run) or ("still training" if run.status in LIVE else "not scored image by image")


def _rate(scores: Scores | None) -> float | None:
    """The KL that a run pays over the images that it was scored on."""
    return float(np.mean(scores["kl"])) if scores and "kl" in scores else None


def _ranked(
    bound: Sequence[Yardstick], errors: Sequence[Yardstick], names: Sequence[str], rates: Sequence[float | None]
) -> list[str]:
    """The trained models against each other: a clause for the bound, one for the errors, and the rates beside them."""
    clauses = [_clause(row.quantity, row.lead, names) for row in bound if row.lead]
    leads = [row.lead for row in errors if row.lead]
    for row, lead in zip(errors, leads, strict=True):
        if row is errors[0] or (lead.clear and not (leads[0].clear and lead.first == leads[0].first)):
            clauses.append(_clause(row.quantity, lead, names))
    sentences = [f"{'; '.join(clauses)}."]
    return sentences + [_price(leads[0], names, rates)] * bool(errors)


def _clause(quantity: str, lead: Lead, names: Sequence[str]) -> str:
    """Who has the least of a quantity, and what the others have; or that the first two do not clearly differ."""
    order = sorted((mean, place) for place, mean in enumerate(lead.means) if mean is not None)
    order.sort(key=lambda item: (item[1] != lead.first, item[1] != lead.second))
    order[2:] = sorted(order[2:])
    shown = dict(zip((place for _, place in order), distinct([mean for mean, _ in order]), strict=True))
    name, unit = name_of(quantity), unit_of(quantity)
    if lead.clear:
        best = f"{names[lead.first]} has the {'lower' if len(order) == 2 else 'lowest'} {name}"
        others = ", ".join(f"{names[place]}: {shown[place]}" for _, place in order[1:])
        return f"{best} of these {NUMBERS[len(order)]} trained models, {shown[lead.first]}{unit} ({others})"
    first, second = names[lead.first], names[lead.second]
    values = f"{shown[lead.first]} and {shown[lead.second]}{unit}"
    if shown[lead.first] == shown[lead.second]:
        values = f"both {shown[lead.first]}{unit}"
    rest = "".join(f"; {names[place]} has {shown[place]}" for _, place in order[2:])
    return f"the {name} of {first} and that of {second} do not clearly differ ({values}){rest}"


def _price(lead: Lead, names: Sequence[str], rates: Sequence[float | None]) -> str:
    """What each run pays in KL for its errors; a plain autoencoder pays nothing, for it has none."""
    places = [lead.first, *(place for place, mean in enumerate(lead.means) if mean is not None and place != lead.first)]
    first, rate = names[lead.first], rates[lead.first]
    others = ", ".join(f"{names[place]}: {_paid(rates[place])}" for place in places[1:])
    if not lead.clear:
        return f"In nats of KL, {first} pays {_paid(rate)} ({others})."
    if rate is None:
        return f"{first} is a plain autoencoder and pays no KL for it ({others} nats)."
    return f"For it {first} pays {_paid(rate)} nats of KL ({others})."


def _paid(rate: float | None) -> str:
    return "none" if rate is None else number(rate)


def of_readings(
    readings: Sequence[Yardstick], runs: Sequence[Run], reports: Mapping[int, Report], names: Sequence[str]
) -> str | None:
    """What the X-ray says of these runs: how much of BCE's distance from CB is the reading, or who is ahead under which
    likelihood; None where the runs were not examined.
    """
    if not readings:
        return None
    by_likelihood = {run.config["likelihood"]: reports[run.id].xray for run in runs if run.id in reports}
    if len(runs) == 2 and by_likelihood.keys() == {"bernoulli", "continuous_bernoulli"}:
        return share_of_reading(by_likelihood["bernoulli"], by_likelihood["continuous_bernoulli"])
    rows = [row for row in readings if row.lead]
    if not rows:
        return None
    ahead: dict[int, list[str]] = {}
    for row in rows:
        if row.best is not None:
            ahead.setdefault(row.best, []).append(READING_NAMES[row.quantity])
    if not ahead:
        return "No run is clearly ahead of all others, whichever likelihood they are read with."
    open_still = len(readings) - sum(map(len, ahead.values()))
    if len(ahead) == 1 and not open_still:
        return f"However the outputs are read, {names[next(iter(ahead))]} is ahead."
    leaders = "; ".join(f"{names[place]} as {listed([f'“{name}”' for name in each])}" for place, each in ahead.items())
    unclear = "; read otherwise, none clearly is" * bool(open_still)
    return f"Who is ahead depends on how the outputs are read: {leaders}{unclear}."


def unpaired(
    runs: Sequence[Run], reports: Mapping[int, Report], scores: Mapping[int, Scores], names: Sequence[str]
) -> str | None:
    """Why the runs are not compared image by image; None if they are. "Yet" only where they will be by themselves."""
    sharing = by_dataset(runs)
    if len(sharing) > 1:
        which = "; ".join(
            f"{title}: {listed([names[place] for place in places]) if len(places) < 3 else f'{len(places)} runs'}"
            for title, places in sharing.items()
        )
        return f"These runs look at different images, which cannot be paired. {which}."
    missing = [
        (run, name)
        for run, name in zip(runs, names, strict=True)
        if run.id not in scores or run.id not in reports or stale(run, reports[run.id])
    ]
    if not missing:
        return None
    coming = all(run.status in LIVE and run.train_config.examine for run, _ in missing)
    whys = [(name, unscored(run, reports.get(run.id))) for run, name in missing]
    return f"Not paired image by image{' yet' * coming}. {_each_once(whys, len(runs))}."


def _each_once(whys: Sequence[tuple[str, str]], everyone: int) -> str:
    """'A and B: not examined; C: diverged': every reason once, with the names of those that have it if not all have."""
    sharing: dict[str, list[str]] = {}
    for name, why in whys:
        sharing.setdefault(why, []).append(name)
    if len(sharing) == 1 and len(whys) == everyone > 1:
        return f"Each of them: {whys[0][1]}"
    return "; ".join(f"{listed(sharing[why])}: {why}" for why in sharing)


def unread(runs: Sequence[Run], reports: Mapping[int, Report], names: Sequence[str]) -> str | None:
    """Why there is no X-ray of all runs; None where there is one."""
    if len({(run.config["dataset"], run.config["binarize"]) for run in runs}) > 1:
        return "These runs look at different images or pixels, so their readings do not compare."
    missing = [
        (name, unscored(run, None))
        for run, name in zip(runs, names, strict=True)
        if run.id not in reports or stale(run, reports[run.id])
    ]
    return f"Not all of these were examined. {_each_once(missing, len(runs))}." if missing else None


def without_prior(runs: Sequence[Run], names: Sequence[str]) -> str | None:
    """Why no pictures of one z from the prior stand side by side; None where they do."""
    plain = [name for run, name in zip(runs, names, strict=True) if run.config["model"] == "ae"]
    if plain:
        verb = "is a plain autoencoder, which has" if len(plain) == 1 else "are plain autoencoders, which have"
        return f"No pictures from one z: {listed(plain)} {verb} no prior to draw from."
    sizes = sorted({run.config["latent_dim"] for run in runs})
    if len(sizes) > 1:
        return f"No pictures from one z: the latent codes have {listed(list(map(str, sizes)))} dimensions."
    return None


def share_of_reading(bce: Sequence[Reading], cb: Sequence[Reading]) -> str | None:
    """Of the distance between a BCE and a CB run, both scored as CB, the share that reading BCE's outputs as means
    makes up for; None where BCE's raw outputs are not the worse ones.
    """
    raw, mean = (_elbo(bce, f"continuous_bernoulli_{reading}") for reading in ("raw", "mean"))
    best = _elbo(cb, "continuous_bernoulli_raw")
    if raw is None or mean is None or best is None or not raw < mean or not raw < best:
        return None
    share = percent((mean - raw) / (best - raw)) if mean < best else "all"
    return (
        f"Scored as a continuous Bernoulli, the BCE run is {number(best - raw)} nats behind the CB run; read as means, "
        f"its outputs make up for {share} of that without any training."
    )


def _elbo(readings: Sequence[Reading], name: str) -> float | None:
    return next((reading.elbo for reading in readings if reading.name == name), None)
