"""Roadbooks: the one frozen model, a reader for each format behind `load`, and the report in plain words."""
