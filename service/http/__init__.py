"""The service as people reach it: HTTP and WebSocket. The only place that imports FastAPI."""
