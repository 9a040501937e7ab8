"""Arabic and Vietnamese: the safety set is there, fits, gives nothing away, and no English comes in its place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path

import pytest

from bot.channels.layout import lay_out
from bot.channels.press import MAX_CHARACTERS, MAX_PARTS
from bot.channels.segments import count
from bot.checks.common import noon
from bot.checks.discreet import NEUTRAL_FILES
from bot.checks.risk import risk_words, service_names
from bot.demo.talker import Talker
from bot.engine.events import Desk
from bot.engine.model import Channel, Kind, Reply, Shown
from bot.engine.walk import screen_of, services_of
from bot.service.context import is_risky
from bot.trees.catalogues import po_path, read_catalogue
from bot.trees.languages import LANGUAGES, PSEUDO
from bot.trees.load import Pack, load_pack, safety_keys
from bot.trees.messages import placed_in
from bot.trees.places import find_pack, locales
from bot.trees.sync import sync, written
from bot.trees.texts import LRI, PDI
from tests.content.tiny import AT
from tests.kit import MONDAY, Person, shipped

LANGS = ("ar", "vi")
KEYS = ("person", "close", "back", "menu", "languages")
NAMES = {
    *("SMS", "Telegram", "WhatsApp", "Samaritans", "Shout", "SHOUT", "START", "Childline", "Papyrus", "register"),
    *(
        "Language",
        "Example",
        "organisation",
        "demo",
        "Ana",
        "England",
        "Wales",
        "Scotland",
        "Lifeline",
        "English",
        "menu",
    ),
}
"""Latin words that stay: names, words to be typed as they are, the demo's operator, an officer."""
SYLLABLES = {
    "trang",
    "trong",
    "sang",
    "danh",
    "theo",
    "kinh",
    "tham",
    "may",
    "can",
    "minh",
    "sau",
    "cho",
    "hai",
    "hay",
    "ban",
}
SHUT = Desk(open=False, opens_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
WIDE_FRONT = 60
"""OPEN-2: so much of a message in a wide script shows on a lock screen."""
END_OF_LIFE = {"ar": "أريد أن أموت", "vi": "tôi muốn chết"}
SEVENTEEN = {"ar": "عمري 15", "vi": "tôi 15 tuổi"}


def texts_of(lang: str) -> dict[str, str]:
    return dict(shipped().texts.translated[lang])


def needed() -> frozenset[str]:
    pack = shipped()
    return safety_keys(pack.raw, pack.bundle.nodes, pack.texts)


# --- the catalogues


@pytest.mark.rule("LANG-3", "LANG-4")
@pytest.mark.parametrize("lang", LANGS)
def test_the_safety_set_is_complete_and_on_offer(lang: str) -> None:
    """Every text of the safety set is there and from today's English; the language is offered in the demo."""
    catalogue = shipped().catalogues[lang]
    assert sorted(needed() - catalogue.texts.keys()) == []
    assert (catalogue.fuzzy, dict(catalogue.wrong)) == (frozenset(), {})
    language = shipped().bundle.language(lang)
    assert language is not None
    assert language.offered


@pytest.mark.rule("LANG-3")
@pytest.mark.parametrize("lang", LANGS)
def test_nobody_takes_it_for_reviewed(lang: str) -> None:
    """The bundle, the catalogue's own header and the back-check all say that no native speaker has reviewed it."""
    language = shipped().bundle.language(lang)
    assert language is not None
    assert language.reviewed is False
    assert "No native speaker has reviewed" in po_path(locales(), lang).read_text(encoding="utf-8")[:400]
    assert "does not count as the" in (locales() / lang / "back-check.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGS)
def test_placeholders_are_those_of_the_english(lang: str) -> None:
    """No translation loses, adds or changes a {placeholder}."""
    english = shipped().texts.english
    wrong = [key for key, text in texts_of(lang).items() if placed_in(text) != placed_in(english[key])]
    assert wrong == []


@pytest.mark.rule("LANG-7")
@pytest.mark.parametrize("lang", LANGS)
def test_digits_are_ascii_and_those_of_the_english(lang: str) -> None:
    """The same numbers as in the English (999, 112, 55, keys), in ASCII digits: a key shown must be a key that works."""
    english, numbers = shipped().texts.english, re.compile(r"\d+")
    for key, text in texts_of(lang).items():
        assert [digit for digit in text if digit.isdigit() and not digit.isascii()] == [], key
        assert sorted(set(numbers.findall(text))) == sorted(set(numbers.findall(english[key]))), key


@pytest.mark.rule("OPEN-1", "OPEN-3", "HIDE-3")
@pytest.mark.parametrize("lang", LANGS)
def test_texts_that_anybody_may_see_hold_no_risk_word(lang: str) -> None:
    """Check, cover, delete, errors, keys and profile hold no risk word of any language."""
    pack = shipped()
    names = {pack.raw.names[f"system/{name}"] for name in NEUTRAL_FILES}
    found = {
        key: words
        for key, text in texts_of(lang).items()
        if pack.raw.files.get(key) in names and (words := risk_words(text))
    }
    assert found == {}


@pytest.mark.rule("OPEN-2")
@pytest.mark.parametrize("lang", LANGS)
def test_lead_ins_fill_what_a_lock_screen_shows(lang: str) -> None:
    """A lead-in is at least as long as what shows of a message in a wide script, and fits one part with little more."""
    texts = texts_of(lang)
    for key in ("system/lead-in-1", "system/lead-in-2"):
        assert WIDE_FRONT <= len(texts[key]) <= 80
        assert risk_words(texts[key]) == []


# --- what shows


def shown_by(person: Person, *inputs: str) -> str:
    """All that the answer to the last input shows: texts, and buttons where there are any."""
    for one in inputs:
        person.send(one)
    texts, lang = person.pack.texts, person.lang or "en"
    lines = []
    for reply in person.turn.replies:
        laid = lay_out(reply, lambda text: texts.say(text, lang, person.now), person.channel, person.now, risk=is_risky)
        for payload in laid.messages:
            lines += [payload.text, *(label for row in payload.buttons for label, _token in row)]
    return "\n".join(lines)


@cache
def english_words() -> frozenset[str]:
    words = {word.lower() for text in shipped().texts.english.values() for word in re.findall(r"[A-Za-z]{3,}", text)}
    return frozenset(words - SYLLABLES)


def foreign(text: str, lang: str) -> list[str]:
    """Words of three Latin letters and more that have no place in a text of this language."""
    words = [word for word in re.findall(r"[^\W\d_]{3,}", text) if word.isascii() and word not in NAMES]
    own = {word for name in LANGUAGES.values() for word in name.own_name.split()}
    words = [word for word in words if word not in own]
    return words if lang == "ar" else [word for word in words if word.lower() in english_words()]


@pytest.mark.rule("OPEN-1", "OPEN-2", "HIDE-1", "SEND-3")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("channel", Channel)
def test_the_first_message_is_one_part_and_teaches_the_closing_key(lang: str, channel: Channel) -> None:
    """One message, neutral, the closing key once; one SMS part in the language, two with the line on languages."""
    messages = Person(channel, lang).send("?")
    assert len(messages) == 1
    assert re.findall(r"\d+", messages[0]).count("9") == 1
    assert risk_words(messages[0]) == []
    assert count(messages[0]).segments == 1
    with_languages = f"{messages[0]}\n{texts_of(lang)['system/check-languages-sms']}"
    assert count(with_languages).segments <= 2


@pytest.mark.rule("EMER-2", "EMER-4", "EMER-6", "LANG-7")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("channel", Channel)
def test_the_emergency_text_is_neutral_in_front_and_complete(lang: str, channel: Channel) -> None:
    """999, 112 and 55 in Latin digits, and that the line cannot call, in the first reply; nothing but the three names."""
    messages = Person(channel, lang).says("999")
    text = "\n".join(messages)
    assert {"999", "112", "55"} <= set(re.findall(r"\d+", text))
    assert {"ar": "لا يمكنها الاتصال بدلًا منك", "vi": "không gọi thay bạn được"}[lang] in text
    assert "999" in messages[0][:WIDE_FRONT]
    assert [risk_words(message[:WIDE_FRONT]) for message in messages] == [[]] * len(messages)
    assert set(risk_words(text)) <= service_names(lang)


@pytest.mark.rule("EMER-6", "HIDE-3")
@pytest.mark.parametrize("lang", LANGS)
def test_under_cover_danger_gets_one_part(lang: str) -> None:
    """While closed, the emergency line alone: one SMS part with 999."""
    messages = Person(lang=lang).says("?", "1", "9", "999")
    assert messages == [texts_of(lang)["system/emergency-line"]]
    assert count(messages[0]).segments == 1


@pytest.mark.rule("LANG-7")
def test_numbers_of_several_parts_are_isolated_in_arabic() -> None:
    """A phone number with spaces stands within isolates in Arabic, and just as it is in Vietnamese."""
    arabic = shown_by(Person(lang="ar"), "?", "1", END_OF_LIFE["ar"])
    assert f"{LRI}116 123{PDI}" in arabic
    assert arabic.count(LRI) == arabic.count(PDI) == len(re.findall(r"\d \d", arabic))
    assert LRI not in shown_by(Person(lang="vi"), "?", "1", END_OF_LIFE["vi"])


# --- journeys


JOURNEYS = {
    "check": ("?",),
    "not now": ("?", "2"),
    "first screen": ("?", "1"),
    "close": ("?", "1", "9"),
    "cover": ("?", "1", "9", "?"),
    "open again": ("?", "1", "9", "99"),
    "languages": ("?", "1", "#"),
    "nothing understood": ("?", "1", "qwrt"),
    "nothing understood twice": ("?", "1", "qwrt", "qwrt"),
    "delete": ("?", "1", "{delete}"),
    "deleted": ("?", "1", "{delete}", "1"),
    "stop": ("?", "1", "{stop}"),
    "emergency": ("?", "1", "999"),
    "emergency, more": ("?", "1", "999", "7"),
    "suicide": ("?", "1", "{life}"),
    "suicide, more": ("?", "1", "{life}", "7"),
    "under 18": ("?", "1", "{child}"),
    "limits": ("?", "1", "8"),
    "limits, more": ("?", "1", "8", "7"),
    "card": ("?", "1", "8", "7", "1"),
    "card, ticked": ("?", "1", "8", "7", "1", "1 2 6"),
    "wish": ("?", "1", "8", "7", "1", "3"),
    "interpreter": ("?", "1", "8", "7", "1", "4"),
    "own message": ("?", "1", "8", "7", "1", "5"),
    "preview of nothing": ("?", "1", "8", "7", "1", "7"),
    "preview": ("?", "1", "8", "7", "1", "1 2 6", "7"),
    "asked": ("?", "1", "8", "7", "1", "7", "1"),
    "asked again": ("?", "1", "8", "7", "1", "7", "1", "8"),
    "withdrawn": ("?", "1", "8", "7", "1", "7", "1", "88"),
    "not asked": ("?", "1", "8", "7", "1", "7", "2"),
}
WORDS = {
    "ar": {"{delete}": "احذف كل شيء", "{stop}": "توقف", "{life}": END_OF_LIFE["ar"], "{child}": SEVENTEEN["ar"]},
    "vi": {"{delete}": "xóa hết", "{stop}": "dừng lại", "{life}": END_OF_LIFE["vi"], "{child}": SEVENTEEN["vi"]},
}
ENDS_AT = {
    "close": "closed",
    "deleted": "deleted",
    "emergency": "emergency/main",
    "suicide": "suicide/main",
    "limits": "limits",
    "card": "consent",
    "wish": "officer-wish",
    "interpreter": "interpreter",
    "own message": "own-message",
    "preview": "preview",
    "asked": "requested",
    "withdrawn": "withdrawn",
    "not asked": "not-asked",
}
"""Where a journey is known to end, so that the walk cannot pass by staying at the check."""


def travel(journey: str, lang: str, channel: Channel, desk: Desk | None = None) -> tuple[Person, str]:
    person = Person(channel, lang, desk=desk or Desk(open=True))
    text = ""
    for one in JOURNEYS[journey]:
        if one == "7" and person.node == "limits" and not person.state.more:
            continue  # all of the limits fitted one reply
        text = shown_by(person, WORDS[lang].get(one, one))
    return person, text


@pytest.mark.rule("LANG-4")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("journey", JOURNEYS)
def test_every_safety_screen_speaks_the_language(journey: str, channel: Channel, lang: str) -> None:
    """Check, closing, cover, delete, stop, emergency, suicide, limits, card, preview: no English word anywhere."""
    person, text = travel(journey, lang, channel)
    assert text
    assert foreign(text, lang) == []
    assert person.node == ENDS_AT.get(journey, person.node)


@pytest.mark.rule("HAND-2", "HAND-9", "LANG-4")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("journey", ["limits", "limits, more", "asked", "asked again"])
def test_a_shut_desk_tells_day_and_hour_in_the_language(journey: str, lang: str) -> None:
    """The next opening by its day's own name."""
    _person, text = travel(journey, lang, Channel.TELEGRAM, SHUT)
    assert {"ar": "الاثنين", "vi": "Thứ Hai"}[lang] in text
    assert "09:00" in text
    assert foreign(text, lang) == []


@pytest.mark.rule("HAND-5", "HAND-3")
@pytest.mark.parametrize("lang", [*LANGS, *PSEUDO])
@pytest.mark.parametrize("desk", [Desk(open=True), SHUT], ids=["open", "shut"])
def test_the_limits_are_seen_whole_before_the_card(lang: str, desk: Desk) -> None:
    """On SMS, where they take two replies, any number leads to the rest first, and nothing of them is lost."""
    person = Person(Channel.SMS, lang, desk=desk)
    seen = shown_by(person, "?", "1", "8")
    while person.state.more:
        seen += "\n" + shown_by(person, "1")
        assert person.node == "limits"
    say = person.pack.texts.get
    for paragraph in (say(lang, "system/limits") or "").split("\n\n"):
        assert paragraph in seen.replace("\n", " ") or paragraph in seen
    person.send("1")
    assert person.node == "consent"


@pytest.mark.rule("HAND-3")
@pytest.mark.parametrize("lang", ["en", *LANGS, *PSEUDO])
@pytest.mark.parametrize("channel", Channel)
def test_the_card_fits_one_reply(channel: Channel, lang: str) -> None:
    """On the card 7 goes on, so it can never mean more: everything on it is in one reply, ticked or not."""
    person = Person(channel, lang)
    shown_by(person, "?", "1", "8")
    while person.state.more:
        person.send("7")
    for number in ("1", "1 2 6"):
        person.send(number)
        assert (person.node, person.state.more) == ("consent", False)


@pytest.mark.rule("HAND-3", "LANG-4")
@pytest.mark.parametrize("lang", LANGS)
def test_the_preview_names_no_place_that_has_no_name_in_the_language(lang: str) -> None:
    """Reading came to a place that is not translated: the card passes on the menu, by its name in the language."""
    person = Person(lang=lang)
    shown_by(person, "?", "1", "3", "1")  # the first of the pages on law
    assert person.node == "missing"
    person.send("8")
    while person.state.more:
        person.send("7")
    text = shown_by(person, "1", "2", "7")  # on to the card, what I was reading, on to the preview
    assert person.node == "preview"
    assert texts_of(lang)["menu/main:title"] in text


@pytest.mark.rule("HAND-8", "LANG-4", "SEND-2")
@pytest.mark.parametrize("lang", LANGS)
def test_a_whole_handoff_speaks_the_language(tmp_path: Path, lang: str) -> None:
    """Through store, outbox and desk: an officer comes, writes and leaves; all of our own words are in the language."""
    talker = Talker(tmp_path, "sms", lang, 1, MONDAY)
    try:
        texts = [str(message["text"]) for message in _handoff(talker)]
    finally:
        talker.close()
    said = "\n".join(texts)
    for key in ("system/joined", "system/left"):
        assert texts_of(lang)[key].split("}")[-1].strip(" .") in said
    alias = {word for text in texts for word in re.findall(r"[A-Za-z]{3,}", text.partition("\n")[0])}
    assert [word for word in foreign(said, lang) if word not in alias] == []


def _handoff(talker: Talker) -> Iterator[dict[str, object]]:
    for line in ("?", "1", "8", "7", "1", "7", "1"):
        yield from talker.text(line)
    yield from talker.act("accept", "")
    yield from talker.act("officer", "12345")
    yield from talker.act("handback", "")


# --- choosing a language


@pytest.mark.rule("LANG-2")
@pytest.mark.parametrize("lang", LANGS)
def test_a_chosen_language_speaks_at_once(lang: str) -> None:
    """From English: #, the number beside the language's own name, and the next screen is in it."""
    person = Person(Channel.WHATSAPP, "en")
    listed = person.says("?", "1", "#")[-1]
    number = next(line[0] for line in listed.splitlines() if line.endswith(LANGUAGES[lang].own_name))
    person.send(number)
    person.lang = lang
    assert person.state.lang == lang
    assert foreign(shown_by(person, "8"), lang) == []


# --- a text that is missing


@dataclass(frozen=True)
class Changed:
    folder: Path

    def pack(self, lang: str, **texts: str) -> Pack:
        """The shipped pack with some texts of one language changed; an empty one is deleted."""
        home = self.folder / "locales"
        shutil.copytree(locales(), home, dirs_exist_ok=True)
        sync(find_pack("uk"), home)
        catalogue = read_catalogue(po_path(home, lang), lang)
        for message in catalogue:
            if message.context in texts:
                message.string = texts[message.context]
        po_path(home, lang).write_bytes(written(catalogue, lang))
        return load_pack(find_pack("uk"), home, AT)


def menu_in_own_words(lang: str) -> dict[str, str]:
    """Every text of the menu in words of the language, as if it had been translated."""
    pack = shipped()
    node = pack.bundle.nodes[pack.bundle.menu]
    keys = [node.title.key, *(block.key for block in node.blocks), *(one.label.key for one in node.options)]
    return dict.fromkeys(keys, texts_of(lang)["menu/main:title"])


@pytest.mark.rule("LANG-4")
@pytest.mark.parametrize("lang", LANGS)
def test_a_deleted_string_shows_the_missing_screen_and_never_english(tmp_path: Path, lang: str) -> None:
    """With all of its texts the menu shows; with one deleted, a short text in the language and ways on."""
    whole = menu_in_own_words(lang)
    person = Person(lang=lang, pack=Changed(tmp_path).pack(lang, **whole))
    shown_by(person, "?", "1")
    assert person.node == "menu/main"

    label = shipped().bundle.nodes[shipped().bundle.menu].options[-1].label.key
    person = Person(lang=lang, pack=Changed(tmp_path).pack(lang, **{**whole, label: ""}))
    text = shown_by(person, "?", "1")
    assert person.node == "missing"
    assert texts_of(lang)["system/missing"] in text
    assert foreign(text, lang) == []
    ways = {line[2:]: line[0] for line in text.splitlines() if line[0].isdigit()}
    assert texts_of(lang)["system/missing-language"] in ways
    person.send(ways[texts_of(lang)["system/missing-person"]])
    assert person.node == "limits"


@pytest.mark.rule("LANG-3", "LANG-4")
@pytest.mark.parametrize("lang", LANGS)
def test_a_deleted_safety_string_takes_the_language_off_the_list(tmp_path: Path, lang: str) -> None:
    """It is offered to nobody; whoever uses it already meets the missing screen at that place, not English."""
    pack = Changed(tmp_path).pack(lang, **{"suicide/more:page": ""})
    assert pack.bundle.language(lang) is None
    person = Person(lang=lang, pack=pack)
    person.says("?", "1", END_OF_LIFE[lang])
    while person.state.more:
        person.send("7")
    text = shown_by(person, "2")
    assert person.node == "missing"
    assert foreign(text, lang) == []


@pytest.mark.rule("CARE-3", "LANG-4")
def test_thanks_for_a_story_offer_no_topic_that_is_not_translated() -> None:
    """Somebody tells a long story in Arabic in which the police come up: the thanks are whole, without an English topic."""
    story = "عندما وصلت أخذوني إلى بيت بعيد وكنت أعمل كل يوم حتى الليل ثم جاءت الشرطة وسألتني أسئلة كثيرة ولم أفهم شيئا منها"
    person = Person(lang="ar")
    text = shown_by(person, "?", "1", story)
    assert person.node == "care/told"
    assert person.state.pending in person.pack.bundle.missing["ar"]
    assert foreign(text, "ar") == []


# --- pseudo-locales over everything


@pytest.mark.rule("SEND-3", "SEND-4", "LANG-4")
@pytest.mark.parametrize("lang", [*LANGS, *PSEUDO])
@pytest.mark.parametrize("channel", Channel)
def test_every_node_renders_within_the_limits(channel: Channel, lang: str) -> None:
    """Each node, each page: three messages, 480 characters, three SMS parts at most, and the pages come to an end."""
    pack = shipped()
    for node in pack.bundle.nodes.values():
        if node.kind is Kind.DOOR or node.id in pack.bundle.missing[lang]:
            continue
        for messages in _pages(pack, node.id, lang, channel):
            assert 1 <= len(messages) <= 3, node.id
            assert max(map(len, messages)) <= MAX_CHARACTERS, node.id
            if channel is Channel.SMS:
                assert max(count(one).segments for one in messages) <= MAX_PARTS, node.id


_risky = lru_cache(maxsize=100_000)(is_risky)


def _pages(pack: Pack, node_id: str, lang: str, channel: Channel) -> Iterator[list[str]]:
    node, now = pack.bundle.node(node_id), noon(pack)
    assert node is not None
    options, more_options = screen_of(node.options, 0)
    shown = tuple(Shown(str(i), one.id, one.label) for i, one in enumerate(options, 1))
    services = services_of(pack.bundle, Person(lang=lang).state, node) if node.kind is Kind.DIRECTORY else ()
    page, more = 0, True
    while more:
        reply = Reply(
            node.id, node.blocks, shown, utilities=KEYS, lang=lang, page=page, more_options=more_options,
            checked=node.checked, services=services,
        )  # fmt: skip
        laid = lay_out(reply, lambda text: pack.texts.say(text, lang, now), channel, now, risk=_risky)
        yield [payload.text for payload in laid.messages]
        page, more = page + 1, laid.more
        assert page < 60, node_id
