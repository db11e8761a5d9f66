"""How a database of an older version becomes one of this version: one history for SQLite and PostgreSQL.

A change of `app.database.tables` needs a revision in `versions/` and its number at the end of
`app.database.schema.VERSIONS`; a test compares what the revisions make with the models. A new database is made from
the models, without any revision.

What is derived from other rows (chunks, summaries) is derived by today's code: a revision that changes its form
deletes it and derives it again, and is then the only one that does.
"""
