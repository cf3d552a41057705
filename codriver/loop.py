"""The one loop: waits on the wires, folds, does the outs; the only place that reads a clock."""
