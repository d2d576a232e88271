"""What every request passes on its way to a route, as pure ASGI. stack.py has the order."""
