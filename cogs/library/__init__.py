"""`/jobs` and `/queue`: lists of jobs, and the page of one."""
