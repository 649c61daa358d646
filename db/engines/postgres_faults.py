"""What an error of PostgreSQL, or of the way to it, means: whether the transaction is surely undone, and what to say."""

import contextlib
from collections.abc import Generator
from typing import Any, cast

from asyncpg.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - it ships none
    ClientConfigurationError,
    DeadlockDetectedError,
    IdleInTransactionSessionTimeoutError,
    InsufficientPrivilegeError,
    InvalidAuthorizationSpecificationError,
    InvalidCachedStatementError,
    InvalidCatalogNameError,
    OperatorInterventionError,
    PostgresConnectionError,
    PostgresError,
    QueryCanceledError,
    ReadOnlySQLTransactionError,
    SerializationError,
    TargetServerAttributeNotMatched,
    TooManyConnectionsError,
)

from db.engines.errors import (
    AddressUnreadable,
    DatabaseError,
    DatabaseRefused,
    DatabaseUnreachable,
    DatabaseUnusable,
)

_GONE = (
    OSError,
    TimeoutError,
    PostgresConnectionError,
    OperatorInterventionError,  # the server stops, has crashed, or is not ready yet
    IdleInTransactionSessionTimeoutError,
    TooManyConnectionsError,
    ReadOnlySQLTransactionError,  # the server has become a standby
    TargetServerAttributeNotMatched,
)


def is_gone(error: BaseException) -> bool:
    """Return whether the server, or the way to it, is gone for now: another connection may do better."""
    return isinstance(error, _GONE) and not isinstance(error, QueryCanceledError)


def is_conflict(error: BaseException) -> bool:
    """Return whether this transaction met another one, or a migration, and was undone for it."""
    return isinstance(error, SerializationError | DeadlockDetectedError | InvalidCachedStatementError)


def is_undone(error: BaseException) -> bool:
    """Return whether a COMMIT that raised this was surely not done: the server itself said so and stayed."""
    stayed = isinstance(error, PostgresError) and cast("Any", error).severity == "ERROR"
    return stayed and not is_gone(error)


@contextlib.contextmanager
def connecting_to(place: str) -> Generator[None]:
    """Turn what goes wrong with a connection into a sentence that says what to do.

    Raises:
        DatabaseError: the server cannot be used.
    """
    try:
        yield
    except (ClientConfigurationError, ValueError) as error:
        if isinstance(error, DatabaseError):
            raise
        # The client's own words may repeat a part of the address.
        raise AddressUnreadable("the client does not understand it") from None
    except (InvalidAuthorizationSpecificationError, InvalidCatalogNameError) as error:
        raise DatabaseRefused(place, error) from error
    except InsufficientPrivilegeError as error:
        raise DatabaseUnusable(place, error) from error
    except Exception as error:
        if is_gone(error):
            raise DatabaseUnreachable(place, error) from error
        raise
