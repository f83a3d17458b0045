"""The error for what the user can fix: shown as one line, exit code 2."""


class UserError(Exception):
    """A path, setting, taxonomy, SQL model or other input of the user is wrong.

    Args:
        where: the file, field or option that is wrong, under the name the user knows.
        problem: what is wrong with it.
        hint: how to fix it.
    """

    def __init__(self, where: str, problem: str, hint: str) -> None:
        super().__init__(f"{where}: {problem}; {hint}")
        self.where, self.problem, self.hint = where, problem, hint
