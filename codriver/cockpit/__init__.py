"""What the crew sees: state to screen, and the window that draws it."""
