"""codriver: an in-car co-driver for off-road endurance racing. See docs/architecture.md for the way through the house."""

__version__ = "0.1.0"
