"""A book on paper, for the day the screen stays dark: made on the laptop, never in the car."""
