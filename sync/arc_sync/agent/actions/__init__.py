"""What people ask for: one request, one change set, one sentence back; from wherever it was asked."""
