"""The parts of a page that answer to a reader; the programs for them are in `docs/assets`.

- `machine_widget`: a Turing machine to step through (`assets/machine.js`).
- `layers_widget`: the layers of a search graph to walk through (`assets/layers.js`).

What they show stands in the page itself, so nothing is fetched when it is read. Without JavaScript
a reader is told the command that prints the same.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

from _building.blocks import BlockError

if TYPE_CHECKING:
    from _building.workshop import Workshop


def machine_widget(text: str, caption: str) -> str:
    """A place where a machine can be stepped through.

    Raises:
        BlockError: the text is no machine with one-letter states and digits as symbols.
    """
    from theory.kernel.errors import MachineError
    from theory.turing.texts import read_bbchallenge

    try:
        read_bbchallenge(text)
    except MachineError as error:
        raise BlockError(f"{text}: {error}") from None
    words = " ".join(caption.split())
    if not words:
        raise BlockError("the body of a machine is its caption")
    return (
        f'<div class="widget machine" data-machine="{html.escape(text, quote=True)}" role="group" '
        f'aria-label="{html.escape(words, quote=True)}"><p>{html.escape(words)}</p>'
        f"<noscript><p>Stepping needs JavaScript; <code>sheffer turing {html.escape(text)} "
        "--follow</code> prints the same.</p></noscript></div>"
    )


def layers_widget(problem: str, caption: str, shop: Workshop) -> str:
    """A place where a search graph can be walked through.

    Raises:
        BlockError: the graph cannot be made.
    """
    words = " ".join(caption.split())
    if not words:
        raise BlockError("the body of layers is their caption")
    data = json.loads(shop.program("layers", problem))
    # Nothing in the data may end the element.
    text = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<div class="widget layers" role="group" aria-label="{html.escape(words, quote=True)}">'
        f"<p>{html.escape(words)}</p>"
        f"<noscript><p>Walking needs JavaScript; <code>sheffer solve {html.escape(problem)} "
        "--graph layers.svg</code> draws all of it.</p></noscript>"
        f'<script type="application/json">{text}</script></div>'
    )
