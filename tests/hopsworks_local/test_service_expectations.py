"""Expectation suites and validation reports: the client validates, the service keeps.

The client needs great_expectations for it, an extra that Lifeboat does not install; see `test_service_distribution`.
"""

import pytest
from hopsworks.client.exceptions import DataValidationException, RestAPIError
from hsfs.expectation_suite import ExpectationSuite
from hsfs.ge_expectation import GeExpectation
from hsfs.validation_report import ValidationReport

pytest.importorskip("great_expectations")


def at_least(column, minimum):
    return GeExpectation("expect_column_min_to_be_between", {"column": column, "min_value": minimum}, {"why": "x"})


@pytest.fixture
def suite(group):
    suite = ExpectationSuite("suite", [at_least("number", 0), at_least("label", 0)], {"by": "me"})
    group.save_expectation_suite(suite, run_validation=False)
    return group.get_expectation_suite(ge_type=False)


def again(store, group):
    return store.get_feature_group(group.name, version=1).get_expectation_suite(ge_type=False)


def test_a_suite_is_kept(store, group, suite):
    found = again(store, group)
    assert (found.expectation_suite_name, found.meta["by"]) == ("suite", "me")
    assert [(each.expectation_type, each.kwargs) for each in found.expectations] == [
        ("expect_column_min_to_be_between", {"column": name, "min_value": 0}) for name in ("number", "label")
    ]
    assert found.to_json_dict()["expectationSuiteName"] == "suite"
    native = found.to_ge_type()
    assert ExpectationSuite.from_ge_type(native).expectation_suite_name == native.name
    assert [each.meta["expectationId"] for each in found.expectations] == [each.id for each in found.expectations]


def test_a_suite_comes_with_a_new_group(store, name, frame):
    suite = ExpectationSuite("first", [at_least("number", 0)], {}, run_validation=False)
    group = store.create_feature_group(name, version=1, primary_key=["id"], expectation_suite=suite)
    group.insert(frame, validation_options={"run_validation": False})
    assert again(store, group).expectation_suite_name == "first"


def test_expectations_are_added_replaced_and_removed(store, group, suite):
    added = suite.add_expectation(at_least("id", 1), ge_type=False)
    assert suite.get_expectation(added.id, ge_type=False).kwargs == {"column": "id", "min_value": 1}
    added.kwargs = {"column": "id", "min_value": 2}
    suite.replace_expectation(added, ge_type=False)
    suite.remove_expectation(suite.expectations[0].id)
    kept = [each.kwargs["column"] for each in again(store, group).expectations]
    assert kept == ["label", "id"]
    assert again(store, group).expectations[1].kwargs["min_value"] == 2
    assert len({each.id for each in again(store, group).expectations}) == 2


def test_a_suite_is_replaced_changed_and_deleted(store, group, suite):
    suite.validation_ingestion_policy = "STRICT"
    assert again(store, group).validation_ingestion_policy == "STRICT"
    other = ExpectationSuite("other", [], {}, validation_ingestion_policy="ALWAYS")
    group.save_expectation_suite(other, run_validation=False, overwrite=True)
    assert (again(store, group).expectation_suite_name, again(store, group).expectations) == ("other", [])
    group.delete_expectation_suite()
    assert again(store, group) is None


def report(suite, success, outcome):
    results = [
        {
            "success": success,
            "result": {"observed_value": 1},
            "expectation_config": {
                "expectation_type": each.expectation_type, "kwargs": each.kwargs, "meta": {"expectationId": each.id}
            },
            "exception_info": {"raised_exception": False},
            "meta": {},
        }
        for each in suite.expectations
    ]  # fmt: skip
    return ValidationReport(success, results, {}, {"successful": 1}, ingestion_result=outcome)


def test_an_insert_is_validated_and_reported(group, suite, frame):
    group.insert(frame.assign(number=-1.0))
    latest = group.get_latest_validation_report(ge_type=False)
    assert (latest.success, latest.ingestion_result) == (False, "INGESTED")
    assert {result.success for result in latest.results} == {True, False}
    assert group.validate(frame.assign(number=1.0), save_report=False).success


def test_a_strict_suite_keeps_bad_rows_out(store, group, suite, frame):
    suite.validation_ingestion_policy = "STRICT"
    found = store.get_feature_group(group.name, version=1)
    with pytest.raises(DataValidationException, match=r"insertion to .* was aborted"):
        found.insert(frame.assign(id=frame["id"] + 100, number=-1.0))
    assert len(found.read()) == 10
    assert found.get_latest_validation_report(ge_type=False).ingestion_result == "REJECTED"


def test_reports_are_kept_newest_first(group, suite):
    group.save_validation_report(report(suite, True, "ingested"), "ingested", ge_type=False)
    group.save_validation_report(report(suite, False, "rejected"), "rejected", ge_type=False)
    found = group.get_all_validation_reports(ge_type=False)
    assert [each.success for each in found] == [False, True]
    assert group.get_latest_validation_report(ge_type=False).success is False
    assert found[0].to_json_dict()["success"] is found[0].to_ge_type().success is False
    first = suite.expectations[0].id
    assert [each.success for each in group.get_validation_history(first, ge_type=False)] == [False, True]
    only = group.get_validation_history(first, filter_by=["INGESTED"], ge_type=False)
    assert [each.ingestion_result for each in only] == ["INGESTED"]


def test_an_unknown_expectation_is_named(suite):
    with pytest.raises(RestAPIError, match="there is no expectation with the id 99"):
        suite.get_expectation(99, ge_type=False)
