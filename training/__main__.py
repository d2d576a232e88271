"""`python -m training`. Worker processes import this file, too, and need none of the commands."""

if __name__ == "__main__":
    from training.commands.training_commands import app

    app()
