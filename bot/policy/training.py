"""Learns a model from labelled questions. Needs LightGBM, which only development installs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.policy.ranking import FEATURES, Candidates, chances_of, sure_features
from bot.policy.trees import Floats, Forest, Model, chance, flatten, odds_of

_COMMON = {
    "objective": "binary",
    "learning_rate": 0.06,
    "lambda_l2": 5.0,
    "bagging_freq": 1,
    "bagging_fraction": 0.8,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "seed": 1,
}
_RANK = {
    **_COMMON,
    "learning_rate": 0.08,
    "num_leaves": 8,
    "max_depth": 5,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.3,
}
_RANK_ROUNDS = 110
_SEEDS = (1, 2, 3)
"""Of the forests whose odds are averaged."""
_SURE = {**_COMMON, "num_leaves": 6, "min_data_in_leaf": 30, "feature_fraction": 0.2}
_SURE_ROUNDS = 80
_INNER = 4
PRECISION, REFUSED = 0.953, 0.87
"""What the answer's cut must keep on the training questions. Promised is .95: the lowest cut that keeps a share
flatters itself, by half of a hundredth over five ways to make the folds."""
_RIGHT_OFFERED = 0.985


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question's candidates with which are right, and the same with the right document taken out."""

    group: str
    found: Candidates
    right: NDArray[np.bool_]
    without: Candidates | None


def fold_of(group: str, folds: int) -> int:
    """A stable fold; near-equal questions share a group and so a fold."""
    return int(sha256(f"fold {group}".encode()).hexdigest(), 16) % folds


def _train(
    settings: dict[str, Any], rounds: int, rows: Floats, right: NDArray[Any], weight: Any = None
) -> Forest:
    import lightgbm

    data = lightgbm.Dataset(rows, right.astype(np.float32), weight=weight)
    booster = lightgbm.train(settings, data, rounds)
    return flatten([tree["tree_structure"] for tree in booster.dump_model()["tree_info"]])


def _rank_forests(questions: Sequence[Labelled]) -> tuple[Forest, ...]:
    useful = [each for each in questions if len(each.found.rows)]
    rows = np.vstack([each.found.features for each in useful])
    right = np.concatenate([each.right for each in useful])
    return tuple(_train({**_RANK, "seed": seed}, _RANK_ROUNDS, rows, right) for seed in _SEEDS)


def _sure_forests(rows: Floats, right: NDArray[np.bool_]) -> tuple[Forest, ...]:
    return tuple(_train({**_SURE, "seed": seed}, _SURE_ROUNDS, rows, right) for seed in _SEEDS)


def _sure_row(model: Model, found: Candidates, right: NDArray[np.bool_] | None) -> tuple[Floats, bool]:
    chances = chances_of(model, found)
    order = np.argsort(-chances, kind="stable")
    return sure_features(found, order, chances), bool(right is not None and right[order[0]])


def fit(questions: Iterable[Labelled], precision: float = PRECISION) -> Model:
    """A model with its cuts, all from these questions: what decides the cuts was predicted out of fold."""
    questions = list(questions)
    rows: list[Floats] = []
    right: list[bool] = []
    absent: list[bool] = []
    folds: list[int] = []
    offered: list[bool] = []
    for fold in range(_INNER):
        inside = [each for each in questions if fold_of(each.group, _INNER) != fold]
        model = Model(FEATURES, _rank_forests(inside), (), 0, 0)
        for each in questions:
            if fold_of(each.group, _INNER) != fold:
                continue
            for found, labels in ((each.found, each.right), (each.without, None)):
                if found is not None and len(found.rows):
                    row, good = _sure_row(model, found, labels)
                    rows.append(row)
                    right.append(good)
                    absent.append(labels is None)
                    folds.append(fold)
                    order = np.argsort(-chances_of(model, found), kind="stable")
                    offered.append(labels is not None and bool(labels[order[:3]].any()))
    features, hits, gone, of = np.array(rows), np.array(right), np.array(absent), np.array(folds)
    sure = np.zeros(len(hits), np.float32)
    for fold in range(_INNER):
        forests = _sure_forests(features[of != fold], hits[of != fold])
        sure[of == fold] = chance(odds_of(forests, features[of == fold]))
    answer_at, choices_at = cuts(sure, hits, gone, np.array(offered), precision)
    return Model(
        FEATURES,
        _rank_forests(questions),
        _sure_forests(features, hits),
        answer_at,
        choices_at,
    )


def cuts(
    sure: Floats,
    good: NDArray[np.bool_],
    absent: NDArray[np.bool_],
    offered: NDArray[np.bool_],
    precision: float,
) -> tuple[float, float]:
    """The lowest cut that answers well and refuses enough, and the one that still offers nearly all right ones."""
    answer_at = 0.99
    for cut in np.arange(0.05, 0.99, 0.005):
        above = sure >= cut
        answered = above & ~absent
        if not answered.any():
            break
        if good[answered].mean() >= precision and 1 - above[absent].mean() >= REFUSED:
            answer_at = float(cut)
            break
    choices_at = float(np.quantile(sure[offered], 1 - _RIGHT_OFFERED)) if offered.any() else answer_at / 2
    return answer_at, min(choices_at, answer_at)
