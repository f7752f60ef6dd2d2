"""Keywords and search through the client."""

import pytest


@pytest.fixture
def found(store, group, view):
    """A group, a view and training data with keywords and a tag."""
    group.add_keywords(["fast", "blue sky"])
    group.add_tag("owner", {"team": "red"})
    view.set_keywords(["fast"])
    view.training_data()
    view.set_training_dataset_keywords(1, ["slow"])
    return group


def test_keywords_are_kept_and_removed(store, view, found):
    group = store.get_feature_group(found.name, version=1)
    assert sorted(group.get_keywords()) == ["blue sky", "fast"]
    group.set_keywords(["new", "fast"])
    group.delete_keyword("new")
    assert group.get_keywords() == ["fast"]
    assert list(group.get_keywords_metadata()) == ["fast"]
    assert group.get_keywords_metadata()["fast"].year >= 2026
    view.add_keywords("more")
    view.delete_keyword("fast")
    assert view.get_keywords() == list(view.get_keywords_metadata()) == ["more"]
    view.add_training_dataset_keywords(1, "next")
    view.delete_training_dataset_keyword(1, "slow")
    assert view.get_training_dataset_keywords(1) == list(view.get_training_dataset_keywords_metadata(1)) == ["next"]
    assert {"fast", "more", "next"} <= set(store.get_all_keywords())


def test_keywords_go_with_what_they_belong_to(store, group):
    group.add_keywords("only_here")
    group.delete()
    assert "only_here" not in store.get_all_keywords()


def test_a_word_is_found_in_names_descriptions_and_features(project, store, found):
    api = project.get_search_api()
    assert [hit.name for hit in api.feature_groups(found.name.upper())] == [found.name]
    assert api.feature_groups(f"not {found.name}") == []
    found.update_description("measured at the 7 seas of " + found.name)
    [hit] = api.feature_groups(f"7 seas of {found.name}")
    assert (hit.version, hit.description.split()[0], hit.project.name) == (1, "measured", "local")
    assert hit.get().id == found.id
    [view] = api.feature_views(found.name)
    assert view.get().name == found.name
    assert [each.name for each in api.training_datasets(found.name)] == [found.name]
    assert len(api.features("number")) >= 1
    both = api.feature_store(found.name)
    assert (both.feature_groups_total, both.feature_views_total, both.training_datasets_total) == (1, 1, 1)


def test_search_by_keywords_and_tags(project, found):
    api = project.get_search_api()
    assert [hit.name for hit in api.feature_groups(found.name, keyword_filter=["fast", "blue sky"])] == [found.name]
    assert api.feature_groups(found.name, keyword_filter="slow") == []
    tag = {"name": "owner", "key": "team", "value": "red"}
    assert [hit.name for hit in api.feature_groups(found.name, tag_filter=tag)] == [found.name]
    assert api.feature_groups(found.name, tag_filter={**tag, "value": "green"}) == []


def test_search_in_pages_and_by_the_feature_store(project, store, found):
    for number in range(3):
        copy = store.create_feature_group(f"{found.name}_{number}", version=1, primary_key=["id"])
        copy.insert(found.read())
    api = project.get_search_api()
    pages = [api.feature_groups(found.name, offset=start, limit=3) for start in (0, 3)]
    assert [len(page) for page in pages] == [3, 1]
    assert len(store.search_feature_groups(found.name)) == 4
    assert len(store.search(found.name).feature_groups) == 4
    assert len(store.search_feature_views(found.name)) == 1
    assert len(store.search_training_datasets(found.name)) == 1
    assert [hit.name for hit in store.search_features("number")]
