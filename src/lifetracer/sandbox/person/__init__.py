"""The demo person: what they plan, what they do, what their calendars show; all from a seed and a date."""
