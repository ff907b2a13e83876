"""Sending: what a mailer is (`port`), and one module for each way a message can leave."""
