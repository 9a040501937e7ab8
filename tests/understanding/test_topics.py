"""Topics, what people tell, languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.engine.match import Intent, Meaning

Hear = Callable[..., Meaning]
TOPICS = {
    Intent.HUMAN: ["I want to speak to someone", "persn", "can i talk to a human pls", "officer please", "humna"],
    Intent.PRIVACY: ["who can see this", "what do you keep about me", "is this confidential?"],
    Intent.ROBOT: ["are you a robot", "r u real", "am i talking to a person"],
    Intent.COST: ["is this free", "how much does it cost"],
    Intent.NRM: ["what is the nrm", "national referral mechanism", "i was trafficked"],
    Intent.ASYLUM: ["asylum", "my asylum claim", "i have a letter from the home office"],
    Intent.POLICE: ["police", "i don't want police", "will the police tell immigration"],
    Intent.HOUSING: ["i have nowhere to sleep", "homeless"],
    Intent.HEALTH: ["i need a doctor", "i am pregnant", "dentist"],
    Intent.MONEY: ["i need food", "no money"],
    Intent.WORK: ["i have not been paid", "can i work", "my employer owes me wages"],
    Intent.LEGAL: ["lawyer", "legal aid", "how much does a lawyer cost"],
    Intent.FAMILY: ["find my mother", "i lost contact with my family"],
    Intent.GO_HOME: ["I want to go home", "i want to go back to my country"],
    Intent.BACK: ["back", "go back"],
    Intent.DOCUMENTS: ["my boss has my passport", "my madam took our papers", "passport"],
    Intent.CHILD: ["will they take my children", "my son needs a school"],
    Intent.FEELINGS: ["i feel very sad", "i am scared", "so lonely"],
    Intent.GREETING: ["hi", "hello"],
    Intent.THANKS: ["thanks", "thank you"],
    Intent.MENU: ["menu"],
    Intent.HELP: ["help", "i need help"],
    Intent.OTHER: ["buy cheap bitcoin now", "u r stupid", "asdf qwer", ""],
}
CASES = [(text, intent) for intent, texts in TOPICS.items() for text in texts]


@pytest.mark.parametrize(("text", "intent"), CASES, ids=[text or "empty" for text, _ in CASES])
def test_topics(hear: Hear, text: str, intent: Intent) -> None:
    """Ordinary questions reach their topic; insults and nonsense reach none."""
    assert hear(text).intent is intent


@pytest.mark.rule("CHILD-1")
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I am 16", "en"),
        ("im 15 years old", "en"),
        ("I am a child", "en"),
        ("i'm 17 and need housing", "en"),
        ("i am under 18", "en"),
        ("em 16 tuổi", "vi"),
        ("عمري 16", "ar"),
        ("j'ai 15 ans", "fr"),
        ("tengo 16 años", "es"),
        ("mam 17 lat", "pl"),
        ("am 16 ani", "ro"),
        ("tenho 17 anos", "pt"),
        ("我16岁", "zh-Hans"),
        ("мені 16", "uk"),
        ("jam 16 vjeç", "sq"),
    ],
)
def test_under_18_is_heard(hear: Hear, text: str, language: str) -> None:
    """Somebody who says an age under 18 gets the texts for children, chosen language or not."""
    assert hear(text, language).intent is Intent.UNDER18


@pytest.mark.rule("CHILD-1", "CHILD-3")
@pytest.mark.parametrize(
    "text",
    [
        "I am 25",
        "my daughter is 16",
        "i have 16 bags",
        "i am 15 weeks pregnant",
        "i worked 17 hours",
        "i was 15 when it started",
    ],
)
def test_other_ages_are_not(hear: Hear, text: str) -> None:
    """An adult's age, a child's age and a number of something else are not the writer's age."""
    assert hear(text).intent is not Intent.UNDER18


@pytest.mark.parametrize(
    ("text", "nation"),
    [
        ("I am in Glasgow", "scotland"),
        ("i live in cardiff", "wales"),
        ("im in belfast", "ni"),
        ("London", "england"),
        ("Northern Ireland", "ni"),
    ],
)
def test_nations_are_told(hear: Hear, text: str, nation: str) -> None:
    """A nation or a large city tells the nation."""
    meaning = hear(text)
    assert meaning.intent is Intent.NATION
    assert ("nation", nation) in meaning.told


@pytest.mark.rule("OPEN-8")
@pytest.mark.parametrize(
    "text",
    [
        "has this number written to you?",
        "who has written here",
        "did my wife text you",
        "has anyone written from this phone",
        "show me the messages",
        "what did she write",
    ],
)
def test_questions_about_earlier_contact_are_privacy(hear: Hear, text: str) -> None:
    """Whoever asks about earlier contact gets the one answer about what is kept."""
    assert hear(text).intent is Intent.PRIVACY


@pytest.mark.rule("LANG-2")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("shqip", "sq"),
        ("English", "en"),
        ("Español please", "es"),
        ("i speak tigrinya", "ti"),
        ("do you speak arabic", "ar"),
        ("العربية", "ar"),
        ("中文", "zh-Hans"),
        ("اردو", "ur"),
        ("tieng viet", "vi"),
        ("Cymraeg", "cy"),
    ],
)
@pytest.mark.parametrize("chosen", ["en", "pl"])
def test_languages_by_name(hear: Hear, text: str, code: str, chosen: str) -> None:
    """The name of a language, in any language, asks for the language and says which."""
    meaning = hear(text, chosen)
    assert meaning.intent is Intent.LANGUAGE
    assert ("language", code) in meaning.told


@pytest.mark.rule("OPEN-1")
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("سلام", None),
        ("ሰላም", None),
        ("مرحبا", "ar"),
        ("مجھے مدد چاہیے", "ur"),
        ("ممنون", "fa"),
        ("እፈልጋለሁ", "am"),
        ("የቐንየለይ", "ti"),
        ("你好", "zh-Hans"),
        ("привіт", "uk"),
        ("привет", None),
        ("আমি", "bn"),
        ("xin chào", "vi"),
        ("dziękuję", "pl"),
        ("¿qué?", "es"),
        ("bonjour", "fr"),
        ("hi", None),
        ("ok", None),
        ("faleminderit", "sq"),
        ("diolch", "cy"),
    ],
)
def test_a_language_is_certain_only_from_script_or_words(hear: Hear, text: str, language: str | None) -> None:
    """Shared scripts and short words leave the language open."""
    assert hear(text, None).language == language
