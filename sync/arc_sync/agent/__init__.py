"""What the agent does: rounds, imports, reports. Each is a plain function of settings, book and ledger."""
