"""`earmark serve`: a flag for each setting, made from the settings themselves."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from service.http.settings import ServerSettings

Flags = Mapping[str, str | None]
"""By the name of the setting; None where a flag was not given."""


def with_flags(run: Callable[[Flags], None]) -> Callable[..., None]:
    """`run` as a command for typer."""

    def command(**flags: str | None) -> None:
        run(flags)

    parameters = [_parameter(name, field) for name, field in ServerSettings.model_fields.items()]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__doc__ = run.__doc__
    return command


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    """Text, whatever it is: the settings read it, as they read the environment, and say what does not fit."""
    # The bracket would be taken for markup.
    default = rf" \[default: {field.default}]" if isinstance(field.default, str | int | float) else ""
    option = typer.Option(
        help=f"{field.description}{default}",
        metavar=_metavar(field.annotation),
        show_default=False,
        rich_help_panel="Server" if name in ServerSettings.__annotations__ else "Analysis",
    )
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=None, annotation=Annotated[str | None, option])


def _metavar(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return "|".join(get_args(annotation))
    kinds = {kind.__name__ for kind in (annotation, *get_args(annotation)) if isinstance(kind, type)}
    return next((metavar for kind, metavar in _METAVARS.items() if kind in kinds), "TEXT")


_METAVARS = {"int": "INTEGER", "float": "NUMBER", "Path": "PATH"}
