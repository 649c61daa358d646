"""`/admin`, a part per file, and `/operator`."""
