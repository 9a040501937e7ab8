"""What `ownsteps setup` tells the providers, and what it prints for those that want it typed in."""

from __future__ import annotations

import click

from bot.channels.telegram.send import TelegramSender
from bot.channels.telegram.setup import apply_profile, load_profile, set_webhook
from bot.ports import SendError
from bot.settings import Settings, SettingsError, load_settings
from bot.trees.places import find_pack, system_of
from bot.wiring import account_of


def telegram() -> int:
    """Commands, profile texts and, in webhook mode, the webhook. 0 when all was taken, else 1."""
    settings = load_settings()
    if settings.telegram is None:
        raise SettingsError("OWNSTEPS_TELEGRAM_TOKEN", "is not set.")
    sender = TelegramSender(settings.telegram.token, settings.telegram.api)
    try:
        _tell_telegram(sender, settings)
    except SendError as error:
        click.echo(f"Telegram did not take it ({error}). Look at the token and the network.", err=True)
        return 1
    finally:
        sender.close()
    return 0


def _tell_telegram(sender: TelegramSender, settings: Settings) -> None:
    assert settings.telegram is not None
    apply_profile(sender.client, load_profile(system_of(find_pack(settings.pack)) / "profile.yaml"))
    click.echo("Name, commands and profile texts are set. The username and the picture stay as BotFather has them.")
    if settings.telegram.mode != "webhook":
        click.echo("Polling: no webhook is registered.")
        return
    assert settings.public_url is not None
    assert settings.telegram.secret is not None
    set_webhook(sender.client, settings.public_url, settings.telegram.secret)
    click.echo("The webhook is registered.")


def twilio() -> int:
    """Twilio's console holds the addresses, so they are printed to be entered there."""
    settings = load_settings()
    account = account_of(settings)
    if account is None:
        raise SettingsError("OWNSTEPS_TWILIO_ACCOUNT_SID", "is not set.")
    click.echo("Enter these at Twilio, for the number, the WhatsApp sender or the messaging service:")
    click.echo(f"  A message comes in (HTTP POST): {account.url('/webhooks/twilio/message')}")
    click.echo(f"  Status callback (set with each message by itself): {account.url('/webhooks/twilio/status')}")
    click.echo("  Retries: add #rc=3&rp=ct,rt,5xx to the first address.")
    return 0
