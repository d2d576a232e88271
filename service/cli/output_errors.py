"""What the system says when an answer cannot be written, as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.errors import InvalidOption


@contextmanager
def output_errors(name: str) -> Iterator[None]:
    """An OSError becomes an InvalidOption about `name`; BrokenPipeError stays: whoever read has seen enough."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InvalidOption(f"{name} cannot be written: {error.strerror}.") from None
