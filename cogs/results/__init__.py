"""Results: messages of jobs in Discord, their buttons and menus, the moderators' log."""
