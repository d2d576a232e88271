"""More than one machine: thin adapters to Ray, and the only place that imports it."""
