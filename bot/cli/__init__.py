"""The command line: one small module per command group, imported only when its command runs."""

from __future__ import annotations

import importlib

import click

# command name -> (module, attribute); `--help` of the whole lists them without importing any
COMMANDS = {
    "talk": ("bot.cli.talk", "talk"),
    "check": ("bot.cli.content", "check"),
    "show": ("bot.cli.content", "show"),
    "graph": ("bot.cli.content", "graph"),
    "translations": ("bot.cli.content", "translations"),
    "signoff": ("bot.cli.review", "signoff"),
    "review": ("bot.cli.review", "review"),
    "listen": ("bot.cli.listen", "listen"),
    "segments": ("bot.cli.segments", "segments"),
    "officer": ("bot.cli.officer", "officer"),
    "serve": ("bot.cli.serve", "serve"),
    "web": ("bot.cli.serve", "web"),
    "dispatch": ("bot.cli.serve", "dispatch"),
    "doctor": ("bot.cli.doctor", "doctor"),
    "demo": ("bot.cli.demo", "demo"),
    "notice": ("bot.cli.running", "notice"),
    "reception": ("bot.cli.running", "reception"),
    "hours": ("bot.cli.running", "hours"),
    "trial": ("bot.cli.operate", "trial"),
    "keys": ("bot.cli.operate", "keys"),
    "forget": ("bot.cli.operate", "forget"),
    "purge": ("bot.cli.operate", "purge"),
    "db": ("bot.cli.operate", "db"),
    "off": ("bot.cli.operate", "off"),
    "on": ("bot.cli.operate", "on"),
    "setup": ("bot.cli.operate", "setup"),
}


class Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ownsteps")
def main() -> None:
    """Own Steps: neutral information, the person's own choice, and a person when they ask for one."""
