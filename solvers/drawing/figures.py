"""Pictures as files: PNG, SVG or PDF by their ending, written whole or not at all.

Equal figures give equal files with one version of Matplotlib: no dates, no random names.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.formats.files import output_path, replacing_bytes
from theory.kernel.errors import ProblemError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png", ".pdf")

_NOTHING: dict[str, Any] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def picture_path(path: str | Path, formats: tuple[str, ...] = FORMATS) -> Path:
    """The path of a picture to come, checked before the work for it is done.

    Raises:
        ProblemError: `unknown-format`, `bad-output`.
    """
    place = output_path(Path(path), "", "")
    if place.suffix.lower() not in formats:
        message = f"a picture is one of {', '.join(formats)}; name such a file"
        raise ProblemError("unknown-format", message, str(path))
    return place


def save_figure(figure: Figure, path: str | Path, dpi: int = 150) -> Path:
    """Write the figure.

    Raises:
        ProblemError: as `picture_path`.
    """
    from matplotlib import rc_context

    place = picture_path(path)
    suffix = place.suffix.lower()
    with rc_context({"svg.hashsalt": "sheffer"}), replacing_bytes(place) as stream:
        figure.savefig(stream, format=suffix[1:], dpi=dpi, metadata=_NOTHING[suffix])
    return place
