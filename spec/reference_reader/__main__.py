"""Runs the reader: `python spec/reference_reader FILE`."""

import pathlib
import sys

if not __package__:
    # Run as a folder, Python looks for modules inside it; the package is found beside the pages.
    sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from reference_reader import main  # noqa: E402

sys.exit(main())
