"""The commands `/jobs` and `/queue`: lists of jobs, and a page about a single job."""
