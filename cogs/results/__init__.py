"""Messages about jobs in Discord, their buttons and context menus, and the moderators' log."""
