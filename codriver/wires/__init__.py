"""All that touches hardware: serial ports, pins, files that stand in for them. Wires report; the core decides."""
