"""How people are notified: results, statuses, endings, the moderators' log."""
