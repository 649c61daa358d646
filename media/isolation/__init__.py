"""Work on strangers' bytes in a process of its own, within one budget of memory."""
