"""Side-by-side measurements; each prints tables, with the machine's own limits of the same run."""
