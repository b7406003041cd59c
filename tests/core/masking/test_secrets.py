"""What is taken for a secret: by its shape, or by the word before it in seven languages."""

import pytest

from agent.core.masking.hidden import hide, hide_all


@pytest.mark.parametrize(
    "said",
    [
        "password: Hund42x!",
        "My password is Hund42x!",
        "my password for the shop is Hund42x!",
        'The password is "sunflower"',
        "Mein Passwort lautet Hund42x!",
        "Kennwort: Hund42x!",
        "mot de passe : Hund42x!",
        "Mi contraseña es Hund42x!",
        "Mijn wachtwoord is Hund42x!",
        "A minha senha é Hund42x!",
        "La mia password è Hund42x!",
        "user/pw mara77 Hund42x! pw: Hund42x!",
        "log in with https://mara:Hund42x!@shop.example/",
        "Password:\n Hund42x!",
    ],
)
def test_a_password_is_hidden(said: str) -> None:
    shown = hide(said)

    assert "Hund42x" not in shown
    assert "sunflower" not in shown
    assert "[password]" in shown


@pytest.mark.parametrize(
    "said",
    [
        "My password is wrong.",
        "I forgot my password: please reset it for me",
        "Password reset for order 40-2291",
        "The password was changed on 2026-11-03.",
        "Is my password mara@example.org?",
        "Passwort vergessen! Bestellung 40-2291 hängt.",
        "My boarding pass 12 is gone",
        "Open the link: https://shop.example/reset to get a password",
        "I was charged for 5 tokens: ShinyCoins",
        "Your order code is 123456",
    ],
)
def test_talk_about_passwords_stays(said: str) -> None:
    assert hide(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "Your verification code is 402913.",
        "Il mio codice di sicurezza è 402913",
        "Mein PIN ist 4029",
        "cvv 402",
        "Einmalcode: 40 29 13",
    ],
)
def test_a_one_time_code_is_hidden(said: str) -> None:
    shown = hide(said)

    assert "402" not in shown
    assert "[code]" in shown


@pytest.mark.parametrize(
    "key",
    [
        "sk-" + "aB3" * 8,
        "sk_live_" + "aB3" * 8,
        "ghp_" + "aB3" * 12,
        "github_pat_" + "aB3" * 12,
        "xoxb-1234567890-" + "aB3" * 4,
        "AKIA" + "ABCD" * 4,
        "AIza" + "aB3" * 12,
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYXJhIn0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\naB3aB3\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_a_key_is_known_by_its_shape(key: str) -> None:
    assert hide(f"I use {key} for it.") == "I use [token] for it."


def test_a_password_is_hidden_where_it_stands_alone_too() -> None:
    shown = hide_all(("My password is Hund42x!", "I typed Hund42x! twice."))

    assert shown[1] == "I typed [password] twice."


def test_a_word_that_holds_a_password_stays() -> None:
    assert hide_all(("password: hund42", "see dachshund42"))[1] == "see dachshund42"
