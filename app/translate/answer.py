"""What a loss really trains, given as a recipe, by its reductions or as pasted code: an answer in sentences. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import Refused
from app.launch.request import command_line
from app.records import Record
from app.text.formulas import formula
from app.text.loss_summary import model
from app.text.numbers import format_number
from vae_core.config.errors import refused
from vae_core.config.families import FAMILIES
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.theory.convention import Weights
from vae_core.theory.linear import eigenvalues
from vae_core.theory.pixel_statistics import Pixels
from vae_core.translator.algebra import number
from vae_core.translator.loss import Loss
from vae_core.translator.read_code import read_loss
from vae_core.translator.recipes import RECIPES, Summed, summed_code, summed_loss
from vae_core.translator.terms import Kind
from vae_core.translator.translation import LIKELIHOODS, Translation, translate

Find = Callable[[str], Pixels | None]  # a data set's training pixels, where they are known
ERRORS: dict[str, Kind] = {"bce": "bce", "mse": "sse", "l1": "l1"}

SIZES = ("dataset", "latent_dim", "batch_size")  # that a loss meets


@dataclass(frozen=True)
class Sizes:
    """The images, the code and the minibatch that a loss meets."""

    dataset: str  # that a run of it trains on
    pixels: int  # D, which need not be those of the data set
    latent_dim: int  # Z
    batch_size: int  # M

    @property
    def as_there(self) -> bool:
        """Whether D is that of the data set."""
        return self.pixels == FACTS[self.dataset].dimensions


PLAIN = Sizes("mnist", FACTS["mnist"].dimensions, 20, 128)  # of code, of which nothing is known


Weight = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Reduction = Literal["sum", "mean"]


class Reductions(BaseModel):
    """A loss by how it adds up its two terms."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    error: Literal["bce", "mse", "l1"]
    """The reconstruction term."""
    pixels: Reduction = "sum"
    """Of the error over the pixels of an image."""
    batch: Reduction = "mean"
    """Of the error over the images of a minibatch."""
    weight: Weight = 1.0
    """A factor before the error."""
    kl_dimensions: Reduction = "sum"
    """Of the KL over the latent dimensions."""
    kl_batch: Reduction = "mean"
    """Of the KL over the images of a minibatch."""
    kl_weight: Weight = 1.0
    """A factor before the KL."""

    def loss(self) -> Loss:
        """Its weights, as powers of the sizes."""
        return summed_loss(ERRORS[self.error], *self._summed())

    def code(self) -> str:
        """The same written out in PyTorch."""
        return summed_code(ERRORS[self.error], *self._summed())

    def _summed(self) -> tuple[Summed, Summed]:
        return (
            Summed(self.pixels, self.batch, number(self.weight)),
            Summed(self.kl_dimensions, self.kl_batch, number(self.kl_weight)),
        )


