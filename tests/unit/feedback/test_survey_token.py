"""Is a survey link genuine, unguessable, free of personal data, and still good after a key was replaced?"""

import secrets
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.domain.survey_token import NoSurveyKey, SurveyKeyWeak, SurveyTokens, UnknownToken, hash_token

OLD, NEW = "a" * 64, "b" * 64
EXPIRES = datetime(2026, 12, 24, 12, 30, 15, 999, tzinfo=UTC)
SEED = bytes(range(16))


def test_a_token_says_when_it_expires_and_nothing_else() -> None:
    tokens = SurveyTokens([OLD])
    token = tokens.make(SEED, EXPIRES)
    read = tokens.read(token)
    assert (read.hash, read.expires_at) == (hash_token(token), EXPIRES.replace(microsecond=0))
    payload = urlsafe_b64decode(token.split(".")[0] + "==")
    assert len(payload) == 16 + 6


def test_tokens_of_two_seeds_or_two_keys_share_nothing_random() -> None:
    made = {SurveyTokens([key]).make(secrets.token_bytes(16), EXPIRES)[:21] for key in (OLD, NEW) for _ in range(500)}
    assert len(made) == 1000


@given(st.integers(0, 200), st.sampled_from("ABCxyz019-_."))
def test_a_token_with_any_other_character_is_nobodys(place: int, letter: str) -> None:
    tokens = SurveyTokens([OLD])
    token = tokens.make(SEED, EXPIRES)
    forged = token[: place % len(token)] + letter + token[place % len(token) + 1 :]
    if forged != token:
        with pytest.raises(UnknownToken):
            tokens.read(forged)


@pytest.mark.parametrize("token", ["", ".", "a.b", "x" * 500, "ü.ü", "....", "YQ.YQ", "\n"])
def test_what_is_no_token_is_nobodys(token: str) -> None:
    with pytest.raises(UnknownToken):
        SurveyTokens([OLD]).read(token)


def test_links_of_the_old_key_work_until_it_is_taken_away() -> None:
    token = SurveyTokens([OLD]).make(SEED, EXPIRES)
    both = SurveyTokens([OLD, NEW])
    assert both.read(token).hash == hash_token(token)
    assert both.remake(SEED, EXPIRES, hash_token(token)) == token
    assert both.make(SEED, EXPIRES) != token
    for refused in (
        lambda: SurveyTokens([NEW]).read(token),
        lambda: SurveyTokens([NEW]).remake(SEED, EXPIRES, hash_token(token)),
    ):
        with pytest.raises(UnknownToken):
            refused()


def test_a_key_file_must_be_there_and_strong(tmp_path: Path) -> None:
    with pytest.raises(NoSurveyKey):
        SurveyTokens.load(tmp_path / "nothing.key")
    (tmp_path / "weak.key").write_text("short\n")
    with pytest.raises(SurveyKeyWeak):
        SurveyTokens.load(tmp_path / "weak.key")
    (tmp_path / "two.key").write_text(f"{OLD}\n{NEW}\n")
    assert SurveyTokens.load(tmp_path / "two.key").make(SEED, EXPIRES) == SurveyTokens([NEW]).make(SEED, EXPIRES)
