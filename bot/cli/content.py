"""What authors and translators run: `check`, `show`, `graph` and `translations`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import click

from bot.checks.finding import ContentErrors, Finding
from bot.engine.model import Channel, Node
from bot.trees.languages import LANGUAGES, canonical
from bot.trees.load import Pack, load_pack
from bot.trees.places import content, find_pack, locales

MANY = 5
"""Warnings of one code that are told one by one; the rest are counted."""

pack_option = click.option(
    "--pack",
    "pack_name",
    default="uk",
    show_default=True,
    metavar="DIR",
    help="A pack's folder, or the name of a shipped one.",
)


def _folder(name: str) -> Path:
    try:
        return find_pack(name)
    except ValueError as error:
        raise click.UsageError(f"--pack: {error}") from None


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--at: {text!r} is not a date; write it as 2026-11-23.") from None


def _language(text: str) -> str:
    code = canonical(text)
    if code is None:
        raise click.UsageError(f"--lang: {text!r} is not known; there are {', '.join(LANGUAGES)}.")
    return code


def _load(name: str, at: date) -> Pack:
    """The pack; what keeps it from loading is told and ends the command with 1."""
    try:
        return load_pack(_folder(name), locales(), at)
    except ContentErrors as error:
        _tell(error.findings)
        sys.exit(1)


# --- check

CHECK_EXAMPLES = """\b
Examples:
  ownsteps check
  ownsteps check --pack content/uk --at 2026-12-01 --release
  echo 'You should call the police.' | ownsteps check --sentences --lang en
  ownsteps check --mutate --each 2
"""


@click.command(epilog=CHECK_EXAMPLES)
@pack_option
@click.option("--at", "at_text", metavar="DATE", help="The day that facts are held against; default today.")
@click.option("--release", is_flag=True, help="Facts past their date are errors.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding.")
@click.option("--mutate", is_flag=True, help="Plant defects in a copy, one at a time, and tell which are caught.")
@click.option("--each", type=click.IntRange(min=1), help="With --mutate: at most so many defects of a class.")
@click.option("--seed", default=1, show_default=True, help="With --mutate: which places are chosen.")
@click.option("--sentences", is_flag=True, help="Read sentences on stdin, one a line, and say which are directive.")
@click.option("--lang", default="en", show_default=True, help="With --sentences: their language.")
def check(
    pack_name: str, at_text: str | None, release: bool, as_json: bool, mutate: bool, each: int | None, seed: int,
    sentences: bool, lang: str,
) -> None:  # fmt: skip
    """Check all content. Ends with 0 when good (warnings may be there), 1 with errors, 2 when it could not run."""
    if sentences:
        _sentences(_language(lang))
    elif mutate:
        _mutate(_folder(pack_name), _day(at_text), seed, each)
    else:
        _check(pack_name, _day(at_text), release=release, as_json=as_json)


def _check(pack_name: str, at: date, *, release: bool, as_json: bool) -> None:
    from bot.checks.run import run_checks
    from bot.checks.summary import summary

    try:
        pack = load_pack(_folder(pack_name), locales(), at)
        findings = run_checks(pack, at, release=release)
    except ContentErrors as error:
        pack, findings = None, list(error.findings)
    if as_json:
        for one in findings:
            click.echo(json.dumps(one.as_json(), ensure_ascii=False))
    else:
        _tell(findings)
        for name, figures in summary(pack, findings) if pack else ():
            click.echo(f"{name:<10} {figures}")
    if any(one.severity == "error" for one in findings):
        sys.exit(1)


def _mutate(path: Path, at: date, seed: int, each: int | None) -> None:
    from bot.checks.mutate import mutate

    planted: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    try:
        for one in mutate(path, locales(), at, seed=seed, each=each):
            planted[one.plant.kind] += 1
            caught[one.plant.kind] += bool(one.by)
            if not one.by:
                click.echo(f"{one.file}:{one.plant.line}: not caught ({one.plant.kind}): {one.plant.what}")
    except ContentErrors as error:
        _tell(error.findings)
        sys.exit(1)
    click.echo(f"{'class':<10} {'planted':>7} {'caught':>6}")
    for kind, number in planted.items():
        click.echo(f"{kind:<10} {number:>7} {caught[kind]:>6}")
    if caught != planted:
        sys.exit(1)


def _tell(findings: Iterable[Finding]) -> None:
    told: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for one in findings:
        totals[one.severity] += 1
        told[one.code] += one.severity == "warning"
        if one.severity == "error" or told[one.code] <= MANY:
            click.echo(str(one))
    for code, number in told.items():
        if number > MANY:
            click.echo(f"... and {number - MANY} more warnings {code} (--json lists them all)")
    click.echo(f"{totals['error']} errors, {totals['warning']} warnings")


def _sentences(lang: str) -> None:
    from bot.checks.directive import directive_findings, languages

    if lang not in languages():
        raise click.UsageError(f"--lang: sentences can be checked in {', '.join(languages())}, not yet in {lang}.")
    directive = False
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        found = directive_findings(text, lang=lang)
        directive = directive or bool(found)
        told = [{"rule": one.rule, "match": one.match} for one in found]
        click.echo(json.dumps({"text": text, "directive": bool(found), "findings": told}, ensure_ascii=False))
    if directive:
        sys.exit(1)


# --- show

SHOW_EXAMPLES = """\b
Examples:
  ownsteps show nrm/what
  ownsteps show nrm/decide.not-now --channel sms --lang xx-long
