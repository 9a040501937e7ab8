"""Limits of the whole process that several rooms must agree on."""

STREAMS = 24
"""Live desk pages at once; each holds a thread of the web server."""
WEBHOOK_THREADS = 32
"""Threads that streams can never take, so that a webhook always finds one."""
