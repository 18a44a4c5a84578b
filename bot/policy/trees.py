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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_BITS = (np.uint8, np.uint16, np.uint32, np.uint64)


class _Tables(NamedTuple):
    """A forest by node and tree, the trees filled up to the same size with nodes that leave nothing out."""

    feature: NDArray[np.int32]
    threshold: Floats
    left: NDArray[Any]
    """The leaves to the left of each node, one bit a leaf."""
    values: Floats
    """By tree and leaf."""


@dataclass(frozen=True)
class Forest:
    """Trees whose leaves add up to the logarithm of odds."""

    feature: NDArray[np.int32]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    leaf: Floats
    roots: NDArray[np.int32]

    @cached_property
    def _tables(self) -> "_Tables":
        trees = [self._tree(root) for root in self.roots.tolist()]
        nodes = max(1, *(len(left_of) for left_of, _leaves in trees))
        size = max(len(leaves) for _left_of, leaves in trees)
        kind = next(kind for kind in _BITS if size <= np.iinfo(kind).bits)
        node = np.zeros((nodes, len(trees)), np.int64)
        bits = np.zeros((nodes, len(trees), 1), kind)
        values = np.zeros((len(trees), size), np.float32)
        for at, (left_of, leaves) in enumerate(trees):
            node[: len(left_of), at] = [*left_of]
            bits[: len(left_of), at, 0] = [*left_of.values()]
            values[at, : len(leaves)] = self.leaf[leaves]
        return _Tables(self.feature[node], self.threshold[node][..., None], bits, values)

    def _tree(self, root: int) -> tuple[dict[int, int], list[int]]:
        """Of every node the leaves to the left of it, as bits, the leftmost leaf the lowest; all leaves."""
        left_of: dict[int, int] = {}
        leaves: list[int] = []

        def walk(node: int) -> None:
            if node < 0:
                leaves.append(-1 - node)
                return
            first = len(leaves)
            walk(int(self.left[node]))
            left_of[node] = (1 << len(leaves)) - (1 << first)
            walk(int(self.right[node]))

        walk(root)
        return left_of, leaves

    def odds(self, rows: Floats) -> Floats:
        """The logarithm of odds of every row.

        All splits at once: each whose threshold a row is above leaves out what is to its left, and the row's leaf
        is the first that remains (Lucchese and others, "QuickScorer", 2015).
        """
        feature, threshold, bits, values = self._tables
        above = np.ascontiguousarray(rows.T).take(feature, 0) > threshold
        out = np.bitwise_or.reduce(above * bits, 0)
        leaf = np.bitwise_count(out & ~(out + 1)).T + np.arange(len(values)) * values.shape[1]
        return np.asarray(values.take(leaf).sum(1), np.float32)

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
        )


def flatten(trees: Sequence[dict[str, Any]]) -> Forest:
    """A forest from LightGBM's dumped trees ("tree_structure" of each)."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    leaf: list[float] = []
    roots: list[int] = []

    def add(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            leaf.append(node["leaf_value"])
            return -len(leaf)
        place = len(feature)
        feature.append(node["split_feature"])
        threshold.append(node["threshold"])
        left.append(0)
        right.append(0)
        left[place] = add(node["left_child"])
        right[place] = add(node["right_child"])
        return place

    for tree in trees:
        roots.append(add(tree))
    return Forest.from_json(
        {
            "feature": feature or [0],
            "threshold": threshold or [0.0],
            "left": left or [-1],
            "right": right or [-1],
            "leaf": leaf,
            "roots": roots,
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
