"""The loss translator: JSON for programs."""

from fastapi import APIRouter, Depends

from app.translate.answer import Question, TranslationAnswer
from app.web.dependencies import ShelfDep
from app.web.refusals import CHANGE, refusals
from app.web.security import require_user

router = APIRouter(prefix="/api", dependencies=[Depends(require_user)], tags=["translate"])


@router.post("/translate", responses=refusals(422, *CHANGE))
def translate_loss(shelf: ShelfDep, question: Question) -> TranslationAnswer:
    """What a recipe, reductions or pasted code really trains: likelihood, σ, β, and the same loss written explicitly.

    Code is parsed and never executed. Where it uses a name that it does not define, such as beta, the refusal names
    `values.beta`, and `values` takes it. `live_units` are by the data set's own spectrum, where it is known.
    """
    return question.answer(shelf.training).public()
