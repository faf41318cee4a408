"""A temporary folder in which the commands of a page run, its examples beside them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from _building.blocks import BlockError

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "docs" / "examples"
TIMEOUT_S = 300.0  # of one command


class Workshop:
    """A folder in which commands run, with `sheffer` and `python` being those of this build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        programs = folder / "bin"
        programs.mkdir()
        shutil.copytree(EXAMPLES, self.folder)
        write_program(
            programs / "sheffer",
            f"#!{sys.executable}\nfrom solvers.cli import main\n\n"
            'if __name__ == "__main__":\n    main()\n',
        )
        write_program(
            programs / "sheffer-check", f'#!/bin/sh\nexec "{sys.executable}" -P -m theory "$@"\n'
        )
        write_program(programs / "python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        self.environment = os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
            "PYTHONUTF8": "1",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "TMPDIR": str(folder),
        }

    def run(self, command: str) -> tuple[int, str]:
        """A command's exit code and what it prints: standard error too, but only if it fails.

        Raises:
            BlockError: it takes too long.
        """
        try:
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=self.folder,
                env=self.environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BlockError(f"`{command}` took longer than {TIMEOUT_S:g} s") from None
        text = done.stdout if done.returncode == 0 else done.stdout + done.stderr
        lines = [line.rstrip() for line in text.split("\n")]
        return done.returncode, "\n".join(lines).strip("\n")

    def program(self, name: str, *words: str) -> str:
        """What a program of this package prints when it runs in the folder.

        Raises:
            BlockError: it takes too long, or ends with an exit code other than 0.
        """
        command = shlex.join(["python", "-m", f"_building.{name}", *words])
        here = shlex.quote(str(Path(__file__).parent.parent))
        code, text = self.run(f'PYTHONPATH={here}:"$PYTHONPATH" {command}')
        if code:
            raise BlockError(f"`{' '.join((name, *words))}` failed:\n{text}")
        return text

    def file(self, name: str) -> Path:
        """A file of the folder.

        Raises:
            BlockError: it is not there, or lies outside.
        """
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise BlockError(f"there is no file {name} in the page's folder")
        return path


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A workshop in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="sheffer-docs-") as folder:
        yield Workshop(Path(folder))


def write_program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
