"""What every request passes on its way to a route, as pure ASGI. Their order is in stack.py."""
