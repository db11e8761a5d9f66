"""Steps in chunks and a summary of them, beside their rows; vectors as bytes.

Rows of steps lose what follows from the rest: the epoch is a multiple of the step, the ELBO −(reconstruction + kl).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op
from sqlmodel import Session

from app.database.tables import NONFINITE
from app.store import chunks, summaries
from vae_core.events import StepTerms

revision, down_revision = "0002", "0001"

BLOCK = 8192  # steps in memory
COLUMNS = ("step", "epoch", "seconds", "reconstruction", "kl", "elbo", "loss", "beta")


def upgrade() -> None:
    """Make the new tables, fill them from the rows, and take away what these no longer need."""
    op.create_table(
        "chunk",
        _run_id(),
        sa.Column("level", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "summary",
        _run_id(),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("steps_per_epoch", sa.Integer, nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("spark", sa.LargeBinary, nullable=False),
        *(sa.Column(name, sa.Float) for name in ("latest", "best")),  # of revision 0010
    )
    _vectors(op.get_bind())
    with Session(op.get_bind()) as session:
        for run in session.scalars(sa.text("SELECT id FROM run")).all():
            _derive(session, run)
        session.flush()
    op.create_index("ix_step_nonfinite", "step", ["run_id", "step"], sqlite_where=NONFINITE, postgresql_where=NONFINITE)
    op.drop_column("step", "epoch")
    op.drop_column("step", "elbo")


def _run_id() -> sa.Column[Any]:
    return sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id"), primary_key=True)


def _vectors(connection: sa.Connection) -> None:
    op.execute("ALTER TABLE evaluation RENAME COLUMN kl_per_dim TO kl_as_json")
    op.add_column("evaluation", sa.Column("kl_per_dim", sa.LargeBinary))
    table = sa.table(
        "evaluation",
        *(sa.column(name, sa.Integer) for name in ("run_id", "step")),
        sa.column("kl_as_json", sa.JSON),
        sa.column("kl_per_dim", sa.LargeBinary),
    )
    for run, step, values in connection.execute(sa.select(*table.c["run_id", "step", "kl_as_json"])).all():
        if values is not None:
            as_bytes = np.array(values, "<f4").tobytes()
            here = sa.and_(table.c.run_id == run, table.c.step == step)
            connection.execute(sa.update(table).where(here).values(kl_per_dim=as_bytes))
    op.drop_column("evaluation", "kl_as_json")


def _derive(session: Session, run_id: int) -> None:
    last = 0
    for block in _blocks(session, run_id):
        summaries.extend(session, run_id, block)
        last = int(block.step[-1])
    chunks.extend(session, run_id, 0, last)


def _blocks(session: Session, run_id: int) -> Iterator[StepTerms]:
    """The stored steps, as they were once appended."""
    table = sa.table("step", sa.column("run_id"), *map(sa.column, COLUMNS))
    query = sa.select(*table.c[COLUMNS]).where(table.c.run_id == run_id).order_by(table.c.step).limit(BLOCK)
    after = 0
    while rows := session.execute(query.where(table.c.step > after)).all():
        columns: dict[str, Any] = dict(zip(COLUMNS, np.array([*map(tuple, rows)], dtype=float).T, strict=True))
        columns["step"] = columns["step"].astype(np.int64)
        variational = not np.isnan(columns["kl"]).all()
        columns |= {} if variational else {"kl": None, "elbo": None, "beta": None}
        yield StepTerms(**columns)
        after = int(rows[-1][0])
