"""The whole bot in a browser, without a token: a simulated Discord in front, the sandbox behind."""
