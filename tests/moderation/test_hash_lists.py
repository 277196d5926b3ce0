import pytest

from annotations.core.errors import Invalid
from annotations.moderation.hash_lists import read_hashes

A, B = "0f" * 32, "A1" * 32


def read(text: str, most: int = 100) -> tuple[list[str], int]:
    found = read_hashes(text.encode().splitlines(keepends=True), most)
    return [found.hashes[n : n + 32].hex() for n in range(0, len(found.hashes), 32)], found.left_out


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}\n",
        f"hash,quality\n{A},90\r\n{B},50\r\n",
        f"# from somebody\n\n{A} 88\n{B}\t100\n{A}",
        f"\ufeff{A};77;a note\n{B.lower()}",
    ],
)
def test_text_and_csv_are_read(text: str) -> None:
    assert read(text) == ([A, B.lower()], 0)


def test_hashes_of_little_quality_are_left_out_and_counted() -> None:
    assert read(f"{A},49\n{B},50") == ([B.lower()], 1)


def code_and_message(text: str, most: int = 100) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        read(text, most)
    return caught.value.code, caught.value.message


def test_what_is_no_hash_is_named_by_its_lines() -> None:
    code, message = code_and_message(f"{A}\n{A[:-1]}\n{B}\nzz{A[2:]}\n{A},101\n")
    assert code == "list_unreadable"
    assert "line 2, 4, 5." in message


def test_only_the_first_wrong_lines_are_named() -> None:
    _, message = code_and_message("x\n" * 5000)
    assert "line 1, 2, 3, 4, 5 and more." in message


@pytest.mark.parametrize("text", ["", "# nothing\n\n", f"{A},10\n"])
def test_a_file_without_a_hash_is_refused(text: str) -> None:
    assert code_and_message(text)[0] == "list_empty"


def test_too_many_hashes_are_refused() -> None:
    text = "\n".join(f"{n:064x}" for n in range(6))
    assert code_and_message(text, most=5)[0] == "list_too_long"
    assert len(read(text, most=6)[0]) == 6


def test_one_endless_line_and_bytes_that_are_no_text_are_refused_as_such() -> None:
    for content in (b"f" * 5_000_000, bytes(range(256)) * 50):
        with pytest.raises(Invalid) as caught:
            read_hashes([content], 10)
        assert caught.value.code == "list_unreadable"
