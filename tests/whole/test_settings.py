"""Settings come from the environment, by our names or the world's, directly or from a file."""

from typing import Literal, get_args, get_origin

import pytest

from lifetracer.errors import FixByHandError
from lifetracer.settings import FOREIGN_NAMES, Settings, load

SAMPLES = {
    "port": "8080",
    "public_url": "https://time.example.org",
    "google_calendar_ids": "a@example.com, b@example.com",
    "toggl_page_size": "50",
    "stale_days": "9",
    "static_url": "https://cdn.example.org/static",
    "llm_url": "http://localhost:11434/v1",
    "s3_endpoint_url": "http://localhost:9000",
    "job_memory_mb": "512",
    "log_level": "error",
    "log_format": "json",
}
"""Values for fields that do not take any text."""


def sample(field: str) -> str:
    declared = Settings.model_fields[field]
    kind = str(declared.annotation)
    if get_origin(declared.annotation) is Literal:
        return next(choice for choice in get_args(declared.annotation) if choice != declared.default)
    return SAMPLES.get(field) or ("7" if "int" in kind or "float" in kind else "true" if "bool" in kind else "ja")


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_read_from_its_variable(field):
    assert getattr(load({f"LIFETRACER_{field.upper()}": sample(field)}), field) != getattr(load({}), field)


@pytest.mark.parametrize(("field", "name"), [(field, name) for field, names in FOREIGN_NAMES.items() for name in names])
def test_names_that_the_wider_world_uses_are_accepted(field, name):
    assert getattr(load({name: sample(field)}), field) == getattr(
        load({f"LIFETRACER_{field.upper()}": sample(field)}), field
    )


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_can_come_from_a_file(field, tmp_path):
    path = tmp_path / "value"
    path.write_text(sample(field) + "\n", encoding="utf-8")
    name = f"LIFETRACER_{field.upper()}"
    assert getattr(load({f"{name}_FILE": str(path)}), field) == getattr(load({name: sample(field)}), field)


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path):
    with pytest.raises(FixByHandError, match=r"TOGGL_API_TOKEN_FILE points to .*absent"):
        load({"TOGGL_API_TOKEN_FILE": str(tmp_path / "absent")})


def test_database_url_beats_direct_database_url():
    settings = load({"DIRECT_DATABASE_URL": "postgresql://direct/", "DATABASE_URL": "postgresql://plain/"})
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://plain/"
    assert load({"DIRECT_DATABASE_URL": "postgresql://direct/"}).database_url is not None


def test_an_empty_variable_counts_as_not_set():
    assert load({"LIFETRACER_PORT": ""}).port == load({}).port


def test_a_value_that_makes_no_sense_is_an_error_that_names_the_setting():
    with pytest.raises(FixByHandError, match=r"LIFETRACER_PORT is not usable"):
        load({"LIFETRACER_PORT": "many"})


def test_secrets_are_not_shown():
    token = "0123456789abcdef0123456789abcdef"
    assert token not in repr(load({"TOGGL_API_TOKEN": token}))


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(ValueError, match="frozen"):
        load({}).port = 1


def test_a_supabase_address_without_a_database_address_is_refused_with_a_sentence(tmp_path):
    import lifetracer.warehouse

    settings = load({"SUPABASE_URL": "https://abc.supabase.co", "LIFETRACER_HOME": str(tmp_path)})
    with pytest.raises(FixByHandError) as refused, lifetracer.warehouse.open(settings):
        pass
    assert refused.value.exit_code == 3
    assert "DATABASE_URL" in refused.value.sentence()
