"""What a program has to say to the named endpoints, ready to copy."""

from __future__ import annotations

import json
import re
import shlex

from zoo.errors import ZooError
from zoo.page.language import _

PYTHON, CURL, PLAIN = "Python, gradio_client", "curl", "Python, nothing installed"
LANGUAGES = (PYTHON, CURL, PLAIN)
ADDRESS = re.compile(r"https?://[\w.:\[\]~/%-]+")
PICTURE = "dress.jpg"

# name, arguments after the picture(s): (value, what it means)
ARGUMENTS: dict[str, list[tuple[object, str]]] = {
    "recommend": [
        (["BACKBONE"], "backbones; [] is all"),
        (5, "top: items per backbone"),
        (1.0, "alpha: 1 by similarity of looks, 0 by attribute match"),
        ({}, 'where, such as {"colour": "red"}'),
        (False, "same category only"),
        (False, "exact search"),
        (0.0, "diversity: towards 1, fewer that resemble each other"),
        (False, "near-duplicates one by one"),
    ],
    "tag": [("BACKBONE", 'backbone; "" is the first')],
    "leaderboard": [],
    "models": [],
}
ENDPOINTS = tuple(ARGUMENTS)
TAKES_PICTURES = ("recommend", "tag")


def snippet(endpoint: str, language: str, address: str, backbone: str) -> str:
    """The program that asks one endpoint of the page at `address`; ZooError for what is none."""
    address = address.rstrip("/")
    if not ADDRESS.fullmatch(address):
        raise ZooError(_("{address} is not the address of a page").format(address=repr(address)))
    makers = {PYTHON: _client, CURL: _curl, PLAIN: _plain}
    if endpoint not in ARGUMENTS or language not in makers:
        none = _("no snippet for {endpoint} in {language}")
        raise ZooError(none.format(endpoint=repr(endpoint), language=repr(language)))
    return makers[language](endpoint, address, backbone)


def _arguments(endpoint: str, backbone: str) -> list[tuple[object, str]]:
    named = {"BACKBONE": backbone}
    return [
        ([backbone], said) if value == ["BACKBONE"] else (named.get(str(value), value), said)
        for value, said in ARGUMENTS[endpoint]
    ]


def _client(endpoint: str, address: str, backbone: str) -> str:
    pictures = endpoint in TAKES_PICTURES
    lines = [f'    [handle_file("{PICTURE}")],  # one picture, or several'] if pictures else []
    lines += [f"    {_python(value)},  # {said}" for value, said in _arguments(endpoint, backbone)]
    call = "\n".join(["answer = client.predict(", *lines, f'    api_name="/{endpoint}",', ")"])
    imports = "Client, handle_file" if pictures else "Client"
    return (
        f"# pip install gradio_client\nfrom gradio_client import {imports}\n\n"
        f'client = Client("{address}", download_files=False)\n{call}\nprint(answer)\n'
    )


def _python(value: object) -> str:
    """A value as Python writes it, with the quotes of this project."""
    return json.dumps(value) if isinstance(value, (str, list, dict)) else repr(value)


def _curl(endpoint: str, address: str, backbone: str) -> str:
    root = f"{address}/gradio_api"
    values = json.dumps([value for value, _ in _arguments(endpoint, backbone)])[1:-1]
    begin, data = "", shlex.quote(json.dumps({"data": []}))
    if endpoint in TAKES_PICTURES:
        begin = (
            "# Upload the picture; the answer is a list with its place on the server.\n"
            f"FILE=$(curl -sS -F 'files=@{PICTURE}' {root}/upload | cut -d '\"' -f 2)\n\n"
        )
        picture = '{"path": "\'"$FILE"\'", "meta": {"_type": "gradio.FileData"}}'
        data = f"'{{\"data\": [[{picture}], {values}]}}'"
    call = (
        f"EVENT=$(curl -sS -H 'Content-Type: application/json' -d {data} \\\n"
        f"  {root}/call/{endpoint} | cut -d '\"' -f 4)\n\n"
    )
    return (
        f"{begin}# Ask; the answer is the number of the question.\n{call}"
        "# Read the answer: the line that begins with data: is JSON, a list of one.\n"
        f"curl -sSN {root}/call/{endpoint}/$EVENT\n"
    )


def _plain(endpoint: str, address: str, backbone: str) -> str:
    upload, data = "", "[]"
    imports = "import json\nimport urllib.request\n"
    if endpoint in TAKES_PICTURES:
        imports = "import json\nimport urllib.request\nimport uuid\nfrom pathlib import Path\n"
        values = ", ".join(_python(value) for value, _ in _arguments(endpoint, backbone))
        data = f'[[{{"path": path, "meta": {{"_type": "gradio.FileData"}}}}], {values}]'
        upload = (
            f'\npicture, line = Path("{PICTURE}"), uuid.uuid4().hex\n'
            "head = (\n"
            "    f'--{line}\\r\\nContent-Disposition: form-data; name=\"files\"; '\n"
            "    f'filename=\"{picture.name}\"\\r\\n\\r\\n'\n"
            ")\n"
            'body = head.encode() + picture.read_bytes() + f"\\r\\n--{line}--\\r\\n".encode()\n'
            '(path,) = post("upload", body, f"multipart/form-data; boundary={line}")\n'
        )
    return (
        f'{imports}\nROOT = "{address}/gradio_api"\n\n\n'
        "def post(path, body, kind):\n"
        '    request = urllib.request.Request(f"{ROOT}/{path}", body, {"Content-Type": kind})\n'
        "    return json.load(urllib.request.urlopen(request))\n\n"
        f"{upload}\n"
        f'question = json.dumps({{"data": {data}}}).encode()\n'
        f'event = post("call/{endpoint}", question, "application/json")["event_id"]\n'
        f'with urllib.request.urlopen(f"{{ROOT}}/call/{endpoint}/{{event}}") as lines:\n'
        '    found = [line[6:] for line in lines if line.startswith(b"data: ")]\n'
        "(answer,) = json.loads(found[-1])\n"
        "print(json.dumps(answer, indent=2))\n"
    )
