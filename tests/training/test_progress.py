"""The bar counts, says when it will be over, and is gone afterwards."""

import io

from rich.console import Console

from training.progress import progress_bar


def test_the_bar_counts_on_a_terminal() -> None:
    screen = io.StringIO()
    with progress_bar(Console(file=screen, force_terminal=True, width=80), "[listening]", 3) as advance:
        advance("one")
        advance("two")
    shown = screen.getvalue()
    assert "[listening]" in shown
    assert "2/3" in shown
    assert "-:--:--" in shown  # the time left, which two at once do not tell yet
    assert shown.rstrip("\n").endswith("\x1b[2K")  # the line is wiped


def test_a_log_file_is_left_alone() -> None:
    log = io.StringIO()
    with progress_bar(Console(file=log), "listening", 1) as advance:
        advance("one")
    assert not log.getvalue().strip()
