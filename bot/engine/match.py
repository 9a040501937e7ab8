"""What a typed message means. Rules that can be read, no guessing (NEUT-11): lists in `locales/*/words.yaml`.

- Close, stop and delete: the whole message is exactly a listed phrase (with or without accents). Never part of a message, never
  nearly; the one exception is a close word at the edge of a message that speaks of danger, where closing wins (EMER-1).
- Danger and suicide: phrases and rules, in all languages at once, cancelled only by listed cues (`danger.py`).
- All else: whole phrases first, then contained phrases, the longest first. The chosen language wins; a word that languages
  use differently means nothing unless the chosen one settles it (LANG-6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.engine.certain import by_letters, by_words
from bot.engine.danger import DANGER, SUICIDE, Heard, Sense, covered, heard
from bot.engine.lexicon import Hit, Intent, Lexicon, Mark, Together, Whole, find, squeezed
from bot.engine.normal import DANGER_CHARACTERS, Words, bare, clean, normalise, plain, same, words_of

__all__ = ["Intent", "Lexicon", "Meaning", "normalise", "plain", "same", "understand"]

DESTRUCTIVE = (Intent.HIDE, Intent.STOP, Intent.DELETE)
FIRST = (Intent.UNDER18, Intent.HUMAN)
"""Decide the reply whatever else is in the message."""
LAST = (Intent.FEELINGS, Intent.NATION, Intent.HELP, Intent.GREETING, Intent.THANKS, Intent.YES, Intent.NO)
"""Decide the reply only when nothing else does; greeting, thanks and help are then not worth naming beside it."""
UNSAID = (Intent.HELP, Intent.GREETING, Intent.THANKS, Intent.YES, Intent.NO, Intent.MORE)
NEAR_TOPIC = {
    "unreal": Intent.FEELINGS,
    "past": Intent.FEELINGS,
    "safe": Intent.FEELINGS,
    "denial": Intent.FEELINGS,
    "question": Intent.POLICE,
    "away": Intent.ASYLUM,
}
"""Where danger that is not now leads when no topic is named."""
MOST_ALSO = 4
SHORT_LETTERS = 4
MOST_NUMBERS = 12
HAN_DIGITS = "一二三四五六七八九"
FRACTION = "\u2044"


@dataclass(frozen=True, slots=True)
class Meaning:
    intent: Intent
    """Decides the reply."""
    also: tuple[Intent, ...] = ()
    """Other meanings that the same reply serves."""
    number: int | None = None
    """The message is one number, 0..99, in any script's digits."""
    numbers: tuple[int, ...] = ()
    """Several numbers: "1 3"."""
    language: str | None = None
    """The language that is certain from script or words."""
    subject: str | None = None
    """Narrower than the intent, as `subjects:` in words.yaml names it: "debts" of money."""
    told: tuple[tuple[str, str], ...] = ()
    """("nation", "scotland"), ("under_18", "yes"), ("language", "sq")."""
    words: int = 0


def understand(lexicon: Lexicon, text: str, language: str | None = None) -> Meaning:
    """The meaning of a message for somebody whose chosen language is `language`. Takes any string, in bounded time."""
    text = text[:DANGER_CHARACTERS]
    words = words_of(text)
    meaning = _number(text, words)
    if meaning is None:
        meaning = _worded(lexicon, words, language)
    if meaning.language is None:
        meaning = replace(meaning, language=by_letters(text.lower()))
    return replace(meaning, words=len(words.words))


def _number(text: str, words: Words) -> Meaning | None:
    """Keys and numbers: "1", "1.", "(1)", "１", "٣", "፩", keycaps; "1 3"; "00" and "#" are words of the chat."""
    if len(text) > 200:
        return None
    core = clean(text).strip(" .\n")
    if core == "#":
        return Meaning(Intent.LANGUAGE)
    if FRACTION in core:
        return None
    if words.words == ("00",):
        return Meaning(Intent.MENU)
    if len(words.words) == 1 and words.words[0] in HAN_DIGITS:
        return Meaning(Intent.OTHER, number=HAN_DIGITS.index(words.words[0]) + 1)
    if not 1 <= len(words.words) <= MOST_NUMBERS or not all(map(_small, words.words)):
        return None
    numbers = tuple(map(int, words.words))
    return Meaning(Intent.OTHER, number=numbers[0]) if len(numbers) == 1 else Meaning(Intent.OTHER, numbers=numbers)


