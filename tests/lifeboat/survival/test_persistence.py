import zipfile

import pytest
import skops.io
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from lifeboat import survival
from lifeboat.survival.persistence import OutdatedModel, UntrustedModel


def test_a_strange_type_is_neither_saved_nor_loaded(tmp_path):
    strange = make_pipeline(FunctionTransformer(skops.io.dumps))
    with pytest.raises(UntrustedModel, match=r"m\.skops holds .*dumps.* not trusted"):
        survival.save(strange, tmp_path / "m.skops")
    skops.io.dump(strange, tmp_path / "m.skops")
    with pytest.raises(UntrustedModel, match="not trusted"):
        survival.load(tmp_path / "m.skops")


@pytest.mark.parametrize("content", [b"", b"not a model"])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "m.skops").write_bytes(content)
    with pytest.raises(UntrustedModel, match=r"m\.skops cannot be read"):
        survival.load(tmp_path / "m.skops")


def test_a_model_that_names_a_module_from_before_must_be_trained_again(default, tmp_path):
    new, old = tmp_path / "new.skops", tmp_path / "old.skops"
    survival.save(default, new)
    with zipfile.ZipFile(new) as read, zipfile.ZipFile(old, "w") as write:
        for name in read.namelist():
            write.writestr(name, read.read(name).replace(b"lifeboat.survival.traits", b"lifeboat.survival.features"))
    with pytest.raises(OutdatedModel, match=r"lifeboat\.survival\.features, which is now .*traits.*`lifeboat train`"):
        survival.load(old)


def test_a_model_over_passengers_in_other_codes_must_be_trained_again(X, y, tmp_path):
    model = survival.build_estimator("gradient_boosting").fit(X, y)
    model[0].preparation_ = 1
    survival.save(model, tmp_path / "old.skops")
    with pytest.raises(OutdatedModel, match=r"old\.skops was trained with version 1 .*`lifeboat train`"):
        survival.load(tmp_path / "old.skops")


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(UntrustedModel, match=r"none\.skops cannot be read"):
        survival.load(tmp_path / "none.skops")
