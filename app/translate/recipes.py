"""The recipes, losses as they are written in the field, as rows of a table. Pure."""

from dataclasses import dataclass

from app.text.formulas import formula
from app.text.numbers import format_number
from vae_core.translator.recipes import RECIPES
from vae_core.translator.translation import translate


@dataclass(frozen=True)
class RecipeRow:
    """A recipe as a row of a table: what it adds up, and what that trains at the sizes that it is known for."""

    name: str
    title: str
    link: str
    formula: str
    sizes: str
    model: str  # in short: the decoder and its scale or β
    collapses: bool  # whatever the images

    @property
    def source(self) -> str:
        """The link in short: a repository and the number of an issue, or a host."""
        host, *path = self.link.removeprefix("https://").split("/")
        if host != "github.com":
            return host
        return "/".join(path[:2]) + (f"#{path[3]}" if path[2] in {"issues", "pull"} else "")


def recipe_rows() -> list[RecipeRow]:
    """Every recipe."""
    rows = []
    for one in RECIPES.values():
        translation = translate(one.loss, one.pixels, one.latent_dim, one.batch_size)
        letter = translation.family.letter or "β"
        sizes = f"D = {one.pixels:,}, Z = {one.latent_dim:,}, M = {one.batch_size:,}"
        value = format_number(translation.scale or translation.beta)
        model = f"{translation.family.decoder}, {letter} = {value}"
        collapses = translation.collapse is not None
        rows.append(RecipeRow(one.name, one.title, one.link, formula(one.loss), sizes, model, collapses))
    return rows
