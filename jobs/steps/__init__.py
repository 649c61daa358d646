"""The steps of a job's life (submit, poll, deliver, notify), and the circuit breaker that pauses ordering."""
