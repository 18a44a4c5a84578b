"""Trains the guards of policy look-up: `python -m tools.policy_guards` writes bot/policy/guards.json.

From `policy_guarded.txt` (label, tab, sentence; "ok" ones are written near the line) and, as harmless, from all
wordings and headings of the sample corpus; each as written and without marks.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from bot.chat.text import clean, flat
from bot.policy.guards import KINDS, WEIGHTS, Guard, scaled, signs
from bot.policy.library import elsewhere
from bot.policy.reading import sample

GUARDED = Path(__file__).with_name("policy_guarded.txt")
LABELS = ("ok", *KINDS)
SEEN = 2
"""How often a sign must occur to be learnt; each sentence counts twice, with and without marks."""
FREE = 1.0
"""The inverse of how strongly weights are held near nought (L2)."""
SMALL = 0.1
"""Weights below are not worth their place."""
FOLDS = 5
NEAR, FAR = 0.035, 0.01
"""The shares of harmless sentences that may be refused: of those near the line, and of the corpus' wordings."""

Rows = list[tuple[str, int]]


def sentences() -> tuple[Rows, Rows]:
    """What was written for the guards, and the wordings of the sample corpus: texts with places in LABELS."""
    lines = GUARDED.read_text(encoding="utf-8").splitlines()
    near = [(text, LABELS.index(label)) for label, text in (line.split("\t") for line in lines)]
    sources, entries = sample()
    far = [line for entry in entries for line in (entry.question, *entry.variants)]
    far += [article.heading for source in sources for article in source.articles]
    return near, [(text, 0) for text in (*far, *elsewhere())]


def fit(rows: Rows, cut: float = 0) -> Guard:
    """A multinomial regression on the signs."""
    read = [(signs(form), label) for text, label in rows for form in (text, flat(clean(text)))]
    counted = Counter(sign for seen, _label in read for sign in seen)
    places = {sign: at for at, sign in enumerate(sorted(s for s, n in counted.items() if n >= SEEN))}
    known = [[places[sign] for sign in sorted(seen) if sign in places] for seen, _label in read]
    values = np.concatenate([np.full(len(k), scaled(len(s))) for k, (s, _) in zip(known, read, strict=True)])
    ends = np.cumsum([0, *map(len, known)])
    x = csr_array((values, np.concatenate(known), ends), shape=(len(read), len(places)))
    wanted = np.eye(len(LABELS))[[label for _seen, label in read]]

    def loss(flattened: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flattened.reshape(len(places) + 1, len(LABELS))
        logits = x @ weights[:-1] + weights[-1]
        logits -= logits.max(1, keepdims=True)
        chances = np.exp(logits)
        chances /= chances.sum(1, keepdims=True)
        held = weights[:-1] / FREE
        off = chances - wanted
        value = -np.log((chances * wanted).sum(1) + 1e-12).sum() + (held * weights[:-1]).sum() / 2
        return float(value), np.vstack([x.T @ off + held, off.sum(0)]).ravel()

    found = minimize(loss, np.zeros((len(places) + 1) * len(LABELS)), jac=True, method="L-BFGS-B")
    weights = found.x.reshape(len(places) + 1, len(LABELS))
    against = np.round(weights[:, 1:] - weights[:, :1], 2)
    kept = {s: against[at].tolist() for s, at in places.items() if np.abs(against[at]).max() >= SMALL}
    return Guard(kept, against[-1].tolist(), cut)


def _cut(near: Rows, far: Rows) -> float:
    """The highest cut that refuses no more harmless sentences than allowed, each judged by the other folds."""
    harmless: list[list[float]] = [[], []]
    for fold in range(FOLDS):
        guard = fit([row for rows in (near, far) for at, row in enumerate(rows) if at % FOLDS != fold])
        for rows, judged in zip((near, far), harmless, strict=True):
            judged += [guard.odds(signs(text))[0] for text, label in rows[fold::FOLDS] if label == 0]
    return round(
        min(float(np.quantile(judged, most)) for judged, most in zip(harmless, (NEAR, FAR), strict=True)), 3
    )


def main() -> None:
    """Writes bot/policy/guards.json."""
    near, far = sentences()
    guard = fit([*near, *far], _cut(near, far))
    told: Sequence[tuple[str, Sequence[float]]] = sorted(guard.weights.items())
    lines = ",\n".join(f"{json.dumps(sign, ensure_ascii=False)}: {json.dumps(each)}" for sign, each in told)
    head = f'{{"cut": {guard.cut}, "bias": {json.dumps(guard.bias)}, "weights": {{\n{lines}\n}}}}\n'
    WEIGHTS.write_text(head, encoding="utf-8")
    print(f"{len(near)} + {len(far)} sentences, {len(told)} signs, cut {guard.cut}")  # noqa: T201


if __name__ == "__main__":
    main()
