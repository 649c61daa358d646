"""Money and limits: who may order how much, what was spent, when ordering is paused, how long videos take."""
