"""The commands `/settings`, `/usage`, `/privacy` and `/help`."""
