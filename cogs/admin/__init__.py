"""The commands `/admin` (its home page, and a file for each group of parts) and `/operator`."""
