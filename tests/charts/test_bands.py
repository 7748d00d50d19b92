"""The picture of what is likely: columns, bands and where the time to come begins."""

from datetime import date, timedelta

from lifetracer.charts.bands import Point, Quantiles, lay_band

MONDAY = date(2026, 11, 16)


def test_columns_and_bands_keep_their_proportion():
    likely = Quantiles(1800, 3600, 5400, 7200, 9000)
    picture = lay_band([Point(MONDAY, lived=3600), Point(MONDAY + timedelta(days=1), planned=7200, likely=likely)])
    past, coming = picture.columns
    top = picture.lines[-1][0]
    assert (past.lived, coming.planned) == (100 * 3600 / top, 100 * 7200 / top)
    assert list(coming.likely) == [round(100 * seconds / top, 2) for seconds in likely]
    assert past.left + past.width < picture.begins < coming.left
    assert coming.left + coming.width <= 100


def test_paths_draw_only_what_is_there():
    empty = lay_band([Point(MONDAY)])
    assert (empty.lived(), empty.planned(), empty.band(0, 4), empty.middle(), empty.begins) == ("", "", "", "", 100.0)
    full = lay_band([Point(MONDAY, 3600, 3600, Quantiles(0, 0, 0, 0, 0))])
    assert full.lived().count("M") == full.planned().count("M") == full.middle().count("M") == 1
    assert full.band(0, 4).endswith("z")


def test_nothing_at_all_is_a_picture_too():
    assert lay_band([]).columns == ()
