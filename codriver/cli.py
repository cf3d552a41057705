"""The commands: arguments and exit codes only."""

import click


@click.group()
def main() -> None:
    """An in-car co-driver for off-road endurance racing."""
