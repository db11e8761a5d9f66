"""Run by Alembic: the revisions act on the connection, and in the transaction, of whoever upgrades."""

from alembic import context
from sqlmodel import SQLModel

import app.database.tables  # noqa: F401 - fills the metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
context.run_migrations()