class Question(BaseModel):
    """The body of `POST /api/translate`: one of `code`, `recipe` and `loss`, and the sizes that it meets."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    code: str | None = None
    """A loss in PyTorch; it is parsed, never executed."""
    recipe: str | None = None
    """The name of a known loss."""
    loss: Reductions | None = None
    """A loss by its reductions."""
    dataset: str | None = None
    """The images that it is trained on; by default MNIST, or for a recipe images of the size that it is known for."""
    pixels: Annotated[int, Field(ge=1, le=10**7)] | None = None
    """Pixels of an image, D; by default those of the data set."""
    latent_dim: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Latent dimensions, Z; by default 20, or those that the recipe is known for."""
    batch_size: Annotated[int, Field(ge=1, le=65536)] | None = None
    """Images in a minibatch, M; by default 128, or those that the recipe is known for."""
    sigma: Annotated[float, Field(ge=1e-3, le=100, allow_inf_nan=False)] | None = None
    """The decoder's scale at which to give β; by default the one at which −log p is the plain error and a constant."""
    values: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}
    """Of the names that the code uses and does not define."""

    def answer(self, find: Find = lambda _: None) -> "Answer":
        """What the loss trains there, by the spectrum of the pixels, if known. Raises `Refused`, `RefusedConfig`."""
        if self.dataset is not None and self.dataset not in FACTS:
            raise Refused(f"dataset must be one of {', '.join(FACTS)}, not {self.dataset[:60]!r}", "dataset")
        loss, sizes = self._loss(), self._sizes()
        pixels = find(sizes.dataset) if sizes.as_there else None
        spectrum = None if pixels is None else eigenvalues(FAMILIES[LIKELIHOODS[loss.error]], pixels).tolist()
        translation = translate(
            loss, sizes.pixels, sizes.latent_dim, sizes.batch_size, scale=self.sigma, eigenvalues=spectrum
        )
        return Answer(self, sizes, translation, measured=spectrum is not None)

    def _sizes(self) -> Sizes:
        """Those that are given, and for a recipe those that it is known for."""
        known = RECIPES.get(self.recipe or "") or PLAIN
        pixels = self.pixels or (FACTS[self.dataset].dimensions if self.dataset else known.pixels)
        return Sizes(
            self.dataset or PLAIN.dataset,
            pixels,
            self.latent_dim or known.latent_dim,
            self.batch_size or known.batch_size,
        )

    def _loss(self) -> Loss:
        if sum(given is not None for given in (self.code, self.recipe, self.loss)) != 1:
            raise Refused("Give one of code, recipe and loss.", "code")
        if self.loss is not None:
            return self.loss.loss()
        if self.recipe is None:
            return read_loss(self.code or "", self.values)
        if self.recipe not in RECIPES:
            raise Refused(f"recipe must be one of {', '.join(RECIPES)}, not {self.recipe[:60]!r}", "recipe")
        return RECIPES[self.recipe].loss


class TranslationAnswer(Record):
    """What a loss trains at the sizes of a question: `factor` · (−log p(x|z) + β · KL), plus a constant."""

    likelihood: str
    """The decoder's distribution."""
    implied_sigma: float | None
    """The scale of the decoder at which β would be 1; null for a Bernoulli, and without a KL."""
    implied_beta: float
    """The weight of the KL at the declared scale."""
    declared_sigma: float | None
    """The scale that `implied_beta` is for; null for a Bernoulli."""
    normalised_beta: float
    """β · Z / D."""
    factor: float
    """Harmless to Adam; for SGD it multiplies the learning rate."""
    weights: Weights
    """Of the summed error and the summed KL, as batch means."""
    config: dict[str, Any] | None
    """The fields of TrainConfig that train the same σ and β; null where its bounds forbid it."""
    command: str | None
    """The shell command that trains the same."""
    snippet: str
    """The same loss in PyTorch, written explicitly."""
    collapse: str | None
    """Why linear theory predicts that latent units die, where it does."""
    live_units: int | None
    """Latent units that linear theory expects to live; null where the data set's spectrum is not known."""
    assumed: list[str]
    """What the code leaves open, and how it was read."""
    sentences: list[str]
    """The answer for people."""


