"""An S3 server on loopback, and what any object storage has to give."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import boto3
import pytest
from moto.server import ThreadedMotoServer

from zoo import addresses
from zoo.catalog import read_catalog

BUCKET = "fashion"


@contextmanager
def s3_server() -> Iterator[str]:
    """Its address; whoever speaks S3 in this process and its children finds it, with a key."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in settings(f"http://{host}:{port}").items():
                patch.setenv(name, value)
            addresses._system.cache_clear()
            boto3.client("s3").create_bucket(Bucket=BUCKET)
            yield f"http://{host}:{port}"
    finally:
        addresses._system.cache_clear()
        server.stop()


class _Skewed(BaseHTTPRequestHandler):
    """What S3 says to a machine whose clock is a quarter of an hour off."""

    def do_GET(self) -> None:
        body = (
            b"<?xml version='1.0'?><Error><Code>RequestTimeTooSkewed</Code><Message>The difference "
            b"between the request time and the current time is too large.</Message></Error>"
        )
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *said: object) -> None:
        """Nothing."""


@contextmanager
def skewed_store() -> Iterator[str]:
    """The address of an S3 that takes this machine's clock for wrong."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Skewed) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def settings(endpoint: str) -> dict[str, str]:
    """The environment in which that server is S3."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def assert_read_as_its_folder(data: str, at: str, local: Path) -> None:
    """A catalogue of `data` in the storage is that of the table it was uploaded from."""
    there, _ = read_catalog(Path(data))
    here, _ = read_catalog(local)
    assert there.fingerprint() == here.fingerprint()
    assert str(there.path(0)) == f"{at}/{here.table['path'].iat[0]}"


def upload(folder: Path, prefix: str) -> None:
    """Put all files of a folder into the bucket, under that prefix."""
    client = boto3.client("s3")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            key = f"{prefix}/{path.relative_to(folder).as_posix()}"
            client.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
