"""The course: exercises with checks that say what is wrong, hints, solutions, quizzes, progress and grading."""

from lifeboat.course.checking import check, hint, solution
from lifeboat.course.learner import my_passengers, seed
from lifeboat.course.practice import practice
from lifeboat.course.quizzes import quiz

__all__ = ["check", "hint", "my_passengers", "practice", "quiz", "seed", "solution"]
