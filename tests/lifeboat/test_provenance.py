import pytest

from lifeboat import provenance


def test_the_installed_versions_do_not_differ_from_themselves():
    assert provenance.differences(provenance.versions()) == []


@pytest.mark.parametrize(
    ("package", "number"), [("scikit-learn", "0.1"), ("python", "3.2.1"), ("absent-package", "1.0")]
)
def test_another_version_is_named(package, number):
    (found,) = provenance.differences(provenance.versions() | {package: number})
    assert found.startswith(f"{package} {number} (here ")


def test_a_patch_of_python_does_not_count():
    major_minor = provenance.versions()["python"].rsplit(".", 1)[0]
    assert provenance.differences({"python": f"{major_minor}.999"}) == []


def test_outside_git_the_revision_is_unknown(monkeypatch, tmp_path):
    assert provenance.revision() != ""
    monkeypatch.setattr(provenance, "project_folder", lambda: tmp_path)
    assert provenance.revision() == "unknown"
