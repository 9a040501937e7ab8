"""Wrong settings are refused at the start with a sentence that names the setting, and no secret is ever shown."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import bot.settings
from bot.cli import main
from bot.settings import CONFIRMATIONS, Settings, SettingsError, Stage, load_settings, need_keys, parse_address
from bot.trees.places import content
from bot.wiring import pack_of, staged
from tests.kit import shipped

KEY = "k1:" + "A" * 43
TWILIO = {
    "OWNSTEPS_PUBLIC_URL": "https://help.example.org",
    "OWNSTEPS_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "OWNSTEPS_TWILIO_AUTH_TOKEN": "a-token",
    "OWNSTEPS_TWILIO_SMS_FROM": "+447700900000",
}
TELEGRAM = {"OWNSTEPS_TELEGRAM_TOKEN": "123456:abcdefgh"}
SIGNED = "\n".join(f'{name} = "Lead, 2027-01-15"' for name in CONFIRMATIONS)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, so that no settings file of this machine is read."""
    monkeypatch.chdir(tmp_path)


def refused(environ: Mapping[str, str]) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return caught.value


WRONG: list[tuple[str, dict[str, str]]] = [
    ("OWNSTEPS_CONFIG", {"OWNSTEPS_CONFIG": "nowhere.toml"}),
    ("OWNSTEPS_STAGE", {"OWNSTEPS_STAGE": "production"}),
    ("OWNSTEPS_TRIAL_ADDRESSES", {"OWNSTEPS_TRIAL_ADDRESSES": "telegram:12,+447700900123"}),
    ("OWNSTEPS_TRIAL_ADDRESSES", {"OWNSTEPS_TRIAL_ADDRESSES": "sms:07700900123"}),
    ("OWNSTEPS_UNREVIEWED", {"OWNSTEPS_UNREVIEWED": "hide"}),
    ("OWNSTEPS_UNREVIEWED", {"OWNSTEPS_UNREVIEWED": "label", "OWNSTEPS_STAGE": "live"}),
    ("OWNSTEPS_CLOCK_FILE", {"OWNSTEPS_CLOCK_FILE": "clock"}),
    ("OWNSTEPS_HOST", {"OWNSTEPS_HOST": "http://127.0.0.1"}),
    ("OWNSTEPS_HOST", {"OWNSTEPS_HOST": "two words"}),
    ("OWNSTEPS_PORT", {"OWNSTEPS_PORT": "http"}),
    ("OWNSTEPS_PORT", {"OWNSTEPS_PORT": "0"}),
    ("OWNSTEPS_PORT", {"OWNSTEPS_PORT": "65536"}),
    ("OWNSTEPS_PORT", {"OWNSTEPS_PORT": "\u0668\u0660"}),
    ("OWNSTEPS_PUBLIC_URL", {"OWNSTEPS_PUBLIC_URL": "help.example.org"}),
    ("OWNSTEPS_PUBLIC_URL", {"OWNSTEPS_PUBLIC_URL": "http://help.example.org"}),
    ("OWNSTEPS_PUBLIC_URL", {"OWNSTEPS_PUBLIC_URL": "https://help.example.org/?a=1"}),
    ("OWNSTEPS_PUBLIC_URL", {"OWNSTEPS_PUBLIC_URL": "https://name:word@help.example.org"}),
    ("OWNSTEPS_PUBLIC_URL", {"OWNSTEPS_PUBLIC_URL": "https://[bad"}),
    ("OWNSTEPS_PUBLIC_URL", {"OWNSTEPS_PUBLIC_URL": "https://help.example.org:port"}),
    ("OWNSTEPS_PUBLIC_URL", {"OWNSTEPS_PUBLIC_URL": "https://two words.example.org"}),
    ("OWNSTEPS_DATABASE_URL", {"OWNSTEPS_DATABASE_URL": "mysql://host/name"}),
    ("OWNSTEPS_DATABASE_URL", {"OWNSTEPS_DATABASE_URL": "sqlite:///"}),
    ("OWNSTEPS_DATABASE_URL", {"OWNSTEPS_DATABASE_URL": "sqlite:///:memory:"}),
    ("OWNSTEPS_DATABASE_URL", {"OWNSTEPS_DATABASE_URL": "postgresql://name:word@[host/name"}),
    ("OWNSTEPS_DATABASE_URL", {"OWNSTEPS_DATABASE_URL": "postgresql://name:word@host:port/name"}),
    ("OWNSTEPS_DATABASE_URL", {"OWNSTEPS_DATABASE_URL": "postgresql:///name"}),
    ("OWNSTEPS_DATABASE_URL", {"OWNSTEPS_DATABASE_URL": "postgresql:///name?host=elsewhere"}),
    ("OWNSTEPS_KEYS", {"OWNSTEPS_KEYS": "k1:short", "OWNSTEPS_LOOKUP_KEYS": KEY}),
    ("OWNSTEPS_KEYS", {"OWNSTEPS_LOOKUP_KEYS": KEY}),
    ("OWNSTEPS_KEYS", {"OWNSTEPS_KEYS": f"{KEY},{KEY}", "OWNSTEPS_LOOKUP_KEYS": KEY}),
    ("OWNSTEPS_LOOKUP_KEYS", {"OWNSTEPS_KEYS": KEY}),
    ("OWNSTEPS_LOOKUP_KEYS", {"OWNSTEPS_KEYS": KEY, "OWNSTEPS_LOOKUP_KEYS": "no-id"}),
    ("OWNSTEPS_TELEGRAM_TOKEN", {"OWNSTEPS_TELEGRAM_TOKEN": "notatoken"}),
    ("OWNSTEPS_TELEGRAM_TOKEN", {"OWNSTEPS_TELEGRAM_SECRET": "secret"}),
    ("OWNSTEPS_TELEGRAM_SECRET", TELEGRAM | {"OWNSTEPS_TELEGRAM_SECRET": "two words"}),
    ("OWNSTEPS_TELEGRAM_SECRET", TELEGRAM | {"OWNSTEPS_PUBLIC_URL": "https://help.example.org"}),
    ("OWNSTEPS_PUBLIC_URL", TELEGRAM | {"OWNSTEPS_TELEGRAM_MODE": "webhook", "OWNSTEPS_TELEGRAM_SECRET": "secret"}),
    ("OWNSTEPS_TELEGRAM_MODE", TELEGRAM | {"OWNSTEPS_TELEGRAM_MODE": "push"}),
    ("OWNSTEPS_TELEGRAM_API", TELEGRAM | {"OWNSTEPS_TELEGRAM_API": "http://api.example.org"}),
    ("OWNSTEPS_TWILIO_ACCOUNT_SID", TWILIO | {"OWNSTEPS_TWILIO_ACCOUNT_SID": "SM" + "1" * 32}),
    ("OWNSTEPS_TWILIO_ACCOUNT_SID", {"OWNSTEPS_TWILIO_SMS_FROM": "+447700900000"}),
    ("OWNSTEPS_TWILIO_AUTH_TOKEN", TWILIO | {"OWNSTEPS_TWILIO_AUTH_TOKEN": ""}),
    ("OWNSTEPS_PUBLIC_URL", TWILIO | {"OWNSTEPS_PUBLIC_URL": ""}),
    ("OWNSTEPS_TWILIO_SMS_FROM", TWILIO | {"OWNSTEPS_TWILIO_SMS_FROM": "07700 900000"}),
    ("OWNSTEPS_TWILIO_SMS_FROM", TWILIO | {"OWNSTEPS_TWILIO_SMS_FROM": ""}),
    ("OWNSTEPS_TWILIO_WHATSAPP_FROM", TWILIO | {"OWNSTEPS_TWILIO_WHATSAPP_FROM": "whatsapp:0770"}),
    ("OWNSTEPS_TWILIO_API", TWILIO | {"OWNSTEPS_TWILIO_API": "http://api.example.org"}),
    ("OWNSTEPS_TWILIO_REDACTION", TWILIO | {"OWNSTEPS_TWILIO_REDACTION": "keep"}),
    ("OWNSTEPS_WHATSAPP_KNOCK", TWILIO | {"OWNSTEPS_WHATSAPP_KNOCK": "There is a reply for you."}),
    ("OWNSTEPS_METRICS_TOKEN", {"OWNSTEPS_METRICS_TOKEN": "nö"}),
    ("OWNSTEPS_METRICS_TOKEN", {"OWNSTEPS_METRICS_TOKEN": "long enough but with spaces"}),
]


