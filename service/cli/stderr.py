"""What is said to the user beside the answer."""

from rich.console import Console

from service.formats.caption import one_line


class Stderr:
    """Sentences, each on a line of its own: what a file is called cannot move the cursor or change colours."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, soft_wrap=True, markup=False, emoji=False, highlight=False)

    def say(self, sentence: str, style: str | None = None) -> None:
        self.console.print(one_line(sentence), style=style)

    def complain(self, sentence: str) -> None:
        self.say(sentence, style="red")
