"""The composition root: settings in, the whole application out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from app.database.engine import Database
from app.jobs.executor import Executor
from app.jobs.local import LocalExecutor
from app.jobs.scheduler import Scheduler
from app.live.feed import Feed
from app.settings import Settings
from app.templating import folder
from app.web import error_handlers, login, pages, static_files
from app.web.api import (
    actions,
    compare,
    diagnosis,
    events,
    export,
    files,
    groups,
    preflight,
    runs,
    sweeps,
    translate,
    views,
)
from app.web.pixel_statistics import StatisticsCache
from app.web.security import (
    HOSTS,
    Authenticator,
    DeclaredSizeLimit,
    SecurityHeaders,
    read_or_make_token,
    require_same_origin,
)
from app.web.warmup import rehearse

BODY_LIMIT = 2**20


def create_app(settings: Settings, executor: Executor | None = None) -> FastAPI:
    """The web application over one data folder. Its lifespan owns the database, the scheduler and the feed.

    Raises `Unusable` where there is a database that cannot be used.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    database.create_tables()
    executor = executor or LocalExecutor(settings)
    scheduler = Scheduler(database, executor, settings.slots, resume=settings.resume)
    shelf, feed = StatisticsCache(settings), Feed(database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(scheduler.run()), asyncio.create_task(feed.run())]
        try:
            await asyncio.to_thread(rehearse)
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            executor.close()
            shelf.close()
            database.close()

    app = FastAPI(
        title="ELBOard",
        version=version("elboard"),
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page loads scripts from a CDN
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(require_same_origin)],
    )
    app.state.settings, app.state.database, app.state.scheduler = settings, database, scheduler
    app.state.shelf, app.state.feed = shelf, feed
    app.state.gate = Authenticator(read_or_make_token(settings.data / "token") if settings.auth else None)

    for router in (
        *(login.router, runs.router, views.router, compare.router, groups.router, files.router, export.router),
        *(events.router, preflight.router, diagnosis.router, actions.router, sweeps.router),
        *(pages.router, translate.router, static_files.router),
    ):
        app.include_router(router)
    app.mount("/static", static_files.RevalidatedFiles(directory=folder("static")), name="static")
    error_handlers.install(app)

    # Leaves text/event-stream alone. Level 9 takes eight times as long over numbers, to save a ninth of their size.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=1)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=BODY_LIMIT)  # of those that do not say their size
    app.add_middleware(DeclaredSizeLimit, max_body_size=BODY_LIMIT)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*HOSTS, settings.host], www_redirect=False)
    app.add_middleware(SecurityHeaders)
    return app
