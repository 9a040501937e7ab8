"""Wording that steers, and wording that looks alike and does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checks.directive import TONE, DirectiveFinding, directive_findings, languages, read_sentences, shared_and_plain
from bot.checks.directive.rules import read_rulebook, rulebook
from bot.checks.directive.weigh import read_weights, score, tokens
from bot.checks.run import check_pack
from bot.trees import places
from tests.content.tiny import AT, BAD, copy_tiny, found, no_locales, replace_in
from tests.kit import shipped
from tests.understanding.conftest import HERE, labelled

SETS = {
    "en, first": ("directive_first_en", "en"),
    "en, taught": ("directive_own_1_en", "en"),
    "en, taught and subtle": ("directive_own_2_en", "en"),
    "en, taught and very subtle": ("directive_own_3_en", "en"),
    "en, by a writer who saw no rules": ("directive_writer_1_en", "en"),
    "en, by another": ("directive_writer_2_en", "en"),
    "ar, not reviewed by a native speaker": ("directive_ar", "ar"),
    "vi, not reviewed by a native speaker": ("directive_vi", "vi"),
}
"""The kept-apart sets are not here: who tunes does not look at them. The first writers' sets have been learned from, so
their honest figures are those of `tools/directive_weights.py`, which leaves one writer out at a time."""


def measured(name: str, lang: str) -> tuple[float, float, list[str]]:
    """Precision, recall and the sentences that came out wrong."""
    rows = [(bool(directive_findings(text, lang=lang)), kind == "directive", text) for kind, text in labelled(name)]
    hits = sum(said and is_so for said, is_so, _ in rows)
    wrong = [text for said, is_so, text in rows if said != is_so]
    return hits / sum(said for said, _, _ in rows), hits / sum(is_so for _, is_so, _ in rows), wrong


@pytest.mark.rule("NEUT-1", "NEUT-2")
@pytest.mark.parametrize(("name", "lang"), SETS.values(), ids=SETS)
def test_precision_and_recall(name: str, lang: str) -> None:
    """At least 95 of 100 steering sentences are found, and 95 of 100 findings are right."""
    precision, recall, wrong = measured(name, lang)
    print(f"{name}: {len(labelled(name))} sentences, precision {precision:.3f}, recall {recall:.3f}")
    print(wrong)
    assert precision >= 0.95
    assert recall >= 0.95


KEPT_APART = sorted(file.stem for file in HERE.glob("directive_kept_apart*_en.tsv"))


@pytest.mark.rule("NEUT-1", "NEUT-2")
@pytest.mark.parametrize("name", KEPT_APART)
def test_precision_and_recall_on_sentences_kept_apart(name: str) -> None:
    """The same, on sentences that whoever tuned the check never saw."""
    precision, recall, _ = measured(name, "en")
    print(f"{name}: {len(labelled(name))} sentences, precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.95
    assert recall >= 0.95


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("obligation", "You must leave."),
        ("evaluation", "The safest option is the second."),
        ("advice", "We recommend a lawyer."),
        ("social-proof", "Most people choose to enter it."),
        ("praise-blame", "You are so brave."),
        ("urgency", "This may be your last chance."),
        ("reassurance", "There is nothing to fear."),
        ("minimising", "It only takes one call."),
        ("hidden-default", "Unless you tell us not to, it is sent."),
        ("loaded", "An excellent team."),
        ("label", "You are a victim of trafficking."),
        ("pressing-question", "Are you sure?"),
        ("threat", "You will regret it."),
        ("imperative", "Go to the police."),
    ],
)
@pytest.mark.rule("NEUT-2")
def test_each_rule_finds_its_kind(rule: str, text: str) -> None:
    """A plain case of each rule is found under its name."""
    assert rule in {one.rule for one in directive_findings(text)}


def test_every_rule_has_its_case() -> None:
    """The table above forgets no rule of the English file."""
    rules = {one.name for one in rulebook("en").rules}
    (marked,) = (one for one in test_each_rule_finds_its_kind.pytestmark if one.name == "parametrize")
    assert {rule for rule, _ in marked.args[1]} == rules


@pytest.mark.rule("NEUT-3")
@pytest.mark.parametrize(
    ("text", "steers"),
    [
        ("The Home Office must send a letter.", False),
        ("You must leave.", True),
        ("You need to be in the UK to apply.", False),
        ("You need to tell them.", True),
        ("Police have to ask first.", False),
        ("Survivors should report.", True),
        ("You do not have to decide.", False),
    ],
)
def test_obligation_is_for_institutions(text: str, steers: bool) -> None:
    """An obligation on the reader's choice is found; one of an authority or a process is not."""
    assert bool(directive_findings(text)) is steers


@pytest.mark.parametrize(
    "text",
    [
        "Send 9 to close.",
        "Key 2 is for the next page.",
        '"Should I tell them?" is a question on page two.',
        "The sign says “Wait here”.",
        "999 is free and works without credit.",
        "You are free to say no.",
    ],
)
def test_what_is_not_steering(text: str) -> None:
    """Keys of the chat, quoted words, facts about 999 and freedom are let be."""
    assert directive_findings(text) == []


