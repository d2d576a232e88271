"""The commands of `python -m training`."""

import typer

from training.commands.check import check
from training.commands.make import evaluate, make
from training.commands.search import search
from training.embedding.cascade_command import cascade
from training.embedding.embed_command import embed
from training.systems.systems_command import reproduce, systems
from training.tabular.features_command import features
from training.tabular.handcraft_command import handcraft
from training.tabular.tabular_command import tabular

app = typer.Typer(no_args_is_help=True, add_completion=False, help="From folders of sound to model packages.")
for command in (check, evaluate, make, search, tabular, features, handcraft, embed, cascade, systems, reproduce):
    app.command()(command)
