"""`python -m tests.faults`: plant every fault."""

from __future__ import annotations

import sys

from tests.faults.mutants import main

sys.exit(main())
