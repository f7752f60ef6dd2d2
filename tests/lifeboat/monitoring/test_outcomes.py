from lifeboat import features, monitoring


def test_outcomes_of_an_empty_store_are_an_empty_table(empty):
    found = monitoring.outcomes(empty)
    assert found.empty
    assert {"prediction", "survived", "predicted_at"} <= set(found.columns)
    assert features.predictions_group(empty).id is None
