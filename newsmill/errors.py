"""The one error a person is expected to hint: shown as a single line, exit code 2."""


class UserError(Exception):
    """A path, setting, taxonomy or SQL model that is wrong.

    Args:
        where: the file, field or option that is wrong, as the user would find it.
        problem: what is wrong with it.
        hint: what to do.
    """

    def __init__(self, where: str, problem: str, hint: str) -> None:
        super().__init__(f"{where}: {problem}; {hint}")
        self.where, self.problem, self.hint = where, problem, hint
