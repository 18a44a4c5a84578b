"""Trains the shipped model of policy look-up from the sample corpus alone: `python -m tools.policy_model`.

Questions are derived from the corpus by a fixed seed: headings and clauses made questions, officers' wordings
thinned and reworded, each as written, without marks, and as phones shorten it. Questions whose whole theme is
taken out, and a list of questions about other things, teach when to say that nothing was found.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from bot.policy.library import MODEL, Library
from bot.policy.ranking import FEATURES, candidates, look
from bot.policy.reading import sample
from bot.policy.shorthand import SHORT
from bot.policy.training import Labelled, fit
from bot.policy.trees import Model
from bot.policy.words import bare

OUTSIDE = Path(__file__).with_name("policy_outside.txt")
THEMES = (
    "01-QĐ/TW 11-QyĐ/MẪU 05-QyĐ/MẪU",
    "12-HD/MẪU 01-HD/TW",
    "208-QĐ/TW 13-HD/MẪU",
    "42-HD/BTCTW 50-CT/TW 14-QC/MẪU 23-QC/MẪU",
    "366-QĐ/TW 43-HD/BTCTW 15-HD/MẪU",
    "51-CT/TW 16-QyĐ/MẪU 01-HD/TW",
    "207-QĐ/TW 69-QĐ/TW 17-QC/MẪU",
    "18-QC/MẪU 14-QC/MẪU",
    "399-QĐ/TW 117/2025/QH15 19-QC/MẪU",
    "20-HD/MẪU",
    "21-QyĐ/MẪU 01-HD/TW",
    "91/2025/QH15 22-QyĐ/MẪU 339-QĐ/TW 51-CT/TW",
)
TAILS = "như thế nào|thế nào|là gì|ra sao|quy định thế nào|gồm những gì|được không|khi nào|".split("|")
HEADS = ("", "", "", "", "cho hỏi ", "tôi muốn hỏi ", "đồng chí cho biết ", "xin hỏi ")
ONE_LABEL = 0.78
"""Precision asked of the answer's cut. A question here counts one piece as right, though an article and an entry
of the same matter are both good answers: what counts as right less often is right more often."""
PARTS = 4
"""Officers' wordings are left out in so many turns."""


def themed(number: str) -> set[str]:
    """The documents on the same matters."""
    return {number}.union(*(theme.split() for theme in THEMES if number in theme.split()))


def questions(heading: str, lines: list[str], rng: random.Random) -> Iterator[str]:
    """What people could ask about this article."""
    yield f"{rng.choice(HEADS)}{heading} {rng.choice(TAILS)}".strip()
    asked = heading.split()
    if len(asked) > 2:  # "nhiệm vụ của bí thư" -> "bí thư có nhiệm vụ gì"
        half = rng.randint(1, len(asked) - 1)
        yield f"{rng.choice(HEADS)}{' '.join(asked[half:])} có {' '.join(asked[:half])} gì"
    clause = re.sub(r"^\S+[.)]\s+", "", rng.choice(lines)).split()
    size = rng.randint(5, 12)
    start = rng.randrange(max(1, len(clause) - size + 1))
    kept = [word.strip(",.;:") for word in clause[start : start + size] if rng.random() > 0.15]
    yield f"{' '.join(kept)} {rng.choice(TAILS)}".strip()
    clause = re.sub(r"^\S+[.)]\s+", "", rng.choice(lines)).split()
    kept = [word.strip(",.;:") for word in clause if rng.random() < 0.35]
    yield f"{heading} {' '.join(kept[:6])} {rng.choice(TAILS)}".strip()


def shortened(text: str, rng: random.Random) -> str:
    """As a phone may type it: no marks, some short forms, a slip now and then."""
    plain = " ".join(bare(word) for word in re.findall(r"\w+", text))
    forms = [(long, short) for short, longs in SHORT.items() for long in longs if len(long) > len(short) + 1]
    rng.shuffle(forms)
    for long, short in forms:
        if rng.random() < 0.4:
            plain = re.sub(rf"\b{long}\b", short, plain)
    out = []
    for word in plain.split():
        if len(word) > 3 and rng.random() < 0.08:
            at = rng.randrange(len(word) - 1)
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]  # noqa: PLW2901 - two keys swapped
        out.append(word)
    return " ".join(out)


def _labelled(
    library: Library, row: int, texts: Iterator[str], rng: random.Random, seen_already: np.ndarray
) -> Iterator[Labelled]:
    piece, index = library.pieces[row], library.index
    theme = themed(piece.document.number if piece.document else "")
    gone = seen_already | np.array(
        [p.document is not None and p.document.number in theme for p in library.pieces]
    )
    gone[row] = True
    for text in texts:
        for form in (text, shortened(text, rng)):
            seen = look(index, form, index.decoder(form))
            found = candidates(index, seen, seen_already)
            without = candidates(index, seen, gone)
            yield Labelled(str(row), found, found.rows == row, without)


def main() -> None:
    """Writes bot/policy/model.json."""
    sources, entries = sample()
    empty_model = Model(FEATURES, (), (), 1, 1)
    rng = random.Random(52)  # noqa: S311 - derives examples
    library = Library(sources, entries, model=empty_model, others=())
    index = library.index
    hidden = library.hidden(date(2026, 11, 24), ())
    labelled: list[Labelled] = []
    first_entry = len(library.pieces) - len(entries)
    for row, piece in enumerate(library.pieces[:first_entry]):
        if not hidden[row] and piece.heading != "Hiệu lực":
            texts = questions(piece.heading, piece.text.split("\n"), rng)
            labelled += _labelled(library, row, texts, rng, hidden)
    # An officer's wording is asked of a corpus that lacks it: so the model learns how unseen wordings look.
    for part in range(PARTS):
        known, asked = [], []
        for entry in entries:
            lines = [entry.question, *entry.variants]
            asked.append([line for at, line in enumerate(lines) if at % PARTS == part])
            left = [line for at, line in enumerate(lines) if at % PARTS != part] or [entry.question]
            known.append(replace(entry, question=left[0], variants=tuple(left[1:])))
        thinned = Library(sources, known, model=empty_model, others=())
        for at, lines in enumerate(asked):
            texts = (f"{rng.choice(HEADS)}{line}" for line in lines)
            labelled += _labelled(thinned, first_entry + at, texts, rng, hidden)
    for line in OUTSIDE.read_text(encoding="utf-8").splitlines():
        for form in (line, " ".join(map(bare, line.split())), shortened(line, rng)):
            seen = look(index, form, index.decoder(form))
            found = candidates(index, seen, hidden)
            empty = candidates(index, seen, np.ones(index.size, bool))
            for _ in range(4):  # as many as they are rarer than the others
                labelled.append(Labelled(line, empty, np.zeros(0, bool), found))
    model = fit(labelled, ONE_LABEL)
    model.write(MODEL)
    print(f"{len(labelled)} questions, answer at {model.answer_at:.3f}, choices at {model.choices_at:.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
