"""The agent's process: it watches, keeps time, and lets a child do the work."""
