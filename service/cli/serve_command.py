"""`earmark serve`: a flag for each setting, made from the settings themselves."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from service.cli.exits import Exit, Stderr, failing_usably
from service.extras import extra_missing
from service.http.server_settings import ServerSettings

Flags = Mapping[str, str | None]
"""By the name of the setting; None where a flag was not given."""


def _serve(flags: Flags) -> None:
    """Serves over HTTP until it is stopped. Settings without a flag are read from EARMARK_... or the file .env."""
    with failing_usably(Stderr()):
        finished = _run_server(ServerSettings.read(**flags))
    if not finished:
        raise typer.Exit(Exit.STOPPED)


def _run_server(settings: ServerSettings) -> bool:
    """Until a signal ends it; False if a second one did not let it finish. Raises EarmarkError."""
    if settings.engine == "local":
        from service.http.graceful_server import serve  # noqa: PLC0415 - needs the web framework, nothing else does

        return serve(settings)
    try:
        from service.scale.serve_cluster import serve_cluster  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise extra_missing("ray", error.name or "a package") from None
    return serve_cluster(settings)


def _with_flags(run: Callable[[Flags], None]) -> Callable[..., None]:
    """`run` as a command for typer."""

    def command(**flags: str | None) -> None:
        run(flags)

    parameters = [_parameter(name, field) for name, field in ServerSettings.model_fields.items()]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__doc__ = run.__doc__
    return command


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    """The flag takes any text: the settings read it as they read the environment, and say what is wrong with it."""
    # The bracket would be taken for markup.
    default = rf" \[default: {field.default}]" if isinstance(field.default, str | int | float) else ""
    option = typer.Option(
        help=f"{field.description}{default}",
        metavar=_metavar(field.annotation),
        show_default=False,
        autocompletion=_completion(field.annotation),
        rich_help_panel="Server" if name in ServerSettings.__annotations__ else "Analysis",
    )
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=None, annotation=Annotated[str | None, option])


def _completion(annotation: Any) -> Callable[[str], list[str]] | None:
    """For shells: the choices, where there are some."""
    if get_origin(annotation) is not Literal:
        return None
    choices: tuple[str, ...] = get_args(annotation)
    return lambda incomplete: [choice for choice in choices if choice.startswith(incomplete)]


_METAVARS = {"int": "INTEGER", "float": "NUMBER", "Path": "PATH"}


def _metavar(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return "|".join(get_args(annotation))
    kinds = {kind.__name__ for kind in (annotation, *get_args(annotation)) if isinstance(kind, type)}
    return next((metavar for kind, metavar in _METAVARS.items() if kind in kinds), "TEXT")


serve_command = _with_flags(_serve)
