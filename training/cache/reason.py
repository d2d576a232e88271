"""Why a file cannot be used, in one line."""

from service.errors import EarmarkError


def reason_of(error: EarmarkError) -> str:
    return f"{error.title}. {error.detail}"