@dataclass(frozen=True)
class Answer:
    """A translation at the sizes of a question, for people and for programs."""

    question: Question
    sizes: Sizes
    translation: Translation
    measured: bool  # whether live units follow from the data set's own spectrum, not from bounds for any pixels

    @property
    def config(self) -> TrainConfig | None:
        """The configuration that trains the same, every reduction a sum; None where its bounds forbid it."""
        if self.translation.config is None:
            return None
        given = {name: getattr(self.sizes, name) for name in SIZES}
        return TrainConfig.parse({**given, **self.translation.config})

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of the configuration that are not the defaults: what a launch sends."""
        if self.config is None:
            return {}
        defaults = TrainConfig().to_dict()
        return {name: value for name, value in self.config.to_dict().items() if value != defaults[name]}

    @property
    def command(self) -> str | None:
        """The shell command that trains it."""
        return command_line(self.config) if self.config else None

    @property
    def images(self) -> str:
        """What the data set of a run is called."""
        return FACTS[self.sizes.dataset].title

    @property
    def collapse(self) -> str | None:
        """The warning of units that die, and whose spectrum it rests on."""
        if self.translation.collapse is None or not self.measured:
            return self.translation.collapse
        return f"{self.translation.collapse} The data are {self.images}'s training images."

    @property
    def sentences(self) -> list[str]:
        """What the loss is, what its weights are, and what else follows, for people."""
        return [self._model(), *self._views(), self._weights(), *self._factor(), *self._bounds()]

    def public(self) -> "TranslationAnswer":
        """As the API shows it."""
        translation = self.translation
        return TranslationAnswer(
            likelihood=translation.likelihood,
            implied_sigma=translation.scale,
            implied_beta=translation.beta,
            declared_sigma=translation.declared,
            normalised_beta=translation.normalised_beta,
            factor=translation.factor,
            weights=translation.weights,
            config=self.changes if self.config else None,
            command=self.command,
            snippet=translation.snippet,
            collapse=self.collapse,
            live_units=translation.live_units,
            assumed=list(translation.loss.assumed),
            sentences=self.sentences,
        )

    def _model(self) -> str:
        translation, family = self.translation, self.translation.family
        return model(f"{family.decoder} decoder", family.letter, translation.beta, translation.scale)

    def _views(self) -> list[str]:
        translation = self.translation
        if translation.declared is None or translation.scale is None:
            return []
        letter, plain = translation.family.letter, self.question.sigma is None
        why = f", where −log p is {str(translation.family.error).upper()} and a constant" * plain
        declared, beta = format_number(translation.declared), format_number(translation.beta)
        return [f"With {letter} = {declared}{why}, this loss trains a β-VAE with β = {beta}."]

    def _weights(self) -> str:
        weights, at = self.translation.weights, self.sizes
        sizes = f"D = {at.pixels:,}, Z = {at.latent_dim:,} and M = {at.batch_size:,}"
        loss = Loss(self.translation.loss.error, number(weights.reconstruction), number(weights.kl))
        return f"With {sizes} the loss is {formula(loss)}, each summed over its dimensions and averaged over the batch."

    def _factor(self) -> list[str]:
        factor = self.translation.factor
        if abs(factor - 1) < 1e-9:
            return []
        return [
            f"The common factor {format_number(factor)} does not matter to Adam; for SGD it multiplies the "
            "learning rate, and it changes the effect of weight decay and clipping."
        ]

    def _bounds(self) -> list[str]:
        if self.translation.config is not None:
            return []
        return ["No configuration trains this loss: its β is above a million."]


def answer_question(raw: Mapping[str, Any], find: Find = lambda _: None) -> Answer:
    """The answer to a question that a form or a command line asks. Raises `Refused` and `RefusedConfig`."""
    try:
        question = Question.model_validate(raw)
    except ValidationError as error:
        raise refused(error) from None
    return question.answer(find)


def render_text(answer: Answer) -> str:
    """The answer in lines for a terminal."""
    translation = answer.translation
    parts = [*answer.sentences, *([answer.collapse] if answer.collapse else [])]
    if translation.loss.assumed:
        parts += ["", "Assumed:", *(f"  {sentence}" for sentence in translation.loss.assumed)]
    snippet = [f"    {line}".rstrip() for line in translation.snippet.splitlines()]
    parts += ["", "The same, written explicitly:", "", *snippet]
    if answer.command:
        parts += ["", "As a run:", "", f"    {answer.command}"]
    return "\n".join(parts)


def form_values(form: Mapping[str, str]) -> dict[str, str]:
    """The values among a form's fields, which are called value:NAME; those left empty are not given."""
    pairs = ((name.partition(":"), value) for name, value in form.items())
    return {name: value for (kind, _, name), value in pairs if kind == "value" and name and value.strip()}
