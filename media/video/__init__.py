"""Videos: measure them, make them playable, join them, and extract single frames."""
