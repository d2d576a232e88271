"""The service over HTTP and WebSocket. Only this package imports FastAPI."""
