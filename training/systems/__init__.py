"""Every system of the four reports in one table: what it is, what its report states, what was measured here."""
