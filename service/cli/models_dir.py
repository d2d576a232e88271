"""The option that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ModelsDir = Annotated[Path | None, typer.Option(help="Folder of model packages and cascade.json.", show_default=False)]
