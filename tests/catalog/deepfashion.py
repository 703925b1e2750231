"""Small DeepFashion folders, written as the published ones are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

CATEGORIES = ["Anorak 1", "Blazer 1", "Jeans 2", "Dress 3"]
LABELS = [
    "a-line 3", "abstract 1", "abstract print 1", "acid wash 2", "boho 5", "bow back 4",
]  # fmt: skip
FINE_LABELS = [
    "floral 1", "solid 1", "long_sleeve 2", "sleeveless 2", "v_neckline 4", "no_neckline 4",
]  # fmt: skip
# picture, category (from 1), labels, box, split
Row = tuple[str, int, Sequence[int], str, str]
ROWS: list[Row] = [
    ("img/Warm-1_Anorak/img_00000001.jpg", 1, (-1, 1, 1, -1, -1, -1), "10 10 50 50", "train"),
    ("img/Warm-1_Anorak/img_00000002.jpg", 1, (-1, -1, -1, -1, 1, -1), "0 0 60 60", "val"),
    ("img/Blue_Jeans/img_00000001.jpg", 3, (-1, -1, -1, 1, 0, -1), "5 0 30 60", "test"),
    ("img/Boho_Dress/img_00000001.jpg", 4, (1, 0, 1, 0, 1, 1), "0 0 0 0", "train"),
]


def counted(header: str, rows: Sequence[str]) -> str:
    return "\n".join([str(len(rows)), header, *rows]) + "\n"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def draw_pictures(root: Path, names: Sequence[str]) -> None:
    """Each picture in Img/img/..., 60 x 60 pixels, no two alike."""
    for number, name in enumerate(names):
        path = root / "Img" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (60, 60), (number * 7 % 256, 90, 200 - number % 200)).save(path, "JPEG")


def coarse_lists(anno: Path, partition: Path, rows: Sequence[Row] = ROWS) -> None:
    """The six lists of the Category and Attribute Prediction benchmark."""
    attributes = [f"{r[0]:<70}" + " ".join(f"{v:2}" for v in r[2]) for r in rows]
    lists = {
        "list_category_cloth.txt": counted(
            "category_name  category_type",
            [" ".join(line.split()[:-1]).ljust(20) + line.split()[-1] for line in CATEGORIES],
        ),
        "list_category_img.txt": counted(
            "image_name  category_label", [f"{row[0]:<70}{row[1]}" for row in rows]
        ),
        "list_attr_cloth.txt": counted(
            "attribute_name  attribute_type",
            [" ".join(line.split()[:-1]).ljust(30) + line.split()[-1] for line in LABELS],
        ),
        "list_attr_img.txt": counted("image_name  attribute_labels", attributes),
        "list_bbox.txt": counted(
            "image_name  x_1  y_1  x_2  y_2", [f"{row[0]:<70}{row[3]}" for row in rows]
        ),
    }
    for name, text in lists.items():
        write(anno / name, text)
    status = [f"{row[0]:<70}{row[4]}" for row in rows]
    write(partition / "list_eval_partition.txt", counted("image_name evaluation_status", status))


def coarse(root: Path, anno: str = "Anno", rows: Sequence[Row] = ROWS) -> Path:
    """The coarse benchmark with its pictures."""
    coarse_lists(root / anno, root / "Eval", rows)
    draw_pictures(root, [row[0] for row in rows])
    return root


def many_rows(each: int) -> list[Row]:
    """`each` pictures of every category, in all splits, boxed, with labels that differ."""
    return [
        (
            f"img/Category_{category}/img_{number:08d}.jpg",
            category,
            [1 if (number + place) % 3 == 0 else -1 for place in range(len(LABELS))],
            "10 10 50 50",
            ("train", "train", "train", "val", "test")[number % 5],
        )
        for category in range(1, len(CATEGORIES) + 1)
        for number in range(each)
    ]


FINE = {
    "train": [("img/A/1.jpg", "1 0 1 0 1 0", 1, "5 5 50 50"),
              ("img/A/2.jpg", "1 1 0 1 0 1", 2, "0 0 60 60")],
    "val": [("img/B/1.jpg", "0 1 0 1 1 0", 4, "1 2 30 40")],
    "test": [("img/C/1.jpg", "0 0 1 0 0 1", 3, "0 0 20 20")],
}  # fmt: skip


def fine(root: Path) -> Path:
    """The fine annotations: lists without a header, one of each kind per split."""
    anno = root / "Anno_fine"
    write(anno / "list_category_cloth.txt", counted("category_name category_type", CATEGORIES))
    write(anno / "list_attr_cloth.txt", counted("attribute_name attribute_type", FINE_LABELS))
    for split, rows in FINE.items():
        for column, suffix in enumerate(("", "_attr", "_cate", "_bbox")):
            lines = [str(row[column]) for row in rows]
            write(anno / f"{split}{suffix}.txt", "\n".join(lines) + "\n")
    draw_pictures(root, [row[0] for rows in FINE.values() for row in rows])
    return root


INSHOP = [
    ("img/WOMEN/Dresses/id_00000002/02_1_front.jpg", "id_00000002", "train", 3),
    ("img/WOMEN/Dresses/id_00000002/02_2_side.jpg", "id_00000002", "train", 3),
    ("img/MEN/Denim/id_00000005/01_1_front.jpg", "id_00000005", "query", 2),
    ("img/MEN/Denim/id_00000005/01_4_full.jpg", "id_00000005", "gallery", 2),
]


def inshop(root: Path, rows: Sequence[tuple[str, str, str, int]] = INSHOP) -> Path:
    """The In-shop benchmark with its pictures."""
    status = [f"{name:<70}{item} {status}" for name, item, status, _ in rows]
    header = "image_name item_id evaluation_status"
    write(root / "Eval" / "list_eval_partition.txt", counted(header, status))
    boxes = [f"{name} {worn} 1 006 008 054 056" for name, _, _, worn in rows]
    header = "image_name clothes_type pose_type x_1 y_1 x_2 y_2"
    write(root / "Anno" / "list_bbox_inshop.txt", counted(header, boxes))
    draw_pictures(root, [row[0] for row in rows])
    return root
