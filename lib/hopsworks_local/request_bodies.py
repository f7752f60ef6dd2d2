"""The shapes that documents of clients must have, as far as the service relies on them; other fields may be there."""

from typing import Annotated, Any, Required

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag, with_config
from typing_extensions import TypedDict

from hopsworks_local.parsing import MAX_NUMBER, parse

Count = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Version = Annotated[int, Field(ge=1, le=MAX_NUMBER)]
Millis = Annotated[int, Field(ge=0, le=253_402_300_799_999)]  # until the end of the year 9999


def _json_object(text: str) -> str:
    parse(text or "{}", dict[str, Any])
    return text


JSONText = Annotated[str, AfterValidator(_json_object)]
_lenient = with_config(ConfigDict(extra="allow", strict=True))


@_lenient
class Named(TypedDict, total=False):
    """A feature in a query."""

    name: Required[str]
    featureGroupId: int | None


@_lenient
class Reference(TypedDict):
    """A feature group in a query."""

    id: Count


@_lenient
class Comparison(TypedDict, total=False):
    """A single filter."""

    feature: Required[Named]
    condition: Required[str]
    value: str | bool | int | float | None


@_lenient
class Logic(TypedDict, total=False):
    """Filters joined by AND or OR."""

    type: str | None
    leftFilter: "Filter | None"
    rightFilter: "Filter | None"
    leftLogic: "Filter | None"
    rightLogic: "Filter | None"


Filter = Annotated[
    Annotated[Comparison, Tag("comparison")] | Annotated[Logic, Tag("logic")],
    Discriminator(lambda filter: "comparison" if isinstance(filter, dict) and "condition" in filter else "logic"),
]


@_lenient
class Join(TypedDict, total=False):
    """A further feature group of a query."""

    query: Required["Query"]
    on: list[Named] | None
    leftOn: list[Named] | None
    rightOn: list[Named] | None
    type: str | None
    prefix: str | None


@_lenient
class Query(TypedDict, total=False):
    """Which features of which feature groups, joined and filtered."""

    leftFeatureGroup: Required[Reference]
    leftFeatures: Required[list[Named]]
    joins: list[Join] | None
    filter: Filter | None
    limit: Count | None


@_lenient
class StatisticsConfig(TypedDict, total=False):
    """What is to be computed of a feature group."""

    enabled: bool | None
    columns: list[str] | None
    histograms: bool | None
    histogramBins: Annotated[int, Field(ge=1, le=1000)] | None
    correlations: bool | None
    exactUniqueness: bool | None


@_lenient
class OneTag(TypedDict):
    """A named value."""

    name: str
    value: Any


@_lenient
class Tags(TypedDict, total=False):
    """Tags with which something is created."""

    items: list[OneTag]


@_lenient
class DataSource(TypedDict, total=False):
    """Where something lies, if not in the store."""

    path: str | None
    storageConnector: dict[str, Any] | None


@_lenient
class Feature(TypedDict, total=False):
    """A column of a feature group."""

    name: Required[str]
    type: Required[str]
    description: str | None
    primary: bool | None
    partition: bool | None
    foreign: bool | None


@_lenient
class Group(TypedDict, total=False):
    """A feature group."""

    name: Required[str]
    version: Version | None
    description: str | None
    features: Required[list[Feature]]
    eventTime: str | None
    statisticsConfig: StatisticsConfig | None
    deprecated: bool | None
    timeTravelFormat: str | None
    dataSource: DataSource | None
    tags: Tags | None
    expectationSuite: "Suite | None"
    transformationFunctions: "list[Transformation] | None"


@_lenient
class Expectation(TypedDict, total=False):
    """What must hold for the data of a feature group."""

    id: Count | None
    expectationType: Required[str]
    kwargs: str | dict[str, Any] | None
    meta: JSONText | dict[str, Any] | None


@_lenient
class Suite(TypedDict, total=False):
    """What must hold for the data of a feature group."""

    expectationSuiteName: Required[str]
    expectations: list[Expectation] | None


@_lenient
class Result(TypedDict, total=False):
    """What the validation of an expectation found."""

    success: Required[bool]
    expectationConfig: JSONText | dict[str, Any] | None


