"""What may be spent and when ordering stops: limits, allowances, pauses, estimates."""
