"""Roadbooks written: as the exact table, as OpenRally and as plain GPX, and what of a book each cannot hold."""
