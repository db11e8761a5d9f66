"""What routes ask for by type: the database, the scheduler, the feed, the gate; and a session for one request."""

from typing import Annotated

from fastapi import Depends, Request

from app.database import Database
from app.feed import Feed
from app.jobs.scheduler import Scheduler
from app.web.security import Gate


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _scheduler(request: Request) -> Scheduler:
    scheduler: Scheduler = request.app.state.scheduler
    return scheduler


def _feed(request: Request) -> Feed:
    feed: Feed = request.app.state.feed
    return feed


def _gate(request: Request) -> Gate:
    gate: Gate = request.app.state.gate
    return gate


DatabaseDep = Annotated[Database, Depends(_database)]
SchedulerDep = Annotated[Scheduler, Depends(_scheduler)]
FeedDep = Annotated[Feed, Depends(_feed)]
GateDep = Annotated[Gate, Depends(_gate)]
