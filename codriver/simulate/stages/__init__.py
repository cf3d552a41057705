"""Stages that come with the package: OpenRally GPX, read through importlib.resources."""
