"""The loss translator: a paste, or a loss of the field, and what it really trains."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from app.errors import Refused
from app.launch.labels import typed
from app.store import runs
from app.translate.answer import SIZES, Reductions, answer_question, form_values
from app.translate.recipes import recipe_rows
from app.web.dependencies import ShelfDep
from app.web.pixel_statistics import StatisticsCache
from app.web.rendering import page
from vae_core.config.errors import refused
from vae_core.config.train_config import ConfigError, RefusedConfig
from vae_core.datasets.facts import FACTS
from vae_core.translator.recipes import RECIPES

router = APIRouter()

START_RECIPE = "pytorch-vae"
LONGEST_SIZE = 9  # digits of D
OTHER = "other"  # images of which only the size is known, not a data set


@router.get("/translate")
def show_translator(
    request: Request, shelf: ShelfDep, recipe: Annotated[str, Query(max_length=120)] = START_RECIPE
) -> Response:
    """A loss of the field, translated at the sizes that it is known for, or at those that the address gives."""
    if recipe not in RECIPES:
        raise Refused(f"recipe must be one of {', '.join(RECIPES)}, not {recipe!r}", "recipe")
    known = RECIPES[recipe]
    images = next((facts.name for facts in FACTS.values() if facts.dimensions == known.pixels), OTHER)
    own = {"dataset": images, "size": known.pixels, "latent_dim": known.latent_dim, "batch_size": known.batch_size}
    sizes = {name: request.query_params[name] for name in SIZES if name in request.query_params}
    return _translated(request, shelf, {"code": known.code, **typed(own), **sizes}, recipe)


@router.post("/translate")
async def translate_paste(request: Request, shelf: ShelfDep) -> Response:
    """What was pasted, or written out from how it adds up; a refused paste comes back as it was."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return await run_in_threadpool(_translated, request, shelf, form)


def _translated(request: Request, shelf: StatisticsCache, form: dict[str, str], recipe: str | None = None) -> Response:
    answer, errors = None, []
    try:
        if "error" in form:
            given = {name: form[name] for name in Reductions.model_fields if form.get(name)}
            form = {**form, "code": Reductions.model_validate(given).code()}
        sizes = {name: form[name] for name in SIZES if form.get(name)}
        if sizes.get("dataset") == OTHER:
            sizes["pixels"] = form.get("size", "")
            del sizes["dataset"]
        answer = answer_question({"code": form.get("code", ""), "values": form_values(form), **sizes}, shelf.training)
    except ValidationError as error:
        errors = refused(error).errors
    except RefusedConfig as error:
        errors = error.errors
    except Refused as error:
        errors = [ConfigError(error.field or "code", error.message)]
    context = {
        "recipe": recipe,
        "recipes": recipe_rows(),
        "form": {"dataset": "mnist", "latent_dim": "20", "batch_size": "128", "code": "", **form},
        "images": _images(form.get("size", "")),
        "fresh": answer and urlencode({"preset": "", **typed(answer.changes)}),
        "answer": answer,
        "errors": errors,
        "values": _asked_for(form, errors),
        "key": runs.new_group(),
    }
    return page(request, "translate/page.html", context, 422 if errors else 200)


def _images(size: str) -> list[tuple[str, str]]:
    """The choices of images: the data sets, and images of the recipe's size where it is none of theirs."""
    known = [(facts.name, f"{facts.title}, D = {facts.dimensions:,}") for facts in FACTS.values()]
    own = (
        size.isdecimal()
        and len(size) < LONGEST_SIZE
        and int(size) not in {facts.dimensions for facts in FACTS.values()}
    )
    return [*([(OTHER, f"D = {int(size):,}, as in the source")] if own else []), *known]


def _asked_for(form: Mapping[str, str], errors: list[ConfigError]) -> dict[str, str]:
    """The names that need a value, and those that were given one."""
    missing = [error.field.removeprefix("values.") for error in errors if error.field.startswith("values.")]
    return dict.fromkeys(missing, "") | form_values(form)
