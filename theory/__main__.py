"""`python -P -m theory CERTIFICATE.json ...` is `sheffer-check`.

Without `-P` Python looks into the current folder first, where another `theory` may lie; the script
`sheffer-check` does not.
"""

from __future__ import annotations

import sys

from theory.command import main

if __name__ == "__main__":
    sys.exit(main())
