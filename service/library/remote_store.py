"""A store of files that fsspec reaches: which one a URL means, and its failures as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec

from service.errors import EarmarkError, FileMissing, FileUnreadable, InvalidOption


def remote_store(url: str) -> tuple[Any, str]:
    """The file system, and the path within it. Raises InvalidOption if nothing is installed for such a URL."""
    if "::" in url:
        raise InvalidOption(f"{url:.200} is a chain of URLs; a single one is needed.")
    try:
        # Listings that are kept would grow, and hide what has changed.
        store, path = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise InvalidOption(f"{url:.200} needs a package that is not installed. {error}") from None
    except ValueError as error:
        raise InvalidOption(f"{url:.200} cannot be opened. {error}") from None
    return store, path


@contextmanager
def remote_errors(url: str) -> Iterator[None]:
    """Whatever a store raises becomes a SourceError."""
    try:
        yield
    except EarmarkError:
        raise
    except FileNotFoundError:
        raise FileMissing(f"There is nothing at {url:.200}.") from None
    except PermissionError:
        raise FileUnreadable(f"The store does not allow reading {url:.200}.") from None
    except Exception as error:  # every store has errors of its own
        raise FileUnreadable(f"The store of {url:.200} failed ({type(error).__name__}).") from error
