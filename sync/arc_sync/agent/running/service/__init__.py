"""The agent as a service of the user's own session: systemd, launchd, Windows Task Scheduler. No administrator needed."""
