"""Prints a document: plain data in, PDF out, by Typst.

Law: people's text reaches Typst only as JSON strings, never as source; nothing of the machine (its clock, its fonts)
reaches the file, so the same data give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lifetracer.errors import FixByHandError
from lifetracer.reporter.font import font, printable_data

TEMPLATE = Path(__file__).with_name("report.typ")


def draw(document: Mapping[str, Any]) -> bytes:
    """Print a document as PDF, tagged for screen readers.

    Raises:
        FixByHandError: Typst or the font package is not installed.
    """
    try:
        import typst
    except ImportError:
        raise FixByHandError(
            "The report needs Typst, which is not installed.", remedy="pip install 'lifetracer[reporter]'"
        ) from None
    data = json.dumps(printable_data(document), ensure_ascii=False)
    compiler = typst.Compiler(
        TEMPLATE, root=TEMPLATE.parent, font_paths=typst.Fonts(False, False, [font().parent]), ignore_system_fonts=True
    )
    body = compiler.compile(format="pdf", sys_inputs={"data": data}, timestamp=0)
    assert isinstance(body, bytes)
    return body