"""


@click.command(epilog=SHOW_EXAMPLES)
@click.argument("node_id", metavar="NODE")
@pack_option
@click.option("--lang", default="en", show_default=True)
@click.option("--channel", type=click.Choice([one.value for one in Channel]), default="sms", show_default=True)
@click.option("--at", "at_text", metavar="DATE", help="The day on which it is shown; default today.")
def show(node_id: str, pack_name: str, lang: str, channel: str, at_text: str | None) -> None:
    """Show a node as a channel shows it, with the SMS parts of each message."""
    code = _language(lang)
    pack = _load(pack_name, _day(at_text))
    node = pack.bundle.node(node_id)
    if node is None:
        raise click.UsageError(f"There is no node {node_id!r}.{_near(pack, node_id)}")
    _show(pack, node, code, Channel(channel))


def _near(pack: Pack, node_id: str) -> str:
    topic = node_id.partition("/")[0]
    same: list[str] = [name for name in pack.bundle.nodes if name.startswith(f"{topic}/")]
    names = same or sorted({node.topic for node in pack.bundle.nodes.values()})
    return f" There are: {', '.join(names)}."


def _show(pack: Pack, node: Node, lang: str, channel: Channel) -> None:
    from bot.channels.segments import count
    from bot.checks.common import rendered
    from bot.checks.risk import risk_words
    from bot.trees.texts import MissingText

    try:
        messages = rendered(pack, node, lang, channel, risk_words)
    except MissingText as error:
        click.echo(f"Not shown in {lang}: {error}.", err=True)
        sys.exit(1)
    click.echo(f"{node.id} ({node.kind}) in {lang} on {channel}, {node.file}:{node.line}")
    for number, text in enumerate(messages, 1):
        parts = count(text)
        click.echo(
            f"\n--- message {number}: {len(text)} characters, {parts.segments} SMS parts {parts.encoding}\n{text}"
        )
    for number, option in enumerate(node.options, 1):
        label = pack.texts.get(lang, option.label.key) or "(missing)"
        click.echo(f"{'' if number > 1 else chr(10)}[{number}] {label} -> {option.target}")


# --- graph

GRAPH_EXAMPLES = """\b
Examples:
  ownsteps graph nrm -o nrm.svg
  ownsteps graph -o all.svg
"""


@click.command(epilog=GRAPH_EXAMPLES)
@click.argument("topic", required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The SVG file to write."
)
@pack_option
def graph(topic: str | None, output: Path, pack_name: str) -> None:
    """Draw a topic, or all topics: kinds by shape, rules on the dashed arrows."""
    from bot.trees.graph import draw

    pack = _load(pack_name, datetime.now(UTC).date())
    topics = sorted({node.topic for node in pack.bundle.nodes.values()})
    if topic is not None and topic not in topics:
        raise click.UsageError(f"There is no topic {topic!r}. There are: {', '.join(topics)}.")
    try:
        output.write_text(draw(pack, topic), encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"-o: {output} cannot be written: {error.strerror}.") from None
    click.echo(f"{output}: {topic or 'all topics'}")


# --- translations

TRANSLATIONS_EXAMPLES = """\b
Examples:
  ownsteps translations
  ownsteps translations sync
  ownsteps translations sync --new ar --new vi
"""


@click.group(invoke_without_command=True, epilog=TRANSLATIONS_EXAMPLES)
@pack_option
@click.pass_context
def translations(context: click.Context, pack_name: str) -> None:
    """How far each language is: texts done, fuzzy, missing; missing safety texts; reviewed or not."""
    context.obj = pack_name
    if context.invoked_subcommand is None:
        _coverage(_load(pack_name, datetime.now(UTC).date()))


def _coverage(pack: Pack) -> None:
    from bot.trees.load import safety_keys
    from bot.trees.reviews import is_reviewed

    total, needed = len(pack.texts.english), safety_keys(pack.raw, pack.bundle.nodes, pack.texts)
    offered = {one.code for one in pack.bundle.languages if one.offered}
    click.echo(f"{'language':<9} {'done':>5} {'fuzzy':>5} {'missing':>7} {'safety missing':>14}  state")
    for code, known in LANGUAGES.items():
        catalogue = pack.catalogues.get(code)
        if known.pseudo or (catalogue is None and code != "en"):
            continue
        there = pack.texts.english.keys() if catalogue is None else catalogue.texts.keys()
        fuzzy = len(catalogue.fuzzy) if catalogue else 0
        state = "on offer" if code in offered else "not on offer"
        state += ", reviewed" if is_reviewed(locales(), code) else ", unreviewed"
        missing, unsafe = total - len(there) - fuzzy, len(needed - there)
        click.echo(f"{code:<9} {len(there):>5} {fuzzy:>5} {missing:>7} {unsafe:>14}  {state}")


@translations.command("sync", epilog=TRANSLATIONS_EXAMPLES)
@click.option("--new", multiple=True, metavar="LANG", help="Also begin the catalogue of this language.")
@click.pass_obj
def sync_command(pack_name: str, new: tuple[str, ...]) -> None:
    """Bring every catalogue up to the content of today; a reworded text stays as fuzzy."""
    from babel.messages.pofile import PoFileError

    from bot.trees.sync import sync

    codes = tuple(_language(one) for one in new)
    try:
        changed = sync(_folder(pack_name), locales(), codes)
    except (PoFileError, ValueError) as error:
        click.echo(f"A catalogue cannot be read: {type(error).__name__}. `ownsteps check` names it.", err=True)
        sys.exit(1)
    for path in changed:
        click.echo(f"updated {path.relative_to(content().parent).as_posix()}")
    click.echo(f"{len(changed)} catalogues changed")
