"""Danger, near-misses and suicide: labelled sets, and one that was never tuned on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.engine.match import Intent, Meaning
from tests.understanding.conftest import labelled

Hear = Callable[..., Meaning]
NOW = [row[1] for row in labelled("danger_en")]
NEAR = [(row[2], row[1].split("|")) for row in labelled("danger_near_en")]
SUICIDE = [(row[1], row[0] == "now") for row in labelled("suicide_en")]
APART = [(row[1], row[0] == "now") for row in labelled("danger_kept_apart_en")]


@pytest.mark.rule("EMER-1")
@pytest.mark.parametrize("text", NOW)
def test_danger_is_heard(hear: Hear, text: str) -> None:
    """Each labelled message of danger now decides for the emergency text."""
    assert hear(text).intent is Intent.EMERGENCY


@pytest.mark.rule("EMER-1")
@pytest.mark.parametrize("language", ["ar", "vi", "pl", None])
def test_danger_is_heard_whatever_language_is_chosen(hear: Hear, language: str | None) -> None:
    """Danger in English is heard from somebody whose chosen language is another."""
    missed = [text for text in NOW if hear(text, language).intent is not Intent.EMERGENCY]
    assert missed == []


@pytest.mark.rule("EMER-7")
@pytest.mark.parametrize(("text", "reached"), NEAR, ids=[text for text, _ in NEAR])
def test_near_misses_lead_to_their_topic(hear: Hear, text: str, reached: list[str]) -> None:
    """Past danger, questions about the police and figures of speech do not raise the alarm."""
    meaning = hear(text)
    intent = Intent.OTHER if meaning.intent is Intent.HELP else meaning.intent
    assert intent not in (Intent.EMERGENCY, Intent.SUICIDE)
    assert {intent.value, *meaning.also} & set(reached)


@pytest.mark.rule("EMER-7")
def test_a_near_miss_keeps_the_line_on_999(hear: Hear) -> None:
    """A question about calling 999 leads to the police topic, with the emergency line beside it."""
    meaning = hear("what happens if i call 999")
    assert (meaning.intent, meaning.also[:1]) == (Intent.POLICE, (Intent.EMERGENCY,))


@pytest.mark.rule("EMER-8")
@pytest.mark.parametrize(("text", "now"), SUICIDE, ids=[text for text, _ in SUICIDE])
def test_suicide_is_heard(hear: Hear, text: str, now: bool) -> None:
    """Intent or plan is suicide; a film, a phone that died and "not suicidal" are not."""
    assert (hear(text).intent is Intent.SUICIDE) is now


@pytest.mark.rule("EMER-1", "STAT-3")
def test_the_set_kept_apart(hear: Hear) -> None:
    """Misses and false alarms on messages that the rules were not written for; misses are the headline figure."""
    heard = [(hear(text).intent is Intent.EMERGENCY, now, text) for text, now in APART]
    missed = [text for found, now, text in heard if now and not found]
    false = [text for found, now, text in heard if found and not now]
    print(f"kept apart, en: {len(missed)} missed of {sum(now for _, now, _ in heard)}; {len(false)} false alarms")
    assert len(missed) <= 2
    assert len(false) <= 4


CORE = {
    "sq": "ai ka thikë, më ndihmoni",
    "vi": "cứu tôi, nó có dao",
    "ar": "ساعدوني معه سكين",
    "ro": "mă bate, ajutor",
    "fa": "کمکم کنید چاقو دارد",
    "am": "እርዱኝ ሊገድለኝ ነው",
    "ti": "ሓግዙኒ ክቐትለኒ እዩ",
    "pl": "on ma nóż, pomocy",
    "ur": "wo mujhe maar dega",
    "es": "me va a matar",
    "fr": "il va me tuer",
    "zh-Hans": "他要杀我",
    "uk": "він мене б'є",
    "bn": "আমাকে মেরে ফেলবে",
    "pt": "ele tem uma faca",
    "cy": "dwi mewn perygl",
}


@pytest.mark.rule("EMER-1")
@pytest.mark.parametrize(("code", "text"), CORE.items(), ids=CORE.keys())
@pytest.mark.parametrize("chosen", [True, False], ids=["chosen", "not-chosen"])
def test_danger_in_each_language(hear: Hear, code: str, text: str, chosen: bool) -> None:
    """A core danger sentence of each language is heard, chosen or not."""
    assert hear(text, code if chosen else "en").intent is Intent.EMERGENCY


@pytest.mark.rule("EMER-1", "HIDE-1")
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("help he is here close", Intent.HIDE),
        ("he is at the door. close", Intent.HIDE),
        ("close he is coming", Intent.HIDE),
        ("he is getting close help", Intent.EMERGENCY),
        ("help he is close", Intent.EMERGENCY),
        ("stop he is hitting me", Intent.EMERGENCY),
        ("he has a knife delete", Intent.EMERGENCY),
    ],
)
def test_closing_wins_over_danger(hear: Hear, text: str, intent: Intent) -> None:
    """Danger that also asks to close closes, with the emergency line; "he is close" asks nothing; stop and delete never win."""
    meaning = hear(text)
    assert meaning.intent is intent
    assert intent is Intent.EMERGENCY or meaning.also == (Intent.EMERGENCY,)


@pytest.mark.rule("EMER-1")
def test_danger_is_listened_to_through_4000_characters(hear: Hear) -> None:
    """Danger after 3,900 characters is heard; a topic after 2,000 is not."""
    assert hear("blah " * 780 + "he has a knife").intent is Intent.EMERGENCY
    assert hear("blah " * 420 + "asylum").intent is Intent.OTHER
