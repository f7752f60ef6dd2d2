"""Filters and joins through the client."""

import pandas as pd
import pytest
from hopsworks.client.exceptions import RestAPIError
from service_helpers import days

FILTERS = {
    "greater": (lambda g: g.number > 4, [9]),
    "greater or equal": (lambda g: g.number >= 3.5, [7, 9]),
    "less": (lambda g: g.number < 1, [1]),
    "less or equal": (lambda g: g.number <= 1, [1, 2]),
    "equal": (lambda g: g["id"] == 3, [3]),
    "unequal leaves missing values out": (lambda g: g.number != 1, [1, 3, 5, 6, 7, 9]),
    "fraction beside whole numbers": (lambda g: g["id"] > 7.5, [8, 9]),
    "boolean": (lambda g: g.flag == False, [1, 3, 5, 7, 9]),  # noqa: E712
    "text": (lambda g: g.text == "t1", [1, 4, 7]),
    "text with a quote": (lambda g: g.text == "t'1", []),
    "like": (lambda g: g.text.like("%2"), [2, 8]),
    "in numbers": (lambda g: g["id"].isin([1, 2, 77]), [1, 2]),
    "in texts": (lambda g: g.text.isin(["t0", "t2"]), [2, 3, 6, 8, 9]),
    "in nothing": (lambda g: g["id"].isin([]), []),
    "missing": (lambda g: g.number == None, [0, 4, 8]),  # noqa: E711
    "not missing": (lambda g: g.text != None, [1, 2, 3, 4, 6, 7, 8, 9]),  # noqa: E711
    "time": (lambda g: g["at"] >= "2026-01-09", [8, 9]),
    "equal time": (lambda g: g["at"] == "2026-01-02 00:00:00", [1]),
    "another feature": (lambda g: g.number > g.label, [3, 5, 6, 7, 9, 2]),
    "and": (lambda g: (g["id"] > 2) & (g.flag == True), [4, 6, 8]),  # noqa: E712
    "or": (lambda g: (g["id"] < 1) | (g["id"] > 8), [0, 9]),
    "nested": (lambda g: ((g["id"] < 2) | (g["id"] > 7)) & (g.label == 1) & (g.number > 0), [1, 9]),
}


@pytest.fixture(scope="module")
def shared():
    """The group that all filters read; made once."""
    return {}


@pytest.mark.parametrize("case", FILTERS)
def test_filters(store, frame, shared, case):
    if "name" not in shared:
        made = store.get_or_create_feature_group("for_filters", version=1, primary_key=["id"], event_time="at")
        made.insert(frame)
        shared["name"] = made.name
    group = store.get_feature_group(shared["name"], version=1)
    condition, expected = FILTERS[case]
    assert sorted(group.filter(condition(group)).read()["id"]) == sorted(expected)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (lambda g: g.number > "high", "'high' does not fit the feature 'number' of type DOUBLE"),
        (lambda g: g.flag == "perhaps", "'perhaps' does not fit the feature 'flag' of type BOOLEAN"),
    ],
)
def test_values_that_do_not_fit_are_refused(group, condition, message):
    with pytest.raises(RestAPIError, match=message):
        group.filter(condition(group)).read()


def test_features_that_cannot_be_compared_are_refused(group):
    with pytest.raises(RestAPIError, match=r"the query cannot be run: .*Cannot compare"):
        group.filter(group.text > group.number).read()


def test_unknown_features_in_filters_are_refused(group):
    from hsfs.feature import Feature

    with pytest.raises(RestAPIError, match="names a feature 'nothing'; known are at, flag"):
        group.filter(Feature("nothing", "bigint") > 1).read()


def make(store, name, event_time=None, **columns):
    """A group whose first column is its key."""
    group = store.create_feature_group(name, version=1, primary_key=[next(iter(columns))], event_time=event_time)
    group.insert(pd.DataFrame(columns))
    return group


@pytest.fixture
def pair(store, name):
    """Two groups without event times that share the keys 2 and 3."""
    left = make(store, f"{name}_left", id=[1, 2, 3], value=[10, 20, 30], same=["a", "b", "c"])
    right = make(store, f"{name}_right", id=[2, 3, 4], other=[0.2, 0.3, 0.4], same=["x", "y", "z"])
    return left, right


