"""Does sealed text open for its own row only, and under every key of the file?"""

from pathlib import Path

import pytest

from feedback.store.text_seal import NoTextKey, TextKeyWeak, TextSeal, TextUnreadable

OLD, NEW = "o" * 64, "n" * 64
PLAIN = "配送太慢 / too slow".encode()


def test_what_was_sealed_opens_and_never_looks_the_same_twice() -> None:
    seal = TextSeal([OLD])
    sealed = seal.seal(PLAIN, "case_note/1")
    assert seal.open(sealed, "case_note/1") == PLAIN
    assert PLAIN not in sealed
    assert seal.seal(PLAIN, "case_note/1") != sealed


def test_a_new_first_key_seals_and_the_old_one_still_opens() -> None:
    before, after = TextSeal([OLD]), TextSeal([NEW, OLD])
    assert after.open(before.seal(PLAIN, "row"), "row") == PLAIN
    assert TextSeal([NEW]).open(after.seal(PLAIN, "row"), "row") == PLAIN
    with pytest.raises(TextUnreadable, match="put its line back"):
        before.open(after.seal(PLAIN, "row"), "row")


@pytest.mark.parametrize("place", [0, 8, 20, -1])
def test_a_changed_byte_does_not_open(place: int) -> None:
    seal = TextSeal([OLD])
    sealed = bytearray(seal.seal(PLAIN, "row"))
    sealed[place] ^= 1
    with pytest.raises(TextUnreadable):
        seal.open(bytes(sealed), "row")


def test_a_text_moved_to_another_row_does_not_open() -> None:
    seal = TextSeal([OLD])
    with pytest.raises(TextUnreadable, match="another row"):
        seal.open(seal.seal(PLAIN, "case_note/1"), "case_note/2")


def test_a_file_without_a_good_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.key"
    with pytest.raises(NoTextKey, match="GUANXI_TEXT_KEY_FILE"):
        TextSeal.load(path)
    for content in ("", "short", f"{OLD}\nshort"):
        path.write_text(content)
        with pytest.raises(TextKeyWeak, match="openssl"):
            TextSeal.load(path)
    path.write_text(f"{NEW}\n{OLD}\n")
    assert TextSeal.load(path).open(TextSeal([OLD]).seal(PLAIN, "row"), "row") == PLAIN
