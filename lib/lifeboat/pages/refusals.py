"""Bad requests are answered in a sentence that names what is wrong, and leave nothing in the log."""

from __future__ import annotations

import inspect
from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.responses import JSONResponse

from lifeboat.pages import words

SEE = "see 'Use via API' at the foot of the page"


def malformed(request: Request, error: Exception) -> JSONResponse:
    """Answer a request that is no call; the framework's own answer repeats it, and fails if it holds NaN."""
    return JSONResponse({"detail": f"malformed request: {SEE}."}, status_code=422)


def no_such_endpoint(request: Request, error: Exception) -> JSONResponse:
    """Answer a call of something that is not there."""
    return JSONResponse({"detail": f"{request.url.path} is not an endpoint: {SEE}."}, status_code=404)


def answer_bad_calls(page: gr.Blocks) -> None:
    """Let a page say which argument of a call it cannot take, where Gradio would log a traceback and answer null.

    Parameters
    ----------
    page : Blocks
        Not yet launched.
    """
    prepare = page.preprocess_data

    async def prepared(called: Any, inputs: list, *others: Any, **named: Any) -> list:
        """The arguments of a call, made ready for its function."""
        names = list(inspect.signature(called.fn).parameters)[: len(called.inputs)]
        taken = f"{called.api_name} takes {words.count(len(called.inputs), 'argument')}, {words.listed(names)}"
        if called.api_visibility == "public" and len(inputs) != len(called.inputs):
            raise gr.Error(f"{taken}; found {len(inputs)}.", print_exception=False)
        try:
            return await prepare(called, inputs, *others, **named)
        except gr.Error:
            raise
        except Exception:
            wrong = [
                name for name, found in zip(names, inputs, strict=False) if isinstance(found, dict | list)
            ] or names
            raise gr.Error(
                f"{words.listed(wrong)} cannot be read: {taken}; a file must have been uploaded before.",
                print_exception=False,
            ) from None

    page.preprocess_data = prepared
