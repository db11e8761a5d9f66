"""What routes ask for by type: database, scheduler, feed, settings, the data sets' statistics, the gate."""

from typing import Annotated

from fastapi import Depends, Request

from app.database.engine import Database
from app.jobs.scheduler import Scheduler
from app.live.feed import Feed
from app.settings import Settings
from app.web.pixel_statistics import StatisticsCache
from app.web.security import Authenticator


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _scheduler(request: Request) -> Scheduler:
    scheduler: Scheduler = request.app.state.scheduler
    return scheduler


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _feed(request: Request) -> Feed:
    feed: Feed = request.app.state.feed
    return feed


def _gate(request: Request) -> Authenticator:
    gate: Authenticator = request.app.state.gate
    return gate


def _shelf(request: Request) -> StatisticsCache:
    shelf: StatisticsCache = request.app.state.shelf
    return shelf


DatabaseDep = Annotated[Database, Depends(_database)]
SchedulerDep = Annotated[Scheduler, Depends(_scheduler)]
SettingsDep = Annotated[Settings, Depends(_settings)]
ShelfDep = Annotated[StatisticsCache, Depends(_shelf)]
FeedDep = Annotated[Feed, Depends(_feed)]
GateDep = Annotated[Authenticator, Depends(_gate)]
