"""The ledger: the canonical store. `port` says what every ledger can do; `memory` and `sql` do it."""
