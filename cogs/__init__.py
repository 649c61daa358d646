"""What a Discord user sees and may press: commands, buttons and messages; their words stand in `locales/`."""
