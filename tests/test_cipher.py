from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from b24app.cipher import Cipher, DecryptionError


@pytest.fixture
def keys():
    return [Fernet.generate_key().decode() for _ in range(2)]


def test_what_was_sealed_with_any_key_can_be_opened(keys):
    old, new = keys

    assert Cipher([new, old]).decrypt(Cipher([old]).encrypt("secret")) == "secret"


def test_only_the_first_key_is_the_newest(keys):
    old, new = keys
    rotating = Cipher([new, old])

    assert rotating.is_newest(rotating.encrypt("secret"))
    assert not rotating.is_newest(Cipher([old]).encrypt("secret"))
    assert rotating.is_newest(rotating.rotate(Cipher([old]).encrypt("secret")))


def test_a_single_key_leaves_nothing_to_seal_anew(keys):
    assert not Cipher(keys[:1]).has_old_keys
    assert Cipher(keys).has_old_keys


@pytest.mark.parametrize("act", ["decrypt", "rotate"])
def test_what_no_key_opens_is_said_to_be_broken(keys, act):
    sealed = Cipher(keys[:1]).encrypt("secret")

    with pytest.raises(DecryptionError):
        getattr(Cipher(keys[1:]), act)(sealed)


def test_sealed_text_does_not_show_what_it_holds(keys):
    assert "secret" not in Cipher(keys).encrypt("secret")


def test_a_mark_stands_for_its_text_and_shows_nothing_of_it(keys):
    mark = Cipher(keys).mark("192.0.2.1")

    assert mark == Cipher(keys).mark("192.0.2.1")
    assert mark != Cipher(keys).mark("192.0.2.2")
    assert mark != Cipher(keys[1:]).mark("192.0.2.1")
    assert len(mark) == 64
