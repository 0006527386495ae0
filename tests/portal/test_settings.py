"""Settings: bad values stop the start and say what to write; settings that cannot work together are named."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from portal import settings as own
from portal.checks import embedded_parts_in_deployment, settings_fit_together


@pytest.mark.parametrize("text", ["yes", "True", "1", "on"])
def test_yes_is_said_in_several_ways(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SHOUYUE_X", text)

    assert own.env_bool("SHOUYUE_X")


def test_a_flag_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOUYUE_X", "maybe")

    with pytest.raises(ImproperlyConfigured, match="SHOUYUE_X is 'maybe': write 'yes' or 'no'"):
        own.env_bool("SHOUYUE_X")


@pytest.mark.parametrize("text", ["-1", "ten", "1.5", "4"])
def test_a_number_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SHOUYUE_X", text)

    with pytest.raises(ImproperlyConfigured, match="write a whole number, 5 or more"):
        own.env_int("SHOUYUE_X", 30, least=5)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("机密\n", encoding="utf-8")
    monkeypatch.setenv("SHOUYUE_X_FILE", str(tmp_path / "secret"))

    assert own.env_text("SHOUYUE_X") == "机密"


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHOUYUE_X_FILE", str(tmp_path / "none"))

    with pytest.raises(ImproperlyConfigured, match="SHOUYUE_X_FILE: cannot read"):
        own.env_text("SHOUYUE_X")


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = own.kept_secret(tmp_path)

    assert own.kept_secret(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert len(first) >= 50


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        pytest.param("HTTPS", True, "portal.E001", id="https without an https address"),
        pytest.param("USE_TZ", False, "portal.E002", id="no zones"),
        pytest.param("DATABASES", {"default": {"ENGINE": "x", "ATOMIC_REQUESTS": True}}, "portal.E003", id="atomic"),
    ],
)
def test_settings_that_do_not_fit_are_named(settings: Settings, name: str, value: object, found: str) -> None:
    assert settings_fit_together() == []

    # Only what the check reads: Django watches some of these settings itself.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"portal.checks.settings.{name}", value)
        assert [message.id for message in settings_fit_together()] == [found]


def test_a_spool_beside_postgresql_is_warned_of_in_deployment(settings: Settings) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portal.checks.settings.CELERY_BROKER_URL", "spool:///x")
        patch.setattr("portal.checks.settings.DATABASES", {"default": {"ENGINE": "django.db.backends.postgresql"}})
        assert [message.id for message in embedded_parts_in_deployment()] == ["portal.W001"]
