import pytest

from lifeboat import software


def test_the_installed_versions_do_not_differ_from_themselves():
    assert software.differences(software.versions()) == []


@pytest.mark.parametrize(
    ("package", "number"), [("scikit-learn", "0.1"), ("python", "3.2.1"), ("absent-package", "1.0")]
)
def test_another_version_is_named(package, number):
    (found,) = software.differences(software.versions() | {package: number})
    assert found.startswith(f"{package} {number} (here ")


def test_a_patch_of_python_does_not_count():
    major_minor = software.versions()["python"].rsplit(".", 1)[0]
    assert software.differences({"python": f"{major_minor}.999"}) == []


def test_outside_git_the_revision_is_unknown(monkeypatch, tmp_path):
    assert software.revision() != ""
    monkeypatch.setattr(software, "project_folder", lambda: tmp_path)
    assert software.revision() == "unknown"


def test_a_package_that_differs_from_the_lock_is_named(monkeypatch, tmp_path):
    assert software.unlike_the_lock() == []
    monkeypatch.setattr(software, "project_folder", lambda: tmp_path)
    assert software.unlike_the_lock() == []
    (tmp_path / "requirements.txt").write_text(
        "absent-package==2.0 \\\n    --hash=sha256:00\n"
        'numpy==0.1 ; python_version > "3"\nscipy==0.1 ; python_version < "3"\n'
    )
    absent, other = software.unlike_the_lock()
    assert absent == "absent-package 0 (locked ==2.0)"
    assert other == f"numpy {software.versions()['numpy']} (locked ==0.1)"
