"""The commands that an operator runs in a terminal (`python bot.py COMMAND`) and what they print."""
