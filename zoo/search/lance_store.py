"""The stores that a Lance table can lie in: their options, and what they say when they fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from zoo.errors import RunError, ZooError, one_line

# A bucket that cannot be reached is told within seconds rather than minutes.
PATIENCE = {"client_max_retries": "1", "client_retry_timeout": "10", "connect_timeout": "5s"}


def quiet() -> None:
    """Before the packages are imported: they warn of every table that is new."""
    os.environ.setdefault("LANCE_LOG", "error")


def storage(uri: str) -> dict[str, str]:
    """Options of the store; credentials are the environment's, as with every tool of AWS."""
    if not uri.startswith("s3"):
        return {}
    options = dict(PATIENCE)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        options["aws_endpoint"] = endpoint
        options["allow_http"] = str(endpoint.startswith("http://")).lower()
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region:
        options["aws_region"] = region
    return options


@contextmanager
def one_line_errors(uri: str) -> Iterator[None]:
    """One line for what goes wrong below: Lance hands on what its stores say."""
    try:
        yield
    except ZooError:
        raise
    except Exception as error:
        raise RunError(f"{uri}: {_reason(error)}") from error


REASONS = {  # what is found in the store's message -> what it means
    "conflict": "another job is writing to it; wait until it ends and run the command again",
    "credential": "no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
    "requesttimetooskewed": "this machine's clock is not that of the store; set it",
    "nosuchbucket": "there is no such bucket",
    "accessdenied": "the store refuses these credentials",
    "403 forbidden": "the store refuses these credentials",
    "error sending request": "the store cannot be reached; is AWS_ENDPOINT_URL right?",
    "was not found": "it is missing; build it again with zoo index",
    "retries": "the store cannot be reached; is AWS_ENDPOINT_URL right?",
}


def _reason(error: Exception) -> str:
    plain = "".join(str(error).lower().split())
    known = (reason for sign, reason in REASONS.items() if sign.replace(" ", "") in plain)
    return next(known, one_line(error))


def not_installed(error: ModuleNotFoundError) -> ZooError:
    """What is missing, and the command that installs it."""
    return ZooError(
        f"index 'lance' needs {error.name}, which is not installed; "
        "pip install 'fashion-model-zoo[lance]'"
    )
