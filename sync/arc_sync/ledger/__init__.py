"""The ledger: the canonical store.

`port` says what every ledger can do. `memory` and `sql` do it; both share `draft` (a change set in the
making), `links` (changes as kept and hashed), `leases` and `audit`. `open` makes and opens one, `undo` and
`known` use the history, `glance` sees whether anything has moved.
"""