@pytest.mark.parametrize(
    ("join_type", "expected"), [("inner", [2, 3]), ("left", [1, 2, 3]), ("right", [2, 3]), ("outer", [1, 2, 3])]
)
def test_join_types(pair, join_type, expected):
    left, right = pair
    joined = left.select(["id", "value"]).join(right.select(["other"]), join_type=join_type).read()
    assert list(joined.columns) == ["id", "value", "other"]
    assert sorted(joined["id"].dropna()) == expected


def test_a_prefix_names_the_right_features(pair):
    left, right = pair
    joined = left.select_all().join(right.select_all(), join_type="inner", prefix="r_").read()
    assert list(joined.columns) == ["id", "value", "same", "r_id", "r_other", "r_same"]
    assert joined["r_same"].tolist() == ["x", "y"]


def test_without_a_prefix_keys_come_once_and_clashing_names_are_qualified(pair):
    left, right = pair
    joined = left.select_all().join(right.select_all(), join_type="inner").read()
    assert list(joined.columns) == ["id", "value", "same", "other", f"local_{right.name}_1_same"]


def test_joins_on_named_features(store, name, pair):
    left, right = pair
    links = make(store, f"{name}_links", id=[7, 8], left_id=[3, 1])
    joined = links.select(["id"]).join(left.select(["value"]), left_on=["left_id"], right_on=["id"]).read()
    assert joined["value"].tolist() == [30, 10]
    assert len(left.select(["value"]).join(right.select(["other"]), on=["id"], join_type="inner").read()) == 2


def test_three_groups(store, name, pair):
    left, right = pair
    third = make(store, f"{name}_third", id=[3], more=["m"])
    query = left.select(["id"]).join(right.select(["other"])).join(third.select(["more"]))
    assert query.read()["more"].tolist() == [None, None, "m"]


def test_filters_on_either_side_of_a_join(pair):
    left, right = pair
    query = left.select(["id", "value"]).join(right.filter(right.other > 0.25), join_type="inner", prefix="r_")
    assert query.read()["id"].tolist() == [3]
    assert query.filter((left.value < 30) | (right.same == "y")).read()["id"].tolist() == [3]


def test_groups_without_common_keys_are_not_joined(store, name, pair):
    other = store.create_feature_group(f"{name}_other", version=1, primary_key=["code"])
    other.insert(pd.DataFrame({"code": ["a"], "n": [1]}))
    with pytest.raises(RestAPIError, match="no join keys"):
        pair[0].select_all().join(other.select_all()).read()


@pytest.fixture
def timed(store, name):
    """Labels and measurements, both with event times."""
    left = make(store, f"{name}_labels", "at", id=[1, 1, 2, 3], y=[0, 1, 0, 1], at=days(5, 10, 5, 5))
    right = make(store, f"{name}_values", "seen", id=[1, 1, 2, 2], v=[1.0, 2.0, 3.0, 4.0], seen=days(1, 7, 5, 9))
    return left, right


def test_joins_of_groups_with_event_times_are_point_in_time(timed):
    left, right = timed
    joined = left.select_all().join(right.select(["v", "seen"])).read()
    assert list(joined.columns) == ["id", "y", "at", "v", "seen"]
    assert joined["v"].fillna(-1).tolist() == [1.0, 2.0, 3.0, -1.0]
    assert len(left.select_all().join(right.select(["v"]), join_type="inner").read()) == 3


def test_a_filter_on_the_right_chooses_among_earlier_rows(timed):
    left, right = timed
    joined = left.select_all().join(right.filter(right.v < 1.5), prefix="r_").read()
    assert joined[["at", "r_v"]].values.tolist() == [
        [pd.Timestamp("2026-01-05"), 1.0],
        [pd.Timestamp("2026-01-10"), 1.0],
    ]


def test_a_filter_on_the_left_of_a_point_in_time_join(timed):
    left, right = timed
    assert left.select_all().join(right.select(["v"])).filter(left.y == 0).read()["v"].tolist() == [1.0, 3.0]


def test_point_in_time_joins_are_inner_or_left(timed):
    left, right = timed
    with pytest.raises(RestAPIError, match="not supported by the local service: join_type 'outer'"):
        left.select_all().join(right.select(["v"]), join_type="outer").read()


def test_rows_come_in_the_order_of_the_keys(store, name):
    group = make(store, name, id=[3, 1, 2], v=[3, 1, 2])
    group.insert(pd.DataFrame({"id": [0, 2], "v": [0, 9]}))
    assert group.read()["v"].tolist() == [0, 1, 9, 3]


