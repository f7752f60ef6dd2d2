"""Grading: notebooks run apart from each other and from us, and our own checks judge the answers that they leave."""

from lifeboat.course.grading.confinement import Limits, has_namespaces
from lifeboat.course.grading.grade import Grade, grade, grade_notebook, how_many
from lifeboat.course.grading.report import frame, render, write_csv

__all__ = ["Grade", "Limits", "frame", "grade", "grade_notebook", "has_namespaces", "how_many", "render", "write_csv"]
