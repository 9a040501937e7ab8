"""`ownsteps listen`: how typed messages would be understood, for translators, reviewers and test sets."""

from __future__ import annotations

import json
import sys

import click

from bot.engine.lexicon import Intent, Lexicon
from bot.engine.match import Meaning, understand
from bot.trees import places
from bot.trees.languages import ALIASES, LANGUAGES, PSEUDO
from bot.trees.words import load_lexicon

KEYS = {8: Intent.HUMAN, 9: Intent.HIDE, 0: Intent.BACK}
"""What a fixed key means at the main menu; other numbers pick an option, which is not an intent."""
UNNAMED = (Intent.HELP, Intent.MORE)
"""Mean something in the chat only (the help page, the next page); `listen` has no name for them."""


@click.command()
@click.option("--lang", default="en", show_default=True, help="The person's chosen language.")
def listen(lang: str) -> None:
    """Read messages on stdin, one a line, and print how each would be understood at the main menu.

    One JSON object a line: text, intent (decides the reply), also (other meanings that the same reply serves).

    \b
    Examples:
      echo "help he is here" | ownsteps listen --lang en
      ownsteps listen --lang vi < messages.txt
    """
    code = ALIASES.get(lang, lang)
    known = [one for one in LANGUAGES if one not in PSEUDO]
    if code not in known:
        raise click.UsageError(f"There is no language {lang!r}. Known: {', '.join(known)}.")
    lexicon = load_lexicon(places.locales())
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        click.echo(json.dumps(understood(lexicon, text, code), ensure_ascii=False))


def understood(lexicon: Lexicon, text: str, code: str) -> dict[str, object]:
    """One line of output: a message as it would be taken at the main menu of a confirmed sitting."""
    meaning = understand(lexicon, text, code)
    return {"text": text, "intent": named(meaning).value, "also": [intent.value for intent in meaning.also]}


def named(meaning: Meaning) -> Intent:
    """The intent as `listen` names it: keys by what they do, help and more as other."""
    if meaning.number is not None:
        return KEYS.get(meaning.number, Intent.OTHER)
    return Intent.OTHER if meaning.intent in UNNAMED else meaning.intent