def test_findings_name_their_rule() -> None:
    """A finding says which rule it is and what was met."""
    found = directive_findings("We recommend the NRM. Hurry!")
    assert {one.rule for one in found} >= {"advice", "urgency"}
    assert "hurry" in [one.match for one in found]


def test_a_label_is_a_name() -> None:
    """A verb at the beginning of an option's name is no order; in a sentence it is."""
    assert directive_findings("Ask to go into the NRM", label=True) == []
    assert directive_findings("Ask to go into the NRM.")


@pytest.mark.rule("NEUT-2")
def test_the_tone_of_a_whole_sentence_is_weighed() -> None:
    """A sentence that no rule meets is found by its words, and those that weighed most are named."""
    (found,) = directive_findings("Brighter evenings await those who walk through our doors.")
    assert found.rule == TONE
    assert set(found.match.replace(", ", " ").split()) & {"brighter", "await", "doors", "those"}


def test_a_score_is_a_sum(tmp_path: Path) -> None:
    """Words and pairs add their weights; a tone is shared out over the sentence's length; numbers are one word."""
    file = tmp_path / "weights.tsv"
    file.write_text("# c\nstart\t\t-1\nlimit\t\t0\nphrase\tgo now\t3\nphrase\t#\t0.5\ntone\tgo\t1\n", "utf-8")
    assert tokens("go now 12 times") == ["go", "now", "#", "times"]
    assert score("go now 12 times", read_weights(file)) == pytest.approx(-1 + 3 + 0.5 + 1 / 2)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("rules: {a: {find: ['{nobody} goes']}}", "nobody"),
        ("rules: {a: {find: ['go (now']}}", "cannot be read"),
        ("rules: {a: {find: []}}", "find"),
        ("rule: {}", "rules"),
    ],
    ids=("list unknown", "bracket open", "nothing to find", "key unknown"),
)
def test_a_bad_rule_is_told(tmp_path: Path, body: str, told: str) -> None:
    """What cannot be read in a file of rules is an error that names it."""
    file = tmp_path / "directive.yaml"
    file.write_text(f"language: en\nreviewed: nobody\n{body}\n", "utf-8")
    with pytest.raises(ValueError, match=told):
        read_rulebook(file)


@pytest.mark.parametrize("lang", languages())
def test_every_language_says_who_reviewed_its_rules(lang: str) -> None:
    """A file of rules names its own language and has the rules that English has."""
    book = read_rulebook(places.locales() / lang / "directive.yaml")
    assert book.language == lang
    assert {one.name for one in book.rules} == {one.name for one in rulebook("en").rules}


def test_a_language_joins_words() -> None:
    """In Arabic, "and" is written together with the next word; vowel signs and forms of alef make no difference."""
    assert directive_findings("ونَنصحُك بذلك.", lang="ar") == [DirectiveFinding("advice", "وننصحك")]


@pytest.mark.rule("NEUT-3")
@pytest.mark.parametrize(
    ("line", "codes"),
    [("", ["B401"]), (", reason: The name of a law", []), (", reason: ''", ["Y203"])],
    ids=("none", "with a reason", "without a reason"),
)
def test_an_exemption_needs_its_reason(line: str, codes: list[str], tmp_path: Path) -> None:
    """A node that steers is an error; `exempt` lets it be only when it says why."""
    pack = copy_tiny(tmp_path)
    rooms = pack / "trees" / "rooms.yaml"
    rooms.write_bytes((BAD / "directive.yaml").read_bytes())
    if line:
        replace_in(rooms, "    options:", f"    exempt: [{{check: directive{line}}}]\n    options:")
    assert [one.code for one in found(pack, no_locales(tmp_path))] == codes


LEANS = "This way is the kind one."


@pytest.mark.rule("NEUT-3")
@pytest.mark.parametrize(
    ("listed", "codes"),
    [
        ("", ["B404"]),
        (f"  - says: {LEANS.lower()!r}\n    because: A title.\n", []),
        (f"  - says: {LEANS.lower()!r}\n", ["Y202"]),
        (
            f"  - says: {LEANS.lower()!r}\n    because: A title.\n  - says: Gone by now.\n    because: A title.\n",
            ["B409"],
        ),
    ],
    ids=("not listed", "with a reason", "without a reason", "of no text any more"),
)
def test_a_sentence_read_again_stands_in_the_pack_with_its_reason(
    listed: str, codes: list[str], tmp_path: Path
) -> None:
    """The weighed check is an error too; only a listed sentence of the pack may be, and the list holds no others."""
    pack = copy_tiny(tmp_path)
    replace_in(pack / "trees" / "rooms.yaml", "is: A person leaves it open.", f"is: {LEANS}")
    if listed:
        (pack / "directive-read.yaml").write_text(f"sentences:\n{listed}", "utf-8")
    findings = check_pack(pack, no_locales(tmp_path), AT)
    assert [one.code for one in findings if one.code.startswith(("B40", "Y"))] == codes


def test_shared_sentences_that_were_read_again_are_still_shared() -> None:
    """The list for content/system holds only sentences that stand there."""
    there = {
        one
        for key, text in shipped().texts.english.items()
        if key.startswith("system/")
        for one in read_sentences(text)
    }
    assert shared_and_plain() <= there
