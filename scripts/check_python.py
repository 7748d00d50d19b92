"""Say clearly when the Python at hand is too old."""

import sys

if sys.version_info < (3, 11):
    sys.exit(f"lifetracer needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12 …")
