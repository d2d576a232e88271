"""What options can be, as far as that is known without models: checked before any work starts."""

from collections.abc import Mapping
from math import inf
from typing import Final, get_type_hints

from service.errors import InvalidOption
from service.types import MIN_HOP_SECONDS, Options, OptionSpec

DEFAULTS: Final = Options()
SPECS: Final[Mapping[str, OptionSpec]] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(Options, include_extras=True).items()
}
"""By the names of the options, in their order."""


def check_options(options: Options) -> None:
    """Raises InvalidOption, with the limit and the value. The longest hop depends on the cascade, see `check_hop`."""
    for name, spec in SPECS.items():
        value = getattr(options, name)
        if value is not None and not spec.least <= value <= spec.most:  # also refuses NaN
            shown = value if isinstance(value, int) else f"{value:g}"
            raise InvalidOption(f"{name} is {shown}; {_limits(name, spec)}.")
    if options.end_seconds is not None and not options.end_seconds > options.start_seconds:
        raise InvalidOption(
            f"end_seconds is {options.end_seconds:g}; it must be greater than start_seconds, {options.start_seconds:g}."
        )


def _limits(name: str, spec: OptionSpec) -> str:
    if spec.most == inf:
        return f"it must be at least {spec.least:g}"
    words = f" ({spec.default_words})" if spec.default_words and getattr(DEFAULTS, name) == spec.least else ""
    return f"{spec.least:g}{words} to {spec.most:g} are possible"


def check_hop(options: Options, chunk_seconds: float) -> None:
    """Chunks may overlap or touch, but leave no gaps. Raises InvalidOption."""
    hop = options.hop(chunk_seconds)
    if hop > chunk_seconds:
        raise InvalidOption(
            f"hop_seconds is {hop:g}; {MIN_HOP_SECONDS:g} to {chunk_seconds:g} (one chunk) are possible."
        )
