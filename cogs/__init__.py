"""What a Discord user sees and may press: commands, buttons, messages, and every sentence."""
