"""How pip reaches packages on this machine, handed to a build: its settings as a secret, and the folders they name."""

import ast
import configparser
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def pip_settings() -> dict[str, str]:
    """Those of the environment win, as they do for pip."""
    shown = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    lines = [re.fullmatch(r"(global|install|:env:)\.([\w-]+)=(.+)", line) for line in shown.stdout.splitlines()]
    found = [(match[1], match[2], str(ast.literal_eval(match[3]))) for match in lines if match]
    return {name: value for _, name, value in sorted(found, key=lambda setting: setting[0] == ":env:")}


def as_file(settings: dict[str, str]) -> str:
    config = configparser.ConfigParser(interpolation=None)
    config["global"] = settings
    text = io.StringIO()
    config.write(text)
    return text.getvalue()


def folders(settings: dict[str, str]) -> Iterator[Path]:
    """What must be seen in a build at the same place. An index may point to files beside its folder."""
    for word in " ".join(settings.values()).split():
        path = Path(word.removeprefix("file://"))
        if path.is_absolute() and path.exists():
            yield path.parent if word.startswith("file://") else path
