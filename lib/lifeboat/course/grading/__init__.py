"""Grading: notebooks run apart from each other and from us, and our own checks judge the answers that they leave."""

from lifeboat.course.grading.grade import Grade, grade, learners

__all__ = ["Grade", "grade", "learners"]
