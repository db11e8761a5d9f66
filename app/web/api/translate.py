"""The loss translator as a program asks it."""

from typing import Any

from fastapi import APIRouter, Depends

from app.translate.answer import Question
from app.web.dependencies import ShelfDep
from app.web.security import require_user

router = APIRouter(prefix="/api", dependencies=[Depends(require_user)])


@router.post("/translate")
def translate_loss(shelf: ShelfDep, question: Question) -> dict[str, Any]:
    """What a recipe, a way of adding up, or pasted code really trains: likelihood, σ, β, and the same said openly.

    Code is parsed and never executed. Where it uses a name that it does not define, such as beta, the refusal names
    `values.beta`, and `values` takes it. `live_units` are by the data set's own spectrum, where it is known.
    """
    return question.answer(shelf.training).public()
