"""Which pages there are: what the rail, the phone's bar, the palette and the keys ``g`` + letter lead to.

Law: a page is one module, one template and one line here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lifetracer.charts import keep


@dataclass(frozen=True)
class Page:
    """A page as the navigation shows it."""

    name: str
    address: str
    title: str
    group: Literal["look", "tend"]
    """Pages one looks at, and pages by which one takes care of what they show."""
    key: str
    """Letter that leads there after ``g``."""
    drawing: str
    """Strokes of its icon, on a field of 24 × 24."""
    on_phone: bool = False
    """Stands in the phone's bar; the others are under More."""


PAGES = (
    Page(
        "loop",
        "/loop",
        keep("Loop"),
        "look",
        "l",
        '<path d="M19.500 12a7.500 7.500 0 0 1-13 5.100M4.500 12a7.500 7.500 0 0 1 13-5.100"/>'
        '<path d="M17.500 3.500v3.500H14M6.500 20.500V17H10"/>',
        on_phone=True,
    ),
    Page(
        "week",
        "/week",
        keep("Week"),
        "look",
        "w",
        '<rect x="3.5" y="4.5" width="17" height="16" rx="3"/><path d="M3.5 9.5h17M9 9.5v11M15 9.5v11"/>',
        on_phone=True,
    ),
    Page(
        "day",
        "/day",
        keep("Day"),
        "look",
        "d",
        '<rect x="5.5" y="3.5" width="13" height="17" rx="3"/><path d="M9 8h6M9 12h6M9 16h3"/>',
        on_phone=True,
    ),
    Page(
        "trends",
        "/trends",
        keep("Trends"),
        "look",
        "t",
        '<path d="M4 20V4M4 20h16M8 16v-4M12.5 16V7M17 16v-6"/>',
        on_phone=True,
    ),
    Page(
        "adherence",
        "/adherence",
        keep("Adherence"),
        "look",
        "a",
        '<path d="M4 6c8 0 8 12 16 12M4 12c6 0 6-6 16-6M4 18h5"/>',
    ),
    Page(
        "estimates",
        "/estimates",
        keep("Estimates"),
        "look",
        "e",
        '<path d="M3.500 20c5-9 9-11 17-14"/><path d="M3.500 20c6-5 11-6 17-6" opacity=".5"/>'
        '<path d="M3.500 20C7 9 12 4 18 3.500" opacity=".5"/>',
    ),
    Page(
        "targets",
        "/targets",
        keep("Targets"),
        "look",
        "g",
        '<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="4.5"/>'
        '<circle class="solid" cx="12" cy="12" r="1.3"/>',
        on_phone=True,
    ),
    Page(
        "plans",
        "/plans",
        keep("Plan proposals"),
        "look",
        "p",
        '<rect x="3.5" y="4.5" width="17" height="16" rx="3"/><path d="M3.5 9.5h17M12 12.5v5M9.5 15h5"/>',
    ),
    Page(
        "reports",
        "/reports",
        keep("Reports"),
        "look",
        "r",
        '<path d="M7 3.5h7l4 4v13H7z"/><path d="M14 3.500v4h4M10 12h5M10 16h5"/>',
    ),
    Page(
        "review",
        "/review",
        keep("Weekly review"),
        "look",
        "v",
        '<path d="M5 4.500h14v12h-8l-4 3.500v-3.500H5z"/><path d="m9 10.500 2 2 4-4"/>',
    ),
    Page(
        "categories",
        "/categories",
        keep("Categories"),
        "tend",
        "c",
        '<path d="M4 6h5M4 12h5M4 18h5"/><rect x="12" y="4" width="8" height="4" rx="1.5"/>'
        '<rect x="12" y="10" width="8" height="4" rx="1.5"/><rect x="12" y="16" width="8" height="4" rx="1.5"/>',
    ),
    Page(
        "connections",
        "/connections",
        keep("Connections"),
        "tend",
        "n",
        '<path d="M9 15l6-6M7.500 12.500l-2 2a3.500 3.500 0 0 0 5 5l2-2M11.500 6.500l2-2a3.500 3.500 0 0 1 5 5l-2 2"/>',
    ),
    Page(
        "data",
        "/data",
        keep("Data"),
        "tend",
        "q",
        '<ellipse cx="12" cy="6" rx="7.5" ry="3"/>'
        '<path d="M4.5 6v12c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3V6M4.5 12c0 1.7 3.4 3 7.5 3s7.5-1.3 7.5-3"/>',
    ),
    Page(
        "jobs",
        "/jobs",
        keep("Jobs"),
        "tend",
        "j",
        '<path d="M4 6.5h16M4 12h10M4 17.5h13"/><circle cx="19" cy="12" r="1.6"/>',
    ),
    Page(
        "settings",
        "/settings",
        keep("Settings"),
        "tend",
        "o",
        '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>',
    ),
    Page(
        "your_data",
        "/your-data",
        keep("Your data"),
        "tend",
        "y",
        '<path d="M12 4v10M8 10.500l4 4 4-4M4.500 17.500v2h15v-2"/>',
    ),
    Page(
        "security",
        "/security",
        keep("Security"),
        "tend",
        "s",
        '<rect x="5" y="10.500" width="14" height="10" rx="2.500"/><path d="M8 10.500V8a4 4 0 0 1 8 0v2.500"/>',
    ),
)
"""The pages, in the order in which they are shown."""
