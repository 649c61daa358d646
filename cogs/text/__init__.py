"""The texts that users read: the catalogues of messages, and functions that put values into sentences."""
