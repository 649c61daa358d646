"""What can be set, and how the program logs."""
