"""The steps of a job's life: submit, poll, deliver, notify."""
