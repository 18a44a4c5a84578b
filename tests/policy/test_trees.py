"""Our evaluation of trees says what LightGBM says; a model survives its file."""

import json

import lightgbm
import numpy as np
import pytest

from bot.policy.library import MODEL
from bot.policy.ranking import FEATURES
from bot.policy.trees import Forest, Model, flatten


@pytest.fixture(scope="module")
def trained():
    random = np.random.default_rng(7)
    rows = random.normal(size=(600, 5)).astype(np.float32)
    right = (rows[:, 0] + rows[:, 1] * rows[:, 2] > 0).astype(np.float32)
    settings = {"objective": "binary", "num_leaves": 9, "verbose": -1, "num_threads": 1}
    booster = lightgbm.train(settings, lightgbm.Dataset(rows, right), 30)
    return booster, rows


def test_odds_are_those_of_lightgbm(trained):
    booster, rows = trained
    forest = flatten([tree["tree_structure"] for tree in booster.dump_model()["tree_info"]])
    expected = booster.predict(rows, raw_score=True)
    assert np.abs(forest.odds(rows) - expected).max() < 1e-4


def test_a_model_survives_its_file(trained, tmp_path):
    booster, rows = trained
    forest = flatten([tree["tree_structure"] for tree in booster.dump_model()["tree_info"]])
    model = Model(("a", "b", "c", "d", "e"), (forest,), (forest,), 0.5, 0.1)
    model.write(tmp_path / "model.json")
    again = Model.read(tmp_path / "model.json")
    assert np.abs(again.rank[0].odds(rows) - forest.odds(rows)).max() < 1e-3
    assert (again.features, again.answer_at, again.choices_at) == (model.features, 0.5, 0.1)


def test_a_tree_of_one_leaf_is_a_constant():
    forest = flatten([{"leaf_value": 0.25}])
    assert isinstance(forest, Forest)
    assert forest.odds(np.zeros((3, 2), np.float32)).tolist() == [0.25] * 3


def test_the_shipped_model_fits_the_features_of_today():
    model = Model.read(MODEL)
    assert model.features == FEATURES
    assert 0 < model.choices_at <= model.answer_at < 1
    assert MODEL.stat().st_size < 400_000
    assert json.loads(MODEL.read_text(encoding="utf-8"))["rank"]
