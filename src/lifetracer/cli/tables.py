"""Tables and lengths of time as the command line prints them: aligned columns, no frame, never cut off.

Law: what a person named is printed as it is, never read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def show(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their titles; numbers (columns whose title ends in a blank) to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title.strip(), justify="right" if title.endswith(" ") else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=1000)  # a program that reads along cuts nothing off
    console.print(table)


def length(seconds: int) -> str:
    """Say a length of time: ``7 h 30 m``."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} m" if hours else f"{minutes} m"
