"""Messages to people: results, status messages, endings, the moderators' log."""
