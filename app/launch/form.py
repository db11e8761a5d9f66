"""The New-run form, drawn from TrainConfig's own schema: one field here for each field there. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.launch.field_errors import SEEDS, FieldError
from app.launch.labels import AUTOMATIC, EMPTY_MEANS, choices, label, may_be_empty, schema, shown, typed
from app.launch.origin import DEFAULTS, LENGTH, Origin
from app.launch.request import MAX_RUNS
from app.launch.several import split
from vae_core.config.train_config import json_schema

BASIC = (  # what most runs choose; the others are one click away
    "dataset", "likelihood", "scale", "sigma", "latent_dim", "architecture", "hidden", "epochs", "max_steps",
)  # fmt: skip
SEEDS_HELP = (
    f"How many times to launch it, up to {MAX_RUNS} runs: each time with the next seed, so with other first weights, "
    "batches and noise; or the seeds themselves, such as 0, 1, 5. What differs between losses counts only where it "
    "differs more than seeds do."
)
PHRASES = {("scale", "optimal"): "its scale fitted", ("scale", "shared"): "its scale learned"}  # of changes


@dataclass(frozen=True)
class FormField:
    """One input: how it looks, what is typed in it, what it began as, and what is wrong with it."""

    name: str
    label: str
    help: str
    value: str
    base: str  # the origin's value, to which it can be reset
    base_shown: str  # the same by its name
    default: str
    choices: tuple[tuple[str, str], ...] = ()
    numeric: str = ""  # the keyboard of a phone for it
    unit: str = ""
    placeholder: str = ""  # what an empty field means
    optional: bool = False  # whether empty is a value of its own
    shown_when: Mapping[str, list[str]] | None = None
    refusal: FieldError | None = None
    group: str = ""

    @property
    def values(self) -> list[str]:
        """What is typed or chosen, value by value."""
        return split(self.name, self.value)

    @property
    def changed(self) -> bool:
        """Whether it means something else than at its origin."""
        return self.value != self.base and bool(self.value or self.optional)

    @property
    def set_there(self) -> bool:
        """Whether its origin chose another value than the default."""
        return self.base not in {"", self.default}


@dataclass(frozen=True)
class Fieldset:
    """Fields that answer one question."""

    question: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True)
class Form:
    """The basic fields, all others by question, and whether one of those has something to say."""

    basic: tuple[FormField, ...]
    others: tuple[Fieldset, ...]

    @property
    def rest(self) -> list[FormField]:
        """Every field that is not basic."""
        return [field for part in self.others for field in part.fields]

    @property
    def open(self) -> bool:
        """Whether a field that is not basic was changed or refused."""
        return any(field.changed or field.refusal for field in self.rest)

    @property
    def changed(self) -> bool:
        """Whether any field means something else than at its origin."""
        return any(field.changed for field in (*self.basic, *self.rest))

    @property
    def set_there(self) -> list[FormField]:
        """The fields beyond the basic ones that the origin chose."""
        return [field for field in self.rest if field.set_there]


def draw(
    origin: Origin, typed: Mapping[str, str], refused: Mapping[str, FieldError], seeds: str = "", *, alone: bool = False
) -> Form:
    """The form, with what was typed kept as it was; for a run that starts `alone`, without a number of seeds.

    What is not among `typed`, because another choice hides it, has its default. A preset of several runs decides some
    fields, which are left out unless they were typed all the same.
    """
    left_out = set(origin.decided) - typed.keys()
    names = [name for name in json_schema()["properties"] if name not in left_out]
    fields = {name: _field(name, origin, typed, refused) for name in names}
    basic = [fields.pop(name) for name in BASIC if name in fields]
    questions = dict.fromkeys(field.group for field in fields.values())
    others = [
        Fieldset(question, tuple(field for field in fields.values() if field.group == question))
        for question in questions
    ]
    return Form((*basic, *([] if alone else [_seeds(seeds, refused)])), tuple(others))


def _field(name: str, origin: Origin, typed: Mapping[str, str], refused: Mapping[str, FieldError]) -> FormField:
    whole, kind = json_schema()["properties"][name], schema(name)
    base = origin.values.get(name, "")
    endless = name in LENGTH and not any(typed.get(other) for other in LENGTH)
    optional = may_be_empty(name) and not endless
    falls_back = not optional and bool(base or not endless)
    return FormField(
        name=name,
        label=label(name),
        help=whole["description"],
        value=typed.get(name, DEFAULTS[name]),
        base=base,
        base_shown=shown(name, base),
        default=DEFAULTS[name],
        choices=choices(name),
        numeric={"integer": "numeric", "number": "decimal"}.get(kind.get("type", ""), ""),
        unit=whole.get("unit", ""),
        placeholder=f"{base} ({origin.whose})" if falls_back else EMPTY_MEANS.get(name, AUTOMATIC),
        optional=optional,
        shown_when=whole.get("shown_when"),
        refusal=refused.get(name),
        group=whole["group"],
    )


def _seeds(typed: str, refused: Mapping[str, FieldError]) -> FormField:
    """How many runs, each with the next seed: no field of a configuration, which has one."""
    return FormField(
        name=SEEDS,
        label="Seeds",
        help=SEEDS_HELP,
        value=typed or "1",
        base="1",
        base_shown="1",
        default="1",
        numeric="numeric",
        unit="runs",
        placeholder="1",
        refusal=refused.get(SEEDS),
    )


def sibling_address(run_id: int, changes: Mapping[str, Any]) -> str:
    """The address of the form, filled in with a run's configuration and these changes."""
    return f"/runs/new?{urlencode({'from': run_id, **typed(changes)})}"


def format_changes(changes: Mapping[str, Any]) -> str:
    """Values as the form would show them, "β: 1"; where words say it shorter, those: "its scale fitted"."""
    return "; ".join(
        PHRASES.get((name, text), f"{label(name)}: {shown(name, text)}") for name, text in typed(changes).items()
    )
