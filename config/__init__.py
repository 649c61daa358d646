"""The settings, how they are read, and the set-up of logging."""
