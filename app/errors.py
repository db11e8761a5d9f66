"""What the application refuses, as facts; `web` turns each into one JSON form or one page.

AppError ── Unauthorised (401), Forbidden (403), NotFound (404), Conflict (409), Refused (422), Unsupported (501)
         └─ of a command: Unusable, Unrecorded, Occupied
"""


class AppError(Exception):
    """A refusal with a sentence for people and, where one is to blame, the field."""

    status = 400  # of an HTTP answer
    exit_status = 2  # of a command

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message, self.field = message, field


class NotFound(AppError):
    """There is no such run, picture or page."""

    status = 404


class Conflict(AppError):
    """The state of the run forbids the action."""

    status = 409


class Refused(AppError):
    """The request itself makes no sense; `field` says where."""

    status = 422


class Unsupported(AppError):
    """This installation lacks what it would take."""

    status = 501


class Unauthorised(AppError):
    """No valid credentials came with the request."""

    status = 401


class Forbidden(AppError):
    """The request comes from another site."""

    status = 403


class Unusable(AppError):
    """The database cannot be opened, or its file is damaged."""


class Unrecorded(AppError):
    """A run has ended, but the database could not record how."""

    exit_status = 1


class Occupied(AppError):
    """Another server owns this data folder."""

    exit_status = 3
