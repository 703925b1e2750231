"""The named endpoints, called as a program would."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from tests.conftest import draw_shape
from tests.page.conftest import serve
from zoo.ending import requests_to_end
from zoo.errors import ZooError
from zoo.page.serving.options import ServeOptions


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address, verbose=False, download_files=False, analytics_enabled=False)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "query.png"
    draw_shape("red", "square", 777).save(path)
    return str(path)


def recommend(client: Client, *paths: str, **more: object) -> dict:  # type: ignore[type-arg]
    asked = {"backbones": [], "top": 4, "alpha": 1.0, "where": {}, "same_category": False,
             "exact": False, "diversity": 0.0, "near_duplicates": False, **more}  # fmt: skip
    files = [handle_file(path) for path in paths]
    return client.predict(files, *asked.values(), api_name="/recommend")


def test_only_the_promised_endpoints_are_public(client: Client) -> None:
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(named) == {"/models", "/recommend", "/tag", "/leaderboard"}


def test_models(client: Client) -> None:
    report = client.predict(api_name="/models")
    trained = {b["name"]: b["trained"] for b in report["backbones"]}
    assert trained["tiny_a"]
    assert not trained["vgg16"]
    (failure,) = report["failed"]
    assert failure["origin"] == "more/broken.py"


def test_recommend(client: Client, picture: str) -> None:
    report = recommend(client, picture, where={"colour": "red"})
    assert report["queries"] == ["query.png"]
    for result in report["results"].values():
        assert [i["rank"] for i in result["items"]] == [1, 2, 3, 4]
        assert {i["attributes"]["colour"]["class"] for i in result["items"]} == {"red"}
        assert not any(Path(i["path"]).is_absolute() for i in result["items"])


def test_recommend_for_several_by_one_backbone(client: Client, picture: str) -> None:
    report = recommend(client, picture, picture, backbones=["tiny_b"], alpha=0.5)
    assert list(report["results"]) == ["tiny_b"]
    assert report["results"]["tiny_b"]["items"][0]["match_of"] == 4


def test_variety_changes_what_follows_the_first(client: Client, picture: str) -> None:
    def items(**more: float) -> list[str]:
        found = recommend(client, picture, backbones=["tiny_a"], **more)["results"]["tiny_a"]
        return [item["item_id"] for item in found["items"]]

    near, varied = items(), items(diversity=0.9)
    assert near[0] == varied[0]
    assert near[1:] != varied[1:]


def test_an_uploaded_copy_is_first_and_marked(client: Client, shapes: Path) -> None:
    report = recommend(client, str(shapes.parent / "images" / "blue-square-007.png"))
    for result in report["results"].values():
        assert result["items"][0]["exact_copy"]


def test_tag(client: Client, picture: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(Path(picture).read_bytes()[:120])
    report = client.predict([handle_file(picture), handle_file(str(bad))], "", api_name="/tag")
    assert report["pictures"][0]["attributes"]["colour"]["class"] == "red"
    assert report["skipped"][0]["path"] == "bad.png"
    assert "/" not in report["skipped"][0]["reason"]


def test_leaderboard(client: Client) -> None:
    report = client.predict(api_name="/leaderboard")
    assert set(report["backbones"]) == {"tiny_a", "tiny_b"}
    assert set(report["baselines"]) == {"random", "pixels"}
    assert set(report["decision"]["order"]) == {"tiny_a", "tiny_b"}


def write_bad(path: Path, kind: str) -> None:
    if kind == "text":
        path.write_text("<html>no picture</html>")
    elif kind == "tiny":
        Image.new("RGB", (1, 1)).save(path)
    else:
        Image.new("1", (30_000, 30_000)).save(path)


@pytest.mark.parametrize(
    ("kind", "message"),
    [("text", "not a picture"), ("tiny", "1 x 1"), ("huge", "over the limit")],
)
def test_bad_uploads_are_one_line(client: Client, tmp_path: Path, kind: str, message: str) -> None:
    path = tmp_path / "upload.png"
    write_bad(path, kind)
    with pytest.raises(AppError, match=message):
        recommend(client, str(path))


def test_bad_arguments_are_one_line(client: Client, picture: str) -> None:
    with pytest.raises(AppError, match="unknown backbone 'vgg'; available:"):
        recommend(client, picture, backbones=["vgg"])
    with pytest.raises(AppError, match="unknown colour 'mauve'; available: blue, green, red"):
        recommend(client, picture, where={"colour": "mauve"})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("top", "many", "top 'many' is not a number"),
        ("top", 1.5, "top 1.5 is not a whole number"),
        ("alpha", None, "alpha None is not a number"),
        ("where", ["colour"], r"where \['colour'\] is not an object of attributes and classes"),
        ("where", {"colour": 3}, "where colour 3 is not a class or a list of classes"),
        ("backbones", "tiny_a", "backbones 'tiny_a' is not a list of names"),
        ("exact", "false", "exact 'false' is not true or false"),
        ("backbones", ["vgg16"], "'vgg16' is not trained here; available: tiny_a, tiny_b"),
    ],
)
def test_an_argument_of_another_kind_is_told(
    client: Client, picture: str, name: str, value: object, message: str
) -> None:
    with pytest.raises(AppError, match=message):
        recommend(client, picture, **{name: value})


def test_no_picture_is_passed_over_in_silence(client: Client, picture: str) -> None:
    with pytest.raises(AppError, match="33 pictures are over the limit of 32"):
        client.predict([handle_file(picture)] * 33, "", api_name="/tag")
    with pytest.raises(AppError, match="no picture; give one at least"):
        client.predict([], "", api_name="/tag")


def test_healthz(address: str) -> None:
    said = httpx.get(f"{address}/healthz").json()
    assert len(said.pop("version")) == 12
    assert said == {"status": "ok", "backbones": ["tiny_a", "tiny_b"]}


def test_nothing_but_thumbnails_is_served(address: str, page_folder: Path) -> None:
    answer = httpx.get(f"{address}/gradio_api/file={page_folder / 'catalog.json'}")
    assert answer.status_code == 403


def test_one_address_of_a_name_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ServeOptions(Path("zoo"), host="a.name", port=0)
    here = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 0))
    nowhere = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.0.2.1", 0))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [nowhere, here])
    asked.check_port()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [nowhere])
    with pytest.raises(ZooError, match="a.name is no address of this machine"):
        asked.check_port()


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_told(port: int) -> None:
    with pytest.raises(ZooError, match=rf"--port {port} is not within 0\.\.65535"):
        ServeOptions(Path("zoo"), port=port)


def test_an_address_of_another_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = "is no address of this machine; --host 0.0.0.0 is for all of them"
    with pytest.raises(ZooError, match=f"--host 192.0.2.1 {told}"):
        ServeOptions(Path("zoo"), host="192.0.2.1", port=0).check_port()

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ZooError, match=f"--host no.name {told}"):
        ServeOptions(Path("zoo"), host="no.name", port=0).check_port()


def test_a_taken_port_is_one_line(address: str, page_folder: Path, plugins: Path) -> None:
    port = address.rsplit(":", 1)[1]
    with pytest.raises(AssertionError, match=f"error: port {port} on 127.0.0.1 cannot be used"):
        _serve_on(port, page_folder, plugins)


def _serve_on(port: str, page_folder: Path, plugins: Path) -> None:
    import sys

    from tests.conftest import ROOT

    done = subprocess.run(
        [sys.executable, str(ROOT / "serve.py"), "--port", port, "--runs", str(page_folder)],
        capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 1
    raise AssertionError(done.stderr)


def test_a_share_that_cannot_be_had_is_said_and_a_password_is_made(
    page_folder: Path, plugins: Path
) -> None:
    process, address = serve(
        page_folder.parent, "--runs", str(page_folder), "--plugins", str(plugins), "--share"
    )
    try:
        assert httpx.get(f"{address}/config").status_code == 401
    finally:
        process.terminate()
        process.wait(timeout=20)
    said = (page_folder.parent / "serve.log").read_text()
    assert "log in as zoo with password" in said
    assert "no share link: the tunnel " in said or "shared: https" in said


def test_auth_and_host_and_the_end_of_a_terminal(
    page_folder: Path, plugins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process, address = serve(
        page_folder.parent, "--runs", str(page_folder), "--plugins", str(plugins),
        "--host", "127.0.0.1", "--auth", "me:secret",
    )  # fmt: skip
    try:
        own = Client(address, auth=("me", "secret"), verbose=False, analytics_enabled=False)
        assert own.predict(api_name="/models")["backbones"]
        assert list(tmp_path.glob("zoo-page-*"))
    finally:
        process.send_signal(signal.SIGHUP)
        assert process.wait(timeout=20) == 0
    assert not list(tmp_path.glob("zoo-page-*"))


def test_a_terminal_that_closes_is_ignored_where_somebody_wished_so() -> None:
    before = signal.getsignal(signal.SIGHUP)
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
        assert requests_to_end() == [signal.SIGINT, signal.SIGTERM]
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert signal.SIGHUP in requests_to_end()
    finally:
        signal.signal(signal.SIGHUP, before)
