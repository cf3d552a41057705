"""From lines and edges to events: sentences, pod frames, presses. Pure, like the core above it."""
