"""What an operator asks in a terminal, and what is printed there."""
