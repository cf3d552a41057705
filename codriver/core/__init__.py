"""The pure heart: one fold over signals. Knows no clock, thread, wire, screen, database or random."""
