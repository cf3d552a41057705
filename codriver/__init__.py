"""codriver: an in-car co-driver for off-road endurance racing. docs/architecture.md shows the way through the house."""

__version__ = "0.1.0"
