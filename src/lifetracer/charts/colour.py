"""Category colours of equal lightness: whatever a service sends becomes one step of a fixed OKLCH scale.

Law: all shades of one theme are equally light, so no category shouts, and text on them keeps a contrast of 4.5.
The scale is finite (36 hues × 3 chromas), so that a page can name a colour by a CSS class.
OKLab: Björn Ottosson, "A perceptual color space for image processing", 2020; contrast: WCAG 2.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

HUES = tuple(range(0, 360, 10))
"""Hue steps in degrees of OKLCH."""

CHROMAS = (0.022, 0.075, 0.135)
"""Grey with a memory of its hue, muted, vivid."""

Linear = tuple[float, float, float]
"""Linear-light red, green and blue, 0 … 1."""


@dataclass(frozen=True)
class Theme:
    """Lightness of what is drawn in one theme, and the paper beneath."""

    fill: float
    ink: float
    tint: float
    tint_chroma: float
    paper: str
    text: tuple[str, str]


LIGHT = Theme(fill=0.55, ink=0.46, tint=0.93, tint_chroma=0.35, paper="#ffffff", text=("#ffffff", "#0d1117"))
DARK = Theme(fill=0.72, ink=0.80, tint=0.33, tint_chroma=0.45, paper="#14171e", text=("#0d1117", "#ffffff"))


@dataclass(frozen=True)
class Shade:
    """One category's colours in one theme, as ``#rrggbb``."""

    fill: str
    """Solid: what was lived."""
    text: str
    """Text on ``fill``."""
    ink: str
    """Outline and text of what was planned."""
    tint: str
    """Stripe of the hatching beneath ``ink``."""


def shade_of(colour: str) -> tuple[int, int]:
    """Name the step of the scale that is nearest to a colour, as (hue in degrees, index in ``CHROMAS``).

    >>> shade_of("#0b83d9")
    (250, 2)
    >>> shade_of("not a colour")
    (260, 0)
    """
    try:
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    except (ValueError, IndexError):
        return 260, 0
    _, chroma, hue = oklch((_expand(red), _expand(green), _expand(blue)))
    level = 0 if chroma < 0.045 else 1 if chroma < 0.105 else 2
    return (260 if chroma < 0.008 else round(hue / 10) * 10 % 360), level


@cache
def shade(hue: int, level: int, *, dark: bool = False) -> Shade:
    """Give the colours of a step of the scale in one theme."""
    theme = DARK if dark else LIGHT
    chroma = CHROMAS[level]
    fill = _hex(theme.fill, chroma, hue)
    text = theme.text[0] if contrast(theme.text[0], fill) >= 4.5 else theme.text[1]
    return Shade(
        fill=fill,
        text=text,
        ink=_hex(theme.ink, chroma, hue),
        tint=_hex(theme.tint, chroma * theme.tint_chroma, hue),
    )


def contrast(one: str, other: str) -> float:
    """Give the WCAG contrast ratio of two colours ``#rrggbb``, 1 … 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def oklch(rgb: Linear) -> tuple[float, float, float]:
    """Turn linear sRGB into OKLCH: lightness 0 … 1, chroma, hue in degrees."""
    red, green, blue = rgb
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def linear(lightness: float, chroma: float, hue: float) -> Linear:
    """Turn OKLCH into linear sRGB; values outside 0 … 1 are colours no screen has."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """Give the colour, with as much of its chroma as sRGB can show at this lightness."""
    while chroma > 0 and not all(-0.0005 <= part <= 1.0005 for part in linear(lightness, chroma, hue)):
        chroma -= 0.002
    parts = linear(lightness, max(chroma, 0), hue)
    return "#" + "".join(f"{round(_compress(min(max(part, 0), 1)) * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (_expand(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _expand(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _compress(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
