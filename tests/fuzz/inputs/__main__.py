"""`python -m tests.fuzz.inputs run [COUNT] [FORMAT ...]` and `... replay FORMAT NUMBER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.fuzz.inputs.driver import campaign, counts_of, failure_folder, replay
from tests.fuzz.inputs.formats import FORMATS


def main(words: list[str]) -> int:
    """Does what the command line says."""
    if words[:1] == ["replay"] and len(words) == 3 and words[1] in FORMATS:
        return int(replay(words[1], int(words[2])).word == "fault")
    if words[:1] == ["run"] and set(words[2:]) <= set(FORMATS):
        total = int(words[1]) if len(words) > 1 else 10_000
        named = words[2:]
        counts = dict.fromkeys(named, total) if named else counts_of(total)
        folder = Path(tempfile.mkdtemp(prefix="fuzz-inputs-"))
        tally = campaign(counts, folder)
        print(tally.text())
        for (name, reason), n in sorted(tally.reasons.items()):
            print(f"  {name}: {reason} {n}")
        for failure in sorted(tally.failures.values(), key=lambda f: -f.seen):
            print(failure.text(failure_folder(failure, folder)))
        return int(bool(tally.failures))
    print(f"{__doc__}\nformats: {', '.join(FORMATS)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
