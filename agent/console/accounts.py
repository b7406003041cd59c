"""Who may sign in: accounts made, changed and removed, each change in the record."""

from dataclasses import dataclass, replace

from agent.access_port import AccessBook
from agent.audit_port import AuditEntry, AuditKind, AuditLog
from agent.console.passwords import LONGEST, SHORTEST, hash_of
from agent.core.access import THIS_MACHINE, Account, Role
from agent.errors import InputError
from agent.ports import Clock

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The team's accounts. `by` is the person who changes them.

    What is to change is recorded first: nothing is changed that the record does not tell.
    """

    book: AccessBook
    record: AuditLog
    clock: Clock
    by: str

    def add(self, name: str, role: Role, password: str | None) -> Account:
        """A new account; no `password`: for single sign-on only.

        Raises:
            InputError: there is one of that name, or name or password cannot be used.
        """
        _check_name(name)
        if self.book.account(name) is not None:
            raise InputError(
                f"there is an account {name!r} already; 'sidenote users role' and 'users password' "
                "change it"
            )
        hashed = _hashed(password)
        now = self.clock.now()
        account = Account(name=name, role=role, created_at=now, password=hashed)
        self._tell("added", account)
        self.book.save_account(account)
        return account

    def change_role(self, name: str, role: Role) -> Account:
        """The account with another role, at once, also where they are signed in.

        Raises:
            InputError: there is no such account, or nobody would be left to administer.
        """
        account = self._account(name)
        if role is not Role.ADMIN:
            self._keep_an_admin(account)
        changed = replace(account, role=role)
        self._tell("role", changed)
        self.book.save_account(changed)
        return changed

    def change_password(self, name: str, password: str | None) -> Account:
        """The account with another password; whoever is signed in with it no longer is."""
        account = self._account(name)
        changed = replace(account, password=_hashed(password))
        self._tell("password", changed)
        self.book.remove_account(name)  # ends the sessions
        self.book.save_account(changed)
        return changed

    def remove(self, name: str) -> None:
        """Remove it and end its sessions. Raises InputError, as `change_role` does."""
        account = self._account(name)
        self._keep_an_admin(account)
        self._tell("removed", account)
        self.book.remove_account(name)

    def _account(self, name: str) -> Account:
        account = self.book.account(name)
        if account is None:
            raise InputError(f"there is no account {name!r}; 'sidenote users list' shows all")
        return account

    def _keep_an_admin(self, account: Account) -> None:
        others = [each for each in self.book.accounts() if each.name != account.name]
        if others and not any(each.role is Role.ADMIN for each in others):
            raise InputError(
                f"{account.name} is the only admin; give another account that role first"
            )

    def _tell(self, what: str, account: Account) -> None:
        content = {"by": self.by, "what": what, "name": account.name, "role": account.role.word}
        entry = AuditEntry(kind=AuditKind.ACCOUNT, content=content)
        self.record.append_audit(entry, self.clock.now())


def _hashed(password: str | None) -> str:
    if password is None:
        return ""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(
            f"a password has at least {SHORTEST} characters and at most {LONGEST}; several words "
            "are easier to remember"
        )
    return hash_of(password)


def _check_name(name: str) -> None:
    if not name or len(name) > LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise InputError("a name has 1 to 100 printable characters, with no space around it")
    if name == THIS_MACHINE:
        raise InputError(f"{name!r} is who signs in with the one-time link; choose another name")
