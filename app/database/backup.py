"""A copy of the database in one file, made while it is in use."""

from datetime import datetime
from itertools import chain, count
from pathlib import Path

import sqlalchemy as sa

from app.errors import AppError
from vae_core.durable import replacing


def back_up(engine: sa.Engine, target: Path | None = None, mark: str = "backup") -> Path:
    """Copy a SQLite database into `target`, or a file beside it named after `mark` and the time; returns the file.

    The copy is of one moment: what others commit meanwhile is not in it. Only a whole copy bears the name. Raises
    `AppError` for a target that is there already or cannot be written, and for another database than SQLite.
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        raise AppError("Only a SQLite file can be backed up here: use the database's own tool, such as pg_dump.")
    source = Path(engine.url.database)
    target = target or _free(source.with_name(f"{source.stem}-{mark}-{datetime.now():%Y%m%d-%H%M%S}{source.suffix}"))
    if target.exists():
        raise AppError(f"{target} is there already: name another file for the backup.")
    connection = engine.raw_connection()  # VACUUM runs in no transaction
    try:
        with replacing(target) as fresh:
            connection.cursor().execute("VACUUM INTO ?", (str(fresh),))
    except (OSError, engine.dialect.loaded_dbapi.Error) as error:
        raise AppError(f"{target} cannot be written: {error}.") from None
    finally:
        connection.close()
    return target


def _free(name: Path) -> Path:
    """The name itself, or with a number where another copy was made in the same second."""
    names = (name.with_stem(f"{name.stem}-{number}") for number in count(2))
    return next(path for path in chain([name], names) if not path.exists())
