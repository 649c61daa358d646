"""What one process of Clapper opens, in which order, and closes."""
