"""Storage of the first frames and videos of jobs: in a local folder, or also in a bucket of objects."""
