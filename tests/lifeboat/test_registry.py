import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from lifeboat import provenance, registry, training


def test_the_newest_leads(trained):
    assert registry.champion(trained).version == 2
    assert registry.versions(trained)["champion"].to_dict() == {2: True, 1: False}


def test_the_entry_says_where_it_came_from(trained):
    model = registry.load(trained, 2)
    (entry,) = (model for model in registry.registered(trained) if model.version == 2)
    assert model.description.startswith("logistic_companions, trained on 1046 passengers (data 1, code ")
    assert model.training_dataset_version == 1
    assert entry.get_feature_view_provenance().accessible[0].name == "titanic_survival"
    assert {column["name"] for column in entry.model_schema["input_schema"]["columnar_schema"]} >= {"age", "fare"}
    assert entry.input_example is not None


def test_the_entry_holds_card_and_figures(trained, tmp_path):
    (entry,) = (model for model in registry.registered(trained) if model.version == 2)
    files = {file.name for file in Path(entry.download(str(tmp_path / "model"))).iterdir()}
    assert files >= {"model.skops", "model_card.json", "README.md", "reliability.png", "slices.png"}


def test_promote_holds_until_a_newer_version_is_trained(trained):
    assert registry.promote(trained, 1) == 1
    assert registry.champion(trained).version == 1
    assert training.train(trained).version == 2, "the same data and code: nothing new, and the choice stays"
    assert registry.champion(trained).version == 1
    training.train(trained, "logistic_engineered")
    assert registry.champion(trained).version == 3
    registry.registered(trained)[-1].delete()
    registry.promote(trained, 2)


def test_rollback_goes_to_the_version_before(trained):
    registry.promote(trained, 2)
    assert registry.rollback(trained) == 1
    assert registry.champion(trained).version == 1
    with pytest.raises(registry.NoModel, match="no version before 1 to go back to; registered: 1, 2"):
        registry.rollback(trained)
    registry.promote(trained, 2)


@pytest.mark.parametrize("act", [registry.load, registry.promote])
def test_a_version_that_does_not_exist_is_named(trained, act):
    with pytest.raises(registry.NoModel, match="model version is 7; registered: 1, 2"):
        act(trained, 7)


def test_an_empty_registry_says_what_to_run(empty):
    assert registry.versions(empty).empty
    for act in (registry.champion, registry.rollback):
        with pytest.raises(registry.NoModel, match="no model is registered yet: run notebook 03"):
            act(empty)


def test_other_versions_of_packages_are_warned_of(trained, monkeypatch):
    monkeypatch.setattr(registry, "_loaded", {})
    monkeypatch.setattr(provenance, "versions", lambda: {"scikit-learn": "9.9"})
    with pytest.warns(provenance.OtherVersions, match=r"version 2 was made with .*scikit-learn 1\S+ \(here 9\.9\)"):
        registry.load(trained, 2)


def test_the_same_versions_are_not_warned_of(trained, monkeypatch):
    monkeypatch.setattr(registry, "_loaded", {})
    with warnings.catch_warnings():
        warnings.simplefilter("error", provenance.OtherVersions)
        registry.load(trained, 2)


def test_a_loaded_model_leaves_nothing_in_the_temporary_folder(trained, tmp_path):
    command = [Path(sys.executable).with_name("lifeboat"), "models", "show", "2"]
    shown = subprocess.run(command, env=os.environ | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True)
    assert "logistic_companions" in shown.stdout, shown.stderr
    assert list(tmp_path.iterdir()) == []
