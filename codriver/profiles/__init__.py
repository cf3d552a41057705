"""One TOML per kind of event: what is allowed, how it is scored, how it is called."""
