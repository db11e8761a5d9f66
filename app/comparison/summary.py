"""What a comparison comes to: sentences made from its numbers. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.comparison.metrics import Yardstick
from app.comparison.pairing import Lead, Scores
from app.comparison.standing import by_dataset, group_names, groups, stale, status_note, unscored
from app.records import Run
from app.run_rules import LIVE
from app.text.labels import listed
from app.text.numbers import called, distinct, number, percent
from app.text.quantities import QUANTITIES, READING_NAMES
from vae_core.report import Reading, Report

LETTERS = "ABCDEFGH"  # of the runs, in their order
BOUNDS = ("negative_elbo", "bits_per_dim")
ERRORS = {"mse_per_pixel": "squared error", "bce_per_pixel": "cross-entropy"}
NUMBERS = ("", "", "two", "three", "four", "five", "six", "seven", "eight")


def headline(
    yardsticks: Sequence[Yardstick],
    runs: Sequence[Run],
    names: Sequence[str],
    scored: Sequence[Scores | None],
    overfitted: Sequence[bool],
) -> str | None:
    """Who is ahead, and with which rate: of single runs among these models, of several seeds among configurations.

    By the bound if they share one, and by the errors of the decoder's mean. None where fewer than two runs were scored
    image by image, or share no such number.
    """
    rows = {row.quantity: row for row in yardsticks if row.lead}
    rates = list(map(_rate, scored))
    variational = {place for place, rate in enumerate(rates) if rate is not None}
    bound = [rows[name] for name in BOUNDS if name in rows and variational <= set(_places(rows[name]))][:1]
    errors = [rows[name] for name in ERRORS if name in rows]
    leads = [row for row in (*bound, *errors) if row.lead]
    if not leads or not leads[0].lead:
        return None
    every_place = [_places(row) for row in leads]
    places = max(every_place, key=len)  # a plain autoencoder has errors, but no bound
    whole = [row for row, those in zip(leads, every_place, strict=True) if those == places]
    sharing = groups([runs[place] for place in places])
    seeds = [sharing.count(one) for one in set(sharing)]
    if min(seeds) > 1:
        every, called_by = groups(runs), group_names(runs)
        configured = [called_by[every[places[sharing.index(one)]]] for one in range(max(sharing) + 1)]
        body = _over_seeds(whole, places, sharing, [runs[place] for place in places], configured, rates)
    else:
        few = "One run each" if max(seeds) == 1 else "Some configurations have one run alone"
        body = [*_of_models(bound, errors, names, rates), f"{few}: another seed may change the order."]
    past = [names[place] for place in places if overfitted[place]]
    body += [f"{listed(past)} overfit{'s' * (len(past) == 1)}: see why."] * bool(past)
    images = leads[0].lead.gap.images or 0
    out = [f"{name} ({_left_out(run)})" for run, name, each in zip(runs, names, scored, strict=True) if each is None]
    body += [f"Left out: {listed(out)}."] * bool(out)
    return f"On the same {images:,} held-out images, {' '.join(body)}"


def _places(row: Yardstick) -> list[int]:
    """Of the runs that have the quantity of the same images."""
    return [place for place, mean in enumerate(row.lead.means) if mean is not None] if row.lead else []


def _left_out(run: Run) -> str:
    return status_note(run) or ("still training" if run.status in LIVE else "not scored image by image")


def _rate(scores: Scores | None) -> float | None:
    """The KL that a run pays over the images that it was scored on."""
    return float(np.mean(scores["kl"])) if scores and "kl" in scores else None


def _of_models(
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
    name, unit = ERRORS.get(quantity) or called(quantity), _unit(quantity)
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


def _unit(quantity: str) -> str:
    if quantity == "mse_per_pixel":
        return " a pixel"
    if quantity == "bce_per_pixel":
        return " nats a pixel"
    return " nats" if "nats" in QUANTITIES[quantity].unit else ""


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


def _over_seeds(
    leads: Sequence[Yardstick],
    places: Sequence[int],
    sharing: Sequence[int],
    runs: Sequence[Run],
    names: Sequence[str],
    rates: Sequence[float | None],
) -> list[str]:
    """Configurations against each other by plain counts of seeds, each quantity in a sentence."""
    members = [[i for i, group in enumerate(sharing) if group == one] for one in range(max(sharing) + 1)]
    if len(members) == 1:
        return [_spread(leads, places, names[0], rates)]
    sentences = []
    for row in leads[:2] if leads[0].quantity in BOUNDS else leads[:1]:
        means = [float(row.lead.means[place] or 0) for place in places] if row.lead else []
        table = [{runs[i].train_config.seed: means[i] for i in each} for each in members]
        sentences.append(_counted(row.quantity, table, names))
    paid = [[rates[places[i]] for i in each] for each in members]
    means_paid = [None if None in each else float(np.mean([rate or 0 for rate in each])) for each in paid]
    averages = listed([f"{name} {_paid(rate)}" for name, rate in zip(names, means_paid, strict=True)])
    return [*sentences, f"In KL, nats on average: {averages}."]


def _spread(leads: Sequence[Yardstick], places: Sequence[int], name: str, rates: Sequence[float | None]) -> str:
    """Runs that differ in the seed alone have no best one: how far they are apart is what a seed does."""
    row = next((one for one in leads if one.quantity in ERRORS), leads[0])
    assert row.lead  # noqa: S101  the headline is made of such rows only
    means = [mean for mean in row.lead.means if mean is not None]
    low, high = distinct([min(means), max(means)])
    paid = [rate for place in places if (rate := rates[place]) is not None]
    price = f", with {' to '.join(dict.fromkeys(distinct([min(paid), max(paid)])))} nats of KL" if paid else ""
    label = ERRORS.get(row.quantity) or called(row.quantity)
    other = "the other" if len(means) == 2 else "others"
    return (
        f"these {NUMBERS[len(means)]} runs of one configuration ({name} and {other}) differ in the seed alone: their "
        f"{label} is {' to '.join(dict.fromkeys([low, high]))}{_unit(row.quantity)}{price}."
    )


def _counted(quantity: str, table: Sequence[Mapping[int, float]], names: Sequence[str]) -> str:
    """On how many seeds the configuration with the least average is below each other one."""
    averages = [float(np.mean(list(each.values()))) for each in table]
    first = int(np.argmin(averages))
    label, unit = ERRORS.get(quantity) or called(quantity), _unit(quantity)
    shown = distinct(averages)
    counts = []
    for other in sorted(set(range(len(table))) - {first}, key=lambda one: averages[one]):
        seeds = table[first].keys() & table[other].keys()
        won = sum(table[first][seed] < table[other][seed] for seed in seeds)
        against = f"{names[other]} ({shown[other]} on average)"
        count = f"on {won} of {len(seeds)} seed{'s' * (len(seeds) > 1)}"
        counts.append(f"{against} {count}" if seeds else f"{against}, with no seed in common")
    if averages.count(averages[first]) > 1:
        return f"no configuration alone has the least {label} on average, {shown[first]}{unit}."
    return f"{names[first]} has the least {label} on average, {shown[first]}{unit}, and lies below {listed(counts)}."


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
    why = _each_once([(name, unscored(run, reports.get(run.id))) for run, name in missing])
    return f"Not paired image by image{' yet' * coming}. {why}."


def _each_once(whys: Sequence[tuple[str, str]]) -> str:
    """'A and B: it was not examined; C: it diverged': every reason once, with the names of the runs that have it."""
    sharing: dict[str, list[str]] = {}
    for name, why in whys:
        sharing.setdefault(why, []).append(name)
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
    return f"Not all of these were examined. {_each_once(missing)}." if missing else None


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
