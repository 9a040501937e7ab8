"""Which language a message is certainly in: from letters that one served language has, else from listed words. Never a guess."""

from __future__ import annotations

from collections.abc import Iterable

from bot.engine.lexicon import Hit

HAN = ("\u3400", "\u9fff")
KANA = ("\u3040", "\u30ff")
BENGALI = ("\u0980", "\u09ff")
LETTERS = {
    "ur": frozenset("ٹڈڑےںھہ"),  # letters that Urdu writes and Arabic and Persian do not
    "uk": frozenset("іїєґ"),
    "vi": frozenset("ơưấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự"),
    "pl": frozenset("łźżń"),
    "ro": frozenset("țţ"),
    "cy": frozenset("ŵŷ"),
    "es": frozenset("¿¡"),
}
ONLY_ARABIC = frozenset("ةإأ")
NOT_ARABIC = frozenset("پچژگکی")
"""Persian, Urdu and others: with one of these a text is not Arabic, but which it is stays open."""
NOT_UKRAINIAN = frozenset("ыэъё")


def _between(text: str, bounds: tuple[str, str]) -> bool:
    return any(bounds[0] <= character <= bounds[1] for character in text)


def by_letters(text: str) -> str | None:
    """The language that the letters of a (lower case) text leave no doubt of. Arabic and Ethiopic letters alone do."""
    found = {code for code, letters in LETTERS.items() if not letters.isdisjoint(text)}
    if _between(text, BENGALI):
        found.add("bn")
    if _between(text, HAN) and not _between(text, KANA):
        found.add("zh-Hans")
    if not ONLY_ARABIC.isdisjoint(text) and NOT_ARABIC.isdisjoint(text):
        found.add("ar")
    if not NOT_UKRAINIAN.isdisjoint(text):
        found.discard("uk")
    return found.pop() if len(found) == 1 else None


def by_words(hits: Iterable[Hit]) -> str | None:
    """The language with a word that is its own, or with two different common ones; None when two languages have that."""
    sure: set[str] = set()
    signs: dict[str, set[tuple[int, int]]] = {}
    for hit in hits:
        if hit.mark.role == "sure":
            sure.add(hit.mark.lang)
        elif hit.mark.role == "sign":
            signs.setdefault(hit.mark.lang, set()).add((hit.start, hit.end))
    if not sure and signs:
        most = sorted(signs, key=lambda code: len(signs[code]), reverse=True)
        enough = len(signs[most[0]]) >= 2
        alone = len(most) == 1 or len(signs[most[0]]) > len(signs[most[1]])
        return most[0] if enough and alone else None
    return sure.pop() if len(sure) == 1 else None