@_lenient
class Report(TypedDict, total=False):
    """What a validation found."""

    success: Required[bool]
    results: Required[list[Result]]
    ingestionResult: str | None


@_lenient
class Keywords(TypedDict):
    """Words by which something is found."""

    keywords: list[Annotated[str, Field(min_length=1, max_length=255)]]


class KeywordFilter(TypedDict):
    """A keyword that is searched for."""

    value: str


class TagFilter(TypedDict):
    """A value within a tag that is searched for."""

    name: str
    key: str
    value: str


@_lenient
class UdfFeature(TypedDict):
    """A feature that a function takes."""

    feature_name: str


@_lenient
class Udf(TypedDict, total=False):
    """The source of a function, what it takes and what it gives."""

    name: Required[str]
    outputColumnNames: list[str] | None
    transformationFeatures: list[str | UdfFeature] | None


@_lenient
class Transformation(TypedDict, total=False):
    """A transformation function."""

    hopsworksUdf: Required[Udf]
    version: Version | None


@_lenient
class Commit(TypedDict, total=False):
    """What a write has changed."""

    commitID: Millis | None
    commitTime: Millis | None
    rowsInserted: Count | None
    rowsUpdated: Count | None
    rowsDeleted: Count | None


@_lenient
class ViewFeature(TypedDict, total=False):
    """A feature with a role in a feature view."""

    name: Required[str]
    featuregroup: Required[Reference]
    label: bool | None
    inferenceHelperColumn: bool | None
    trainingHelperColumn: bool | None


@_lenient
class View(TypedDict, total=False):
    """A feature view."""

    name: Required[str]
    version: Version | None
    description: str | None
    query: Required[Query]
    features: list[ViewFeature] | None
    transformationFunctions: list[dict[str, Any]] | None
    extraLogColumns: list[Feature] | None
    tags: Tags | None


@_lenient
class Logging(TypedDict, total=False):
    """How a feature view logs."""

    extraLoggingColumns: list[Feature] | None
    materializationInterval: str | None
    transport: str | None


@_lenient
class Description(TypedDict, total=False):
    """What can change of a feature view."""

    description: str | None


@_lenient
class Split(TypedDict, total=False):
    """A part of a training dataset; its name becomes that of a folder."""

    name: Required[Annotated[str, Field(pattern=r"^\w{1,63}$")]]
    percentage: Annotated[float, Field(ge=0, le=1)] | None
    splitType: str | None
    startTime: Millis | None
    endTime: Millis | None


@_lenient
class Dataset(TypedDict, total=False):
    """A training dataset."""

    trainingDatasetType: Required[str]
    dataFormat: str | None
    description: str | None
    splits: list[Split] | None
    seed: int | None
    statisticsConfig: StatisticsConfig | None
    trainSplit: str | None
    eventStartTime: Millis | None
    eventEndTime: Millis | None
    extraFilter: Filter | None
    dataSource: DataSource | None
    tags: Tags | None


@_lenient
class Computation(TypedDict, total=False):
    """What the files of a training dataset are made of."""

    query: Required[Query]


@_lenient
class FlightComputation(TypedDict):
    """The same, asked for by Flight."""

    project_name: str
    fv_name: str
    fv_version: Count
    tds_version: Count
    query: Query


@_lenient
class FeatureStatistics(TypedDict):
    """Statistics of one feature."""

    featureName: str


@_lenient
class Statistics(TypedDict, total=False):
    """Statistics that a client has made."""

    computationTime: Required[Millis]
    rowPercentage: float | None
    beforeTransformation: bool | None
    windowStartCommitTime: Millis | None
    windowEndCommitTime: Millis | None
    windowStartEventTime: Millis | None
    windowEndEventTime: Millis | None
    eventTime: Millis | None
    featureDescriptiveStatistics: list[FeatureStatistics] | None


@_lenient
class Origin(TypedDict):
    """The feature view that a model comes from."""

    name: str
    version: Version


@_lenient
class Model(TypedDict, total=False):
    """A model."""

    name: Required[str]
    version: Required[Version]
    description: str | None
    framework: str | None
    metrics: dict[str, float] | None
    featureView: Origin | str | None
    trainingDatasetVersion: Version | None
    tags: Tags | None


@_lenient
class Framework(TypedDict, total=False):
    """What can change of a model."""

    framework: str | None
