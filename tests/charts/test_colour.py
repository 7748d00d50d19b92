import pytest

from lifetracer.charts.colour import CHROMAS, DARK, HUES, LIGHT, contrast, oklch, shade, shade_of

EVERY_STEP = [(hue, level) for hue in HUES for level in range(len(CHROMAS))]


def lightness(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return oklch((red, green, blue))[0]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_fill_of_a_theme_is_equally_light(dark):
    wanted = (DARK if dark else LIGHT).fill
    assert all(lightness(shade(*step, dark=dark).fill) == pytest.approx(wanted, abs=0.006) for step in EVERY_STEP)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_can_be_read_on_every_block(dark):
    paper = (DARK if dark else LIGHT).paper
    for step in EVERY_STEP:
        found = shade(*step, dark=dark)
        assert contrast(found.text, found.fill) >= 4.5, step
        assert contrast(found.ink, found.tint) >= 4.5, step
        assert contrast(found.ink, paper) >= 4.5, step


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("colour", "step"),
    [
        ("#0b83d9", (250, 2)),
        ("#525266", (290, 0)),
        ("#c9806b", (40, 1)),
        ("#808080", (260, 0)),
        ("#000000", (260, 0)),
        ("", (260, 0)),
        ("blue", (260, 0)),
        ("#ff", (260, 0)),
    ],
)
def test_any_colour_becomes_a_step_of_the_scale(colour, step):
    assert shade_of(colour) == step


def test_the_colours_of_toggl_stay_apart():
    """Toggl's fourteen project colours; two that differ only in lightness may meet."""
    palette = "#0b83d9#9e5bd9#d94182#e36a00#bf7000#c7af14#2da608#06a893#c9806b#465bb3#990099#566614#d92b2b#525266"
    assert len({shade_of(palette[n : n + 7]) for n in range(0, len(palette), 7)}) >= 13