def test_a_query_is_shown_as_sql(group):
    assert group.select(["id"]).to_string().startswith('SELECT fg0."id" AS "id" FROM fg0')


@pytest.fixture
def orders(store, name):
    """Orders of customers, who live in towns; one customer has no town that is known."""
    make(store, f"o_{name}", order=[1, 2, 3], customer=[10, 11, 12])
    make(store, f"c_{name}", customer=[10, 11, 12], town=[100, 101, 999])
    make(store, f"t_{name}", town=[100, 101], size=[5, 6])
    return [store.get_feature_group(f"{letter}_{name}", version=1) for letter in "oct"]


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("left", "left", {1: 5, 2: 6, 3: None}),
        ("left", "inner", {1: 5, 2: 6, 3: None}),
        ("inner", "inner", {1: 5, 2: 6}),
        ("inner", "left", {1: 5, 2: 6, 3: None}),
    ],
)
def test_joins_within_joins(orders, outer, inner, expected):
    order, customer, town = orders
    lives = customer.select(["town"]).join(town.select(["size"]), on=["town"], join_type=inner)
    rows = order.select_all().join(lives, on=["customer"], join_type=outer).read()
    assert {row.order: None if pd.isna(row.size) else row.size for row in rows.itertuples()} == expected
    if outer == "left" and inner == "inner":
        assert rows.set_index("order")["town"].isna().to_dict() == {1: False, 2: False, 3: True}


def test_a_view_of_joins_within_joins(store, orders, name):
    order, customer, town = orders
    lives = customer.select(["town"]).join(town.select(["size"]), on=["town"], prefix="t_")
    query = order.select(["order"]).join(lives, on=["customer"])
    view = store.create_feature_view(f"v_{name}", version=1, query=query, labels=["t_size"])
    X, y = view.training_data()
    assert (list(X.columns), list(y.columns)) == (["order", "town"], ["t_size"])
    assert y["t_size"].tolist()[:2] == [5, 6]


@pytest.fixture
def people(store, name):
    """Employees, some with a manager, who is an employee too."""
    return make(store, name, id=[1, 2, 3], manager=[None, 1.0, 1.0], age=[60, 30, 40])


def test_a_group_is_joined_with_itself(people):
    managers = people.select(["age"])
    query = people.select_all().join(managers, left_on=["manager"], right_on=["id"], prefix="m_")
    assert query.read().set_index("id")["m_age"].dropna().to_dict() == {2: 60, 3: 60}


def test_a_filter_of_a_self_join_is_about_the_side_that_it_is_written_on(people):
    of_left = people.select_all().join(people.select(["age"]), left_on=["manager"], right_on=["id"], prefix="m_")
    assert of_left.filter(people["age"] < 35).read()["id"].tolist() == [2]
    elders = people.select(["age"]).filter(people["age"] > 50)
    of_right = people.select_all().join(elders, left_on=["manager"], right_on=["id"], prefix="m_", join_type="inner")
    assert sorted(of_right.read()["id"]) == [2, 3]


def test_a_view_of_a_self_join_has_its_label_once(store, people, name):
    query = people.select(["age"]).join(people.select(["age"]), left_on=["manager"], right_on=["id"], prefix="m_")
    view = store.create_feature_view(f"v_{name}", version=1, query=query, labels=["age"])
    X, y = view.training_data()
    assert (list(X.columns), list(y.columns)) == (["m_age"], ["age"])
    assert list(view.get_batch_data().columns) == ["m_age"]


def test_a_third_feature_of_one_name_needs_a_prefix(people):
    query = people.select(["age"])
    for _ in range(2):
        query = query.join(people.select(["age"]), left_on=["manager"], right_on=["id"])
    with pytest.raises(RestAPIError, match=r"two features .* give the second join a prefix"):
        query.read()


def test_point_in_time_joins_within_joins_look_back_from_the_first_group(store, name):
    make(store, f"l_{name}", "at", id=[1], at=days(5))
    make(store, f"m_{name}", "at", id=[1, 1], at=days(2, 6), key=[7, 8])
    make(store, f"r_{name}", "at", key=[7, 7, 8], at=days(1, 4, 4), value=[1, 2, 3])
    first, middle, last = (store.get_feature_group(f"{letter}_{name}", version=1) for letter in "lmr")
    query = first.select_all().join(middle.select(["key"]).join(last.select(["value"]), on=["key"]), on=["id"])
    assert query.read()[["key", "value"]].to_numpy().tolist() == [[7, 2]]
