"""The whole bot in a browser without a token: a simulated Discord, and the sandbox in place of the provider."""
