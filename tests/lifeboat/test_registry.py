import dataclasses
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from lifeboat import promotion, registry, software, stored_model, training, training_dataset
from lifeboat.passengers import FEATURES
from lifeboat.promotion import Reason


@pytest.fixture
def fresh(trained):
    """The same project, as if its two models had been promoted by hand, one after the other."""
    forget(trained)
    registry.promote(trained, 1)
    registry.promote(trained, 2)
    return trained


@pytest.fixture
def add(trained):
    """Register the default model again as version 3, with this verdict; it goes in the end."""
    data, model = training_dataset.training_data(trained), registry.load(trained, 2)

    def register(passed):
        return registry.register(
            trained,
            model.pipeline,
            card=dataclasses.replace(model.card, verdict=dataclasses.replace(model.card.verdict, passed=passed)),
            description="the same again",
            training_dataset_version=1,
            input_example=data.X[FEATURES].head(1),
        )

    yield register
    for entry in registry.registered(trained)[2:]:
        entry.delete()


def forget(project):
    """Remove the note, so that nothing was ever promoted."""
    for name in promotion.notes():
        if project.get_dataset_api().exists(f"{promotion.FOLDER}/{name}"):
            project.get_dataset_api().remove(f"{promotion.FOLDER}/{name}")


def reasons(project):
    return [(entry.version, entry.why) for entry in promotion.history(project)]


def test_models_that_passed_were_promoted_as_they_came(trained):
    assert registry.champion(trained).version == 2
    assert reasons(trained) == [(1, Reason.PASSED), (2, Reason.PASSED)]
    table = registry.versions(trained)
    assert table["champion"].to_dict() == {2: True, 1: False}
    assert table["gate"].to_dict() == {2: "passed", 1: "passed"}
    assert table["expected_accuracy"].to_dict() == {n: registry.load(trained, n).card.expected_accuracy for n in (1, 2)}
    assert "passed_gate" not in table.columns
    assert not {"passed_gate", "expected_accuracy"} & set(registry.champion(trained).metrics)
    assert [model.training_metrics["passed_gate"] for model in registry.registered(trained)] == [1, 1]


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


def test_a_registered_version_never_takes_over_by_itself(fresh, add):
    registry.promote(fresh, 1)
    assert add(passed=True).version == 3
    assert registry.champion(fresh).version == 1
    assert training.train(fresh).version == 2, "the same data and code: nothing new, and the choice stays"
    assert registry.champion(fresh).version == 1


def test_rollback_goes_to_the_champion_before(fresh):
    assert registry.rollback(fresh) == 1
    assert registry.champion(fresh).version == 1
    assert reasons(fresh)[-1] == (1, Reason.ROLLED_BACK)
    with pytest.raises(registry.NoModel, match="no champion before version 1 to go back to; registered: 1, 2"):
        registry.rollback(fresh)


def test_rollback_passes_over_versions_that_never_predicted(fresh, add):
    registry.promote(fresh, 1)
    assert registry.rollback(fresh) == 2, "the champion before, though its number is higher"


def test_a_version_that_lost_is_promoted_only_by_force_and_that_is_recorded(fresh, add):
    lost = add(passed=False)
    assert registry.versions(fresh).loc[3, "gate"] == "did not pass"
    assert registry.standing(fresh, lost).startswith("does not predict: it did not pass the gate")
    with pytest.raises(
        registry.NotPassed, match=r"version 3 did not pass the gate.*`lifeboat models promote 3 --force`"
    ):
        registry.promote(fresh, 3)
    assert registry.champion(fresh).version == 2
    registry.promote(fresh, 3, force=True)
    assert registry.champion(fresh).version == 3
    assert reasons(fresh)[-1] == (3, Reason.FORCED)
    assert registry.standing(fresh, lost).startswith("predicts (forced)")
    registry.promote(fresh, 3)
    assert len(reasons(fresh)) == 3, "it was the champion already"


def test_force_is_not_recorded_where_it_was_not_needed(fresh):
    registry.promote(fresh, 1, force=True)
    assert reasons(fresh)[-1] == (1, Reason.BY_HAND)


def test_without_promotion_there_is_no_champion(trained):
    forget(trained)
    assert not registry.versions(trained)["champion"].any()
    with pytest.raises(registry.NoModel, match=r"no model predicts yet: .*models promote V.*: 1, 2"):
        registry.champion(trained)
    with pytest.raises(registry.NoModel, match="no model predicts yet"):
        registry.rollback(trained)
    assert registry.standing(trained, registry.load(trained, 2)).startswith("waits for approval")


def test_the_number_of_a_deleted_champion_does_not_make_a_champion(fresh, add):
    add(passed=True)
    registry.promote(fresh, 3)
    registry.registered(fresh)[-1].delete()
    with pytest.raises(registry.NoModel, match=r"the champion, version 3, is no longer registered.*registered: 1, 2"):
        registry.champion(fresh)
    assert add(passed=False).version == 3
    assert registry.champion_version(fresh) is None
    assert registry.rollback(fresh) == 2


def test_a_kill_while_the_note_is_overwritten_leaves_a_champion(fresh, monkeypatch):
    files = type(fresh.get_dataset_api())
    upload = files.upload

    def killed(self, path, *rest, **named):
        if path.endswith(promotion.notes()[0]):
            self.remove(f"{promotion.FOLDER}/{promotion.notes()[0]}")
            raise KeyboardInterrupt
        return upload(self, path, *rest, **named)

    monkeypatch.setattr(files, "upload", killed)
    with pytest.raises(KeyboardInterrupt):
        registry.promote(fresh, 1)
    monkeypatch.undo()
    assert registry.champion_version(fresh) == 1


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
    monkeypatch.setattr(stored_model, "_loaded", {})
    monkeypatch.setattr(software, "versions", lambda: {"scikit-learn": "9.9"})
    with pytest.warns(software.OtherVersions, match=r"version 2 was made with .*scikit-learn 1\S+ \(here 9\.9\)"):
        registry.load(trained, 2)


def test_the_same_versions_are_not_warned_of(trained, monkeypatch):
    monkeypatch.setattr(stored_model, "_loaded", {})
    with warnings.catch_warnings():
        warnings.simplefilter("error", software.OtherVersions)
        registry.load(trained, 2)


def test_a_loaded_model_leaves_nothing_in_the_temporary_folder(trained, tmp_path):
    command = [Path(sys.executable).with_name("lifeboat"), "models", "show", "2"]
    shown = subprocess.run(command, env=os.environ | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True)
    assert "logistic_companions" in shown.stdout, shown.stderr
    assert list(tmp_path.iterdir()) == []
