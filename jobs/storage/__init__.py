"""Where the files of jobs lie."""
