"""What happens when: admit, submit, poll, deliver, tell; and the worker that does it."""
