"""Marks of what was launched together: each launches once."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from app.database.tables import LaunchRow, now

TABLE = SQLModel.metadata.tables[str(LaunchRow.__tablename__)]


def claim(session: Session, group: str) -> bool:
    """Take a mark, until the end of the transaction alone; False where runs were launched under it before."""
    insert = (sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert)(TABLE)
    taken = insert.values(group=group, created_at=now()).on_conflict_do_nothing().returning(TABLE.c.group)
    return session.execute(taken).first() is not None
