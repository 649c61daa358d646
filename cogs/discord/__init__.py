"""What every command shares of Discord: answers, faults, buttons, forms, permissions."""
