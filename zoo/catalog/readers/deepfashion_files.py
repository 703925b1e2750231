"""Where the published DeepFashion folders keep their lists and pictures."""

from __future__ import annotations

from pathlib import Path

from zoo.errors import CatalogError

COARSE = ("", "Anno", "Anno_coarse", "Anno/Anno_coarse", "Eval")
FINE = ("Anno_fine", "Anno/Anno_fine")
PARTITION = "list_eval_partition.txt"
CATEGORIES = "list_category_cloth.txt"
CATEGORY_OF = "list_category_img.txt"
FINE_NAMES = "train.txt"
PICTURES = "img"  # what all names in the lists begin with
CLOTHES_TYPES = {"1": "upper", "2": "lower", "3": "full"}


def find(root: Path, name: str, folders: tuple[str, ...] = COARSE) -> Path | None:
    """The list of that name, in the first of the folders that has it."""
    places = (root / folder / name for folder in folders)
    return next((place for place in places if place.is_file()), None)


def require(root: Path, name: str, folders: tuple[str, ...] = COARSE) -> Path:
    """As `find`; CatalogError when it is nowhere."""
    found = find(root, name, folders)
    if found is None:
        places = ", ".join(f"{folder}/" for folder in folders if folder)
        raise CatalogError(f"{root}: no {name}; it should lie in one of {places}")
    return found


def picture_folder(root: Path) -> str:
    """The folder, relative to `root`, to which the names in the lists are relative."""
    for folder in ("Img", ""):
        if (root / folder / PICTURES).is_dir():
            return folder
    raise CatalogError(
        f"{root}: no folder Img/{PICTURES} with the pictures; unpack {PICTURES}.zip in Img"
    )


def is_deepfashion(root: Path) -> bool:
    """Whether any DeepFashion benchmark lies here, so that its folders are no classes."""
    lists = (find(root, PARTITION), find(root, CATEGORY_OF), find(root, FINE_NAMES, FINE))
    return any(found is not None for found in lists)
