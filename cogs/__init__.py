"""The Discord side of the bot: its commands, buttons and messages. The texts that users read are in `locales/`.

A cog is discord.py's name for a class that holds commands.
"""
