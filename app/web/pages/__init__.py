"""The HTML pages: plain forms and links that work by themselves; the scripts add what is live."""

from fastapi import APIRouter, Depends

from app.web.pages import (
    actions,
    compare,
    explain,
    groups,
    new_run,
    new_sweep,
    preflight,
    run,
    runs,
    sweeps,
    translate,
    views,
)
from app.web.security import require_user

router = APIRouter(dependencies=[Depends(require_user)], include_in_schema=False)
for part in (
    runs,
    new_run,
    preflight,
    run,
    actions,
    compare,
    groups,
    new_sweep,
    sweeps,
    views,
    translate,
    explain,
):  # /runs/new before /runs/{run_id}, and so with sweeps
    router.include_router(part.router)
