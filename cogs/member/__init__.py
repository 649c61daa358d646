"""What concerns one member: settings, usage, privacy, help."""
