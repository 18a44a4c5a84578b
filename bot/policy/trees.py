"""Boosted trees, read from a small file and evaluated on NumPy: what training made, without its library.

A model file is JSON: the names of the features in order, and per forest the flattened nodes of its trees.
A node is feature, threshold (left when the value is not above it), left, right; negative children are
leaves, -1 - place.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Forest:
    """Trees whose leaves add up to the logarithm of odds."""

    feature: NDArray[np.int32]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    leaf: Floats
    roots: NDArray[np.int32]
    depth: int

    @cached_property
    def _steps(self) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
        """Of every node, leaves last: feature, threshold, and where to go: right, left; a leaf leads to itself."""
        leaves = np.arange(len(self.leaf)) + len(self.feature)
        ways = np.stack(
            [np.append(self._place(self.right), leaves), np.append(self._place(self.left), leaves)], 1
        )
        feature = np.append(self.feature, np.zeros(len(leaves))).astype(np.int64)
        threshold = np.append(self.threshold, np.full(len(leaves), np.inf, np.float32))
        return feature, threshold.astype(np.float32), ways.ravel()

    def _place(self, node: NDArray[np.int32]) -> NDArray[np.int64]:
        return np.where(node >= 0, node, len(self.feature) - 1 - node).astype(np.int64)

    def odds(self, rows: Floats) -> Floats:
        """The logarithm of odds of every row."""
        feature, threshold, ways = self._steps
        values, start = rows.ravel(), (np.arange(len(rows)) * rows.shape[1])[:, None]
        node = np.broadcast_to(self._place(self.roots), (len(rows), len(self.roots)))
        for _level in range(self.depth):
            goes_left = values.take(feature.take(node) + start) <= threshold.take(node)
            node = ways.take(2 * node + goes_left)
        return np.asarray(self.leaf[node - len(self.feature)].sum(1), np.float32)

    def as_json(self) -> dict[str, Any]:
        """For the model file: numbers rounded to what single precision holds."""
        short = [float(f"{value:.6g}") for value in self.threshold]
        return {
            "feature": self.feature.tolist(),
            "threshold": short,
            "left": self.left.tolist(),
            "right": self.right.tolist(),
            "leaf": [float(f"{value:.5g}") for value in self.leaf],
            "roots": self.roots.tolist(),
            "depth": self.depth,
        }

    @staticmethod
    def from_json(given: dict[str, Any]) -> "Forest":
        """What `as_json` made."""
        return Forest(
            np.array(given["feature"], np.int32),
            np.array(given["threshold"], np.float32),
            np.array(given["left"], np.int32),
            np.array(given["right"], np.int32),
            np.array(given["leaf"], np.float32),
            np.array(given["roots"], np.int32),
            int(given["depth"]),
        )


def flatten(trees: Sequence[dict[str, Any]]) -> Forest:
    """A forest from LightGBM's dumped trees ("tree_structure" of each)."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    leaf: list[float] = []
    roots: list[int] = []
    depth = 0

    def add(node: dict[str, Any], level: int) -> int:
        nonlocal depth
        depth = max(depth, level)
        if "leaf_value" in node:
            leaf.append(node["leaf_value"])
            return -len(leaf)
        place = len(feature)
        feature.append(node["split_feature"])
        threshold.append(node["threshold"])
        left.append(0)
        right.append(0)
        left[place] = add(node["left_child"], level + 1)
        right[place] = add(node["right_child"], level + 1)
        return place

    for tree in trees:
        roots.append(add(tree, 0))
    return Forest.from_json(
        {
            "feature": feature or [0],
            "threshold": threshold or [0.0],
            "left": left or [-1],
            "right": right or [-1],
            "leaf": leaf,
            "roots": roots,
            "depth": depth,
        }
    )


@dataclass(frozen=True, slots=True)
class Model:
    """What decides: the order of candidates, whether the first is the answer, and the two cuts."""

    features: tuple[str, ...]
    rank: tuple[Forest, ...]
    sure: tuple[Forest, ...]
    answer_at: float
    choices_at: float

    def write(self, path: Path) -> None:
        """Writes the model file."""
        body = {
            "features": self.features,
            "rank": [forest.as_json() for forest in self.rank],
            "sure": [forest.as_json() for forest in self.sure],
            "answer_at": round(self.answer_at, 4),
            "choices_at": round(self.choices_at, 4),
        }
        path.write_text(json.dumps(body, separators=(",", ":")) + "\n", encoding="utf-8")

    @staticmethod
    def read(path: Path) -> "Model":
        """Reads a model file."""
        body = json.loads(path.read_text(encoding="utf-8"))
        return Model(
            tuple(body["features"]),
            tuple(Forest.from_json(each) for each in body["rank"]),
            tuple(Forest.from_json(each) for each in body["sure"]),
            body["answer_at"],
            body["choices_at"],
        )


def odds_of(forests: Sequence[Forest], rows: Floats) -> Floats:
    """The logarithm of odds of every row, by all forests together."""
    return sum((forest.odds(rows) for forest in forests), np.zeros(len(rows), np.float32)) / np.float32(
        len(forests)
    )


def chance(odds: NDArray[Any]) -> Floats:
    """Probability from the logarithm of odds."""
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)
