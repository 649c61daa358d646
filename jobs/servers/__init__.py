"""Settings of servers and of members, and the rules that a server sets for prompts."""
