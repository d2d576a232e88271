"""The command `earmark`. Importing it is cheap: worker processes import it too and need none of it."""


def main() -> None:
    """Entry point of the console script."""
    from service.cli.commands import app  # noqa: PLC0415 - see above

    app()
