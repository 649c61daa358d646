"""The commands `/admin` (one file for each group of subcommands) and `/operator`."""
