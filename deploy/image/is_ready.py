"""The container's health check: exit status 0 if /health/ready answers 200. Light, since it runs every few seconds."""

import os
import socket
import sys

PATIENCE_SECONDS = 4.0

try:
    with socket.create_connection(("127.0.0.1", int(os.environ["EARMARK_PORT"])), PATIENCE_SECONDS) as connection:
        connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head = connection.recv(64).decode("latin-1")
except OSError as error:
    sys.exit(f"no answer: {error}")
sys.exit(None if head.startswith("HTTP/1.1 200 ") else head.splitlines()[0] if head else "an empty answer")