@pytest.mark.parametrize(
    ("name", "environ"), WRONG, ids=[f"{name[9:]}-{number}" for number, (name, _) in enumerate(WRONG)]
)
def test_wrong_settings_are_refused_by_name(name: str, environ: dict[str, str]) -> None:
    """The sentence begins with the setting and does not repeat a secret or a number that was given."""
    error = refused(environ)
    assert error.name == name
    assert re.match(rf"{name}: .+\.$", str(error))
    secret = re.search("KEY|TOKEN|SECRET|FROM|ADDRESSES|SID", name)
    given = environ.get(name, "")
    assert not (secret and given and given in str(error))


def test_no_setting_is_left_out() -> None:
    """Every setting that is read is refused by some row above; the pack is refused where it is looked for."""
    source = Path(bot.settings.__file__).read_text(encoding="utf-8")
    read = set(re.findall(r'"(OWNSTEPS_[A-Z_]*[A-Z])"', source))
    assert read - {name for name, _ in WRONG} == {"OWNSTEPS_PACK"}


@pytest.mark.parametrize("command", [["serve"], ["web"], ["purge"], ["trial", "code"], ["talk"]], ids=" ".join)
def test_commands_end_with_the_sentence(command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A command says the sentence, ends with 2, and shows no trace."""
    monkeypatch.setenv("OWNSTEPS_PACK", "atlantis")
    monkeypatch.setenv("OWNSTEPS_PORT", "99999" if command[0] == "purge" else "8080")
    monkeypatch.setenv("OWNSTEPS_KEYS", KEY)
    monkeypatch.setenv("OWNSTEPS_LOOKUP_KEYS", KEY)
    answer = CliRunner().invoke(main, command)
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output


def test_keys_are_needed_to_open_a_database() -> None:
    """Without keys the sentence says how to make them."""
    with pytest.raises(SettingsError, match=r"OWNSTEPS_KEYS: .*ownsteps keys new --env"):
        need_keys(load_settings({}))


# --- where values come from


def test_defaults() -> None:
    """Without any setting: the trial stage, this machine alone, SQLite."""
    settings = load_settings({})
    assert (settings.stage, settings.host, settings.port) == (Stage.TRIAL, "127.0.0.1", 8080)
    assert (settings.database_url, settings.pack) == ("sqlite:///var/ownsteps.db", "uk")
    assert (settings.unreviewed, settings.telegram, settings.twilio, settings.keyring) == ("label", None, None, None)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """A value of the file counts until the environment has one."""
    (tmp_path / "ownsteps.toml").write_text('port = 8123\npack = "other"\n')
    settings = load_settings({"OWNSTEPS_PORT": "8124"})
    assert (settings.port, settings.pack) == (8124, "other")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("port = true", "OWNSTEPS_PORT"),
        ("host = [1]", "OWNSTEPS_HOST"),
        ('confirmations = "all"', "[confirmations]"),
        ("port = ", "OWNSTEPS_CONFIG"),
    ],
)
def test_wrong_files_are_refused(text: str, name: str, tmp_path: Path) -> None:
    """A file that is no TOML, or has a value of the wrong kind, is refused by name."""
    (tmp_path / "ownsteps.toml").write_text(text)
    assert refused({}).name == name


def test_the_mode_follows_the_public_url() -> None:
    """Polling without a public address, else the webhook."""
    polled = load_settings(TELEGRAM).telegram
    hooked = load_settings(TELEGRAM | {"OWNSTEPS_TELEGRAM_SECRET": "s", "OWNSTEPS_PUBLIC_URL": "https://a.example.org"})
    assert polled is not None
    assert hooked.telegram is not None
    assert (polled.mode, hooked.telegram.mode) == ("polling", "webhook")


def test_a_sender_may_have_its_prefix() -> None:
    """`whatsapp:+44...` and `+44...` are the same."""
    twilio = load_settings(TWILIO | {"OWNSTEPS_TWILIO_WHATSAPP_FROM": "whatsapp:+447700900001"}).twilio
    assert twilio is not None
    assert twilio.whatsapp_from == "+447700900001"


@pytest.mark.parametrize("text", ["", "sms", "sms:+1", "telegram:abc", "fax:+447700900123", "sms:+44770090012x"])
def test_an_address_is_not_repeated(text: str) -> None:
    """A wrong address is refused without being shown."""
    with pytest.raises(SettingsError) as caught:
        parse_address(text)
    assert len(text) < 6 or text not in str(caught.value)


# --- stages


@pytest.mark.rule("OPS-3")
@pytest.mark.parametrize("missing", CONFIRMATIONS)
def test_live_names_the_confirmation_that_is_missing(missing: str, tmp_path: Path) -> None:
    """With all but one confirmation live does not start and says which one it lacks."""
    kept = "\n".join(line for line in SIGNED.splitlines() if not line.startswith(missing))
    (tmp_path / "ownsteps.toml").write_text(f'stage = "live"\n[confirmations]\n{kept}\n')
    assert refused({}).name == f"[confirmations] {missing}"


@pytest.mark.rule("OPS-3")
@pytest.mark.parametrize(
    "value", ["", "yes", "2027-01-15", ", 2027-01-15", "Lead, soon", "Lead, 2027-02-30", "Lead 2027-01-15"]
)
def test_a_confirmation_is_a_role_and_a_day(value: str, tmp_path: Path) -> None:
    """What nobody signed on a real day is no confirmation."""
    text = SIGNED.replace('dpia = "Lead, 2027-01-15"', f'dpia = "{value}"')
    (tmp_path / "ownsteps.toml").write_text(f'stage = "live"\n[confirmations]\n{text}\n')
    assert refused({}).name == "[confirmations] dpia"


@pytest.mark.rule("OPS-3")
def test_live_needs_a_name_of_its_own_and_reviewed_words(tmp_path: Path) -> None:
    """All confirmed: the example's name is refused, and under an own name a pack that nobody signed."""
    (tmp_path / "ownsteps.toml").write_text(f'stage = "live"\n[confirmations]\n{SIGNED}\n')
    settings = load_settings({})
    assert settings.unreviewed == "refuse"
    now = datetime(2026, 11, 23, tzinfo=UTC)
    with pytest.raises(SettingsError, match=r"OWNSTEPS_PACK: .* own name"):
        pack_of(settings, lambda: now)
    shutil.copytree(content(), tmp_path / "own")
    page = tmp_path / "own/uk/pack.yaml"
    page.write_text(
        page.read_text(encoding="utf-8").replace("Example organisation (demo)", "Invented Aid"), encoding="utf-8"
    )
    with pytest.raises(SettingsError, match=r"OWNSTEPS_PACK: live needs signed text; \d+ lack"):
        pack_of(load_settings({"OWNSTEPS_PACK": str(page.parent)}), lambda: now)


@pytest.mark.rule("OPS-3")
@pytest.mark.parametrize("more", [TELEGRAM, TWILIO], ids=["telegram", "twilio"])
def test_demo_is_for_loopback_alone(more: dict[str, str]) -> None:
    """The demo stage refuses a real provider, and takes one on this machine."""
    assert refused({"OWNSTEPS_STAGE": "demo", **more}).name == "OWNSTEPS_STAGE"
    here = dict.fromkeys(("OWNSTEPS_TELEGRAM_API", "OWNSTEPS_TWILIO_API"), "http://127.0.0.1:9000")
    assert load_settings({"OWNSTEPS_STAGE": "demo", **more, **here}).stage is Stage.DEMO


@pytest.mark.rule("OPS-3")
def test_the_trial_marks_its_check_and_the_demo_does_not() -> None:
    """The test line belongs to the trial stage; unreviewed text is labelled in both."""
    pack = shipped()
    trial, demo = (
        staged(pack.bundle, pack.texts, Settings(stage, "sqlite:///unused.db", "uk"))
        for stage in (Stage.TRIAL, Stage.DEMO)
    )
    assert (trial.test_line, demo.test_line) == (True, False)
    assert trial.label_unreviewed
    assert demo.label_unreviewed


# --- secrets


@pytest.mark.rule("LOG-1")
def test_no_secret_in_the_repr() -> None:
    """Printed settings hold no key, token, number, address or password."""
    settings = load_settings(
        TWILIO
        | TELEGRAM
        | {
            "OWNSTEPS_TELEGRAM_SECRET": "telegramsecret",
            "OWNSTEPS_KEYS": "k1:" + "B" * 43,
            "OWNSTEPS_LOOKUP_KEYS": "k1:" + "C" * 43,
            "OWNSTEPS_METRICS_TOKEN": "metricstoken-long",
            "OWNSTEPS_TRIAL_ADDRESSES": "sms:+447700900123",
            "OWNSTEPS_DATABASE_URL": "sqlite:///a-name:a-word@place.db",
        }
    )
    shown = repr(settings)
    for secret in (
        "B" * 9,
        "C" * 9,
        "telegramsecret",
        "metricstoken",
        "a-token",
        "abcdefgh",
        "770090",
        "1" * 32,
        "a-word",
    ):
        assert secret not in shown


@pytest.mark.rule("LOG-1")
@pytest.mark.parametrize(
    "keys",
    ["S3CRETkeywithoutid", "S3CRETkeyinfront:k1", "k1:S3CRET!", "k1:S3CRETshort", f"{KEY},S3CRETkeyinfront:k2"],
)
def test_no_key_in_the_sentence(keys: str) -> None:
    """Whatever is wrong with a key, and wherever it stands, the sentence does not show it."""
    assert "S3CRET" not in str(refused({"OWNSTEPS_KEYS": keys, "OWNSTEPS_LOOKUP_KEYS": KEY}))


@pytest.mark.parametrize("url", ["postgresql://name:word@host/db", "postgresql://name@/db?host=/run/postgresql"])
def test_a_postgresql_address_names_a_host_or_a_socket(url: str) -> None:
    assert load_settings({"OWNSTEPS_DATABASE_URL": url}).database_url == url