def _small(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 2


def _worded(lexicon: Lexicon, words: Words, language: str | None) -> Meaning:
    meant = _whole(lexicon, words.words, language, strict=True)
    hits = find(lexicon, words.words)
    if meant in DESTRUCTIVE and not _ours(lexicon, hits, words.words, language):
        return Meaning(meant)
    hits += _ruled(lexicon.rules, hits, words)
    spoken = by_words(hits)
    hits = [hit for hit in hits if _counts(hit, words, (language, spoken, "en"))]
    topics, told = _topics(hits, words, language)
    dangerous = _dangerous(lexicon, hits, words, topics)
    if dangerous is not None:
        subject = _subject(hits, words, _led_to(dangerous))
        return replace(dangerous, subject=subject, language=spoken, told=told)
    meant = meant or _whole(lexicon, words.words, language, strict=False)
    if meant is Intent.EMERGENCY:
        return Meaning(meant, (Intent.HUMAN,), language=spoken)
    if meant is not None and meant not in DESTRUCTIVE:
        return Meaning(meant, language=spoken, told=told)
    found = _topic(topics)
    return replace(found, subject=_subject(hits, words, found.intent), language=spoken, told=told)


def _counts(hit: Hit, words: Words, spoken: tuple[str | None, ...]) -> bool:
    """A short word without accents counts only in a language that is chosen or certain: "no" is Vietnamese for debt."""
    word = words.words[hit.start]
    short = hit.end - hit.start == 1 and len(word) <= SHORT_LETTERS and word.isascii()
    return not short or hit.mark.lang in spoken


# --- the whole message is a listed phrase


def _whole(lexicon: Lexicon, words: tuple[str, ...], language: str | None, *, strict: bool) -> Intent | None:
    """What the whole message is listed as, accents there or left out. Not strict: letters typed three times count once."""
    if not words or len(words) > 12:
        return None
    forms = [words] if strict else [tuple(squeezed(word, count) for word in words) for count in (2, 1)]
    for form in forms:
        listed = lexicon.whole.get(" ".join(map(bare, form)), ())
        found = [entry for entry in listed if _as_listed(form, entry)]
        if found:
            return _settled(found, language)
    return None


def _ours(lexicon: Lexicon, hits: Sequence[Hit], words: tuple[str, ...], language: str | None) -> bool:
    """Whether a destructive word of another language is a topic in the chosen one: "para" is money in Albanian (LANG-6)."""
    if any(entry.lang == language for entry in lexicon.whole.get(" ".join(map(bare, words)), ())):
        return False
    length = len(words)
    return any(hit.mark.lang == language and hit.mark.role == "topic" and hit.end - hit.start == length for hit in hits)


def _as_listed(words: tuple[str, ...], entry: Whole) -> bool:
    pairs = zip(words, entry.words, strict=True)
    return all(word in (listed, bare(listed)) for word, listed in pairs)


def _settled(found: Sequence[Whole], language: str | None) -> Intent | None:
    """The chosen language decides; else all that have the word must agree."""
    chosen = {entry.intent for entry in found if entry.lang == language}
    meant = chosen or {entry.intent for entry in found}
    return meant.pop() if len(meant) == 1 else Intent.OTHER


# --- rules


def _ruled(rules: Sequence[Together], hits: Sequence[Hit], words: Words) -> list[Hit]:
    sets: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        if hit.mark.role == "set":
            sets.setdefault((hit.mark.lang, hit.mark.value), []).append(hit)
    if not sets:
        return []
    found = (_rule(rule, sets, words) for rule in rules if (rule.lang, rule.sets[0]) in sets)
    return [hit for hit in found if hit is not None]


def _rule(rule: Together, sets: dict[tuple[str, str], list[Hit]], words: Words) -> Hit | None:
    """The first place where the rule's sets follow one another in one sentence."""
    reached = [(hit.start, hit) for hit in sets[(rule.lang, rule.sets[0])]]
    for name in rule.sets[1:]:
        following = sets.get((rule.lang, name), ())
        reached = [
            (start, hit)
            for hit in following
            for start, before in reached
            if _follows(before, hit, rule.gap) and words.sentences[hit.start] == words.sentences[start]
        ][:200]
    if not reached:
        return None
    start, last = min(reached, key=lambda found: (found[0], found[1].end))
    return Hit(start, last.end, Mark(rule.lang, rule.role, rule.value))


def _follows(before: Hit, hit: Hit, gap: int) -> bool:
    inside = before.inner and hit.start == before.end - 1 and hit.begin >= before.inner
    return bool(inside) or 0 <= hit.start - before.end <= gap


# --- danger


def _dangerous(lexicon: Lexicon, hits: list[Hit], words: Words, topics: list[Intent]) -> Meaning | None:
    danger, suicide = heard(DANGER, hits, words), heard(SUICIDE, hits, words)
    topics = [topic for topic in topics if topic not in UNSAID and topic is not Intent.NATION]
    if danger.sense is Sense.NOW:
        also = (*((Intent.SUICIDE,) if suicide.sense is Sense.NOW else ()), *topics)[:MOST_ALSO]
        closing = _closes(lexicon, hits, words)
        return Meaning(Intent.HIDE, (Intent.EMERGENCY,)) if closing else Meaning(Intent.EMERGENCY, also)
    if suicide.sense is Sense.NOW:
        return Meaning(Intent.SUICIDE, tuple(topics)[:MOST_ALSO])
    if Sense.NEAR in (danger.sense, suicide.sense):
        return _near(danger, suicide, topics)
    return None


def _led_to(meaning: Meaning) -> Intent:
    """The topic that the facts on danger lead on to: what the message names beside it, when it names one."""
    if meaning.intent is not Intent.EMERGENCY:
        return meaning.intent
    return next((one for one in meaning.also if one is not Intent.SUICIDE), meaning.intent)


def _near(danger: Heard, suicide: Heard, topics: list[Intent]) -> Meaning:
    """Danger that is not now: the topic, and the line on 999 beside it."""
    told = danger if danger.sense is Sense.NEAR else suicide
    line = Intent.EMERGENCY if told is danger else Intent.SUICIDE
    ordered = topics or [NEAR_TOPIC.get(told.cue or "", Intent.OTHER)]
    return Meaning(ordered[0], (line, *ordered[1:])[:MOST_ALSO])


def _closes(lexicon: Lexicon, hits: list[Hit], words: Words) -> bool:
    """Whether a close word stands first, last or as a sentence of its own in a message of danger ("he is close" does not)."""
    count = len(words.words)
    apart = [hit for hit in hits if hit.mark.role == "apart"]
    before, after = {hit.end for hit in apart}, {hit.start for hit in apart}
    for hit in hits:
        if hit.mark.role != "closing":
            continue
        edge = (hit.end == count and hit.start not in before) or (hit.start == 0 and hit.end not in after)
        opens = hit.start == 0 or words.sentences[hit.start - 1] != words.sentences[hit.start]
        ends = hit.end == count or words.sentences[hit.end] != words.sentences[hit.start]
        if edge or (opens and ends):
            return True
    return False


# --- topics


def _topics(hits: list[Hit], words: Words, language: str | None) -> tuple[list[Intent], tuple[tuple[str, str], ...]]:
    """The topics of the first 2,000 characters, the most telling first, and what was told."""
    weight: dict[Intent, tuple[int, bool, int]] = {}
    told: dict[str, str] = {}
    within, count = words.within, len(words.words)
    beside = [hit for hit in hits if hit.mark.role == "beside"]
    ours = any(hit.mark.role == "topic" and hit.mark.lang == language for hit in hits)
    for hit in hits:
        foreign = ours and hit.mark.role == "topic" and hit.mark.lang != language
        if hit.end > within or foreign or covered(hit, {hit.mark.lang}, beside):
            continue
        role, value = hit.mark.role, hit.mark.value
        if role == "topic":
            intent = Intent(value)
            worth = (hit.end - hit.start, hit.mark.lang == language, -hit.start)
            weight[intent] = max(weight.get(intent, worth), worth)
        elif role in ("nation", "language"):
            told.setdefault(role, value)
        elif role == "name" and hit.end - hit.start == count:
            told["language"] = value
    if "nation" in told:
        weight.setdefault(Intent.NATION, (0, False, 0))
    if "language" in told:
        weight.setdefault(Intent.LANGUAGE, (2, False, 0))
    if Intent.UNDER18 in weight:
        told["under_18"] = "yes"
    ordered = sorted(weight, key=lambda intent: (_rank(intent), *weight[intent]), reverse=True)
    return ordered, tuple(sorted(told.items()))


def _rank(intent: Intent) -> int:
    if intent in FIRST:
        return 100 - FIRST.index(intent)
    return -LAST.index(intent) if intent in LAST else 1


def _subject(hits: list[Hit], words: Words, intent: Intent) -> str | None:
    """The subject of this intent that most words name; the first of several."""
    beside = [hit for hit in hits if hit.mark.role == "beside"]
    found = [
        hit
        for hit in hits
        if hit.mark.role == "subject"
        and hit.mark.value.startswith(f"{intent}/")
        and hit.end <= words.within
        and not covered(hit, {hit.mark.lang}, beside)
    ]
    longest = max(found, key=lambda hit: (hit.end - hit.start, -hit.start), default=None)
    return None if longest is None else longest.mark.value.partition("/")[2]


def _topic(topics: list[Intent]) -> Meaning:
    if not topics:
        return Meaning(Intent.OTHER)
    also = tuple(intent for intent in topics[1:] if intent not in UNSAID)
    return Meaning(topics[0], also[:MOST_ALSO])
