import warnings
from pathlib import Path

import pytest

from lifeboat import models, provenance, training


def test_the_newest_leads(registry):
    assert models.champion(registry).version == 2
    assert models.versions(registry)["champion"].to_dict() == {2: True, 1: False}


def test_the_entry_says_where_it_came_from(registry):
    model = models.load(registry, 2)
    (entry,) = (model for model in models.registered(registry) if model.version == 2)
    assert model.description.startswith("logistic_companions, trained on 1046 passengers (data 1, code ")
    assert model.training_dataset_version == 1
    assert entry.get_feature_view_provenance().accessible[0].name == "titanic_survival"
    assert {column["name"] for column in entry.model_schema["input_schema"]["columnar_schema"]} >= {"age", "fare"}
    assert entry.input_example is not None


def test_the_entry_holds_report_card_and_figures(registry, tmp_path):
    (entry,) = (model for model in models.registered(registry) if model.version == 2)
    files = {file.name for file in Path(entry.download(str(tmp_path / "model"))).iterdir()}
    assert files >= {"model.skops", "report.json", "README.md", "reliability.png", "slices.png"}


def test_promote_holds_until_a_newer_version_is_trained(registry):
    assert models.promote(registry, 1) == 1
    assert models.champion(registry).version == 1
    assert training.train(registry).version == 2, "the same data and code: nothing new, and the choice stays"
    assert models.champion(registry).version == 1
    training.train(registry, "logistic_engineered")
    assert models.champion(registry).version == 3
    models.registered(registry)[-1].delete()
    models.promote(registry, 2)


def test_rollback_goes_to_the_version_before(registry):
    models.promote(registry, 2)
    assert models.rollback(registry) == 1
    assert models.champion(registry).version == 1
    with pytest.raises(models.NoModel, match="no version before 1 to go back to; registered: 1, 2"):
        models.rollback(registry)
    models.promote(registry, 2)


@pytest.mark.parametrize("act", [models.load, models.promote])
def test_a_version_that_does_not_exist_is_named(registry, act):
    with pytest.raises(models.NoModel, match="model version is 7; registered: 1, 2"):
        act(registry, 7)


def test_an_empty_registry_says_what_to_run(empty):
    assert models.versions(empty).empty
    for act in (models.champion, models.rollback):
        with pytest.raises(models.NoModel, match="no model is registered yet: run notebook 03"):
            act(empty)


def test_other_versions_of_packages_are_warned_of(registry, monkeypatch):
    monkeypatch.setattr(models, "_loaded", {})
    monkeypatch.setattr(provenance, "versions", lambda: {"scikit-learn": "9.9"})
    with pytest.warns(provenance.OtherVersions, match=r"version 2 was made with .*scikit-learn 1\S+ \(here 9\.9\)"):
        models.load(registry, 2)


def test_the_same_versions_are_not_warned_of(registry, monkeypatch):
    monkeypatch.setattr(models, "_loaded", {})
    with warnings.catch_warnings():
        warnings.simplefilter("error", provenance.OtherVersions)
        models.load(registry, 2)
