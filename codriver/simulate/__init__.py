"""A car that drives a roadbook: wires with a known truth behind them."""
