"""The HTML pages: plain forms and links that work by themselves; the scripts add what is live."""

from fastapi import APIRouter, Depends

from app.web.pages import compare, explain, form, run, runs, translate
from app.web.security import require_user

router = APIRouter(dependencies=[Depends(require_user)], include_in_schema=False)
for part in (runs, form, run, compare, translate, explain):  # the form's /runs/new comes before /runs/{run_id}
    router.include_router(part.router)
