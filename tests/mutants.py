"""Breaks the pure code in every small way and sees whether a test notices: `make mutants`.

mutmut makes the mutants, tells which tests pass through which function, and keeps what became of each: a run that was
stopped goes on where it was, and `mutmut show` and `mutmut browse` tell the rest. Its own loop starts pytest anew for
each mutant, which takes hours; here the tests are collected once, and each mutant is tried in a fork of that session,
the quickest tests first, up to the first that fails.

With names (`python tests/mutants.py 'mappings.linkage.*'`) the mutants of these that survived are tried again, for a
new test.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from itertools import pairwise
from math import ceil
from pathlib import Path

import pytest
from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.mutation import trampoline
from mutmut.mutation.data import SourceFileMutationData
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import change_cwd, copy_also_copy_files, copy_src_dir, setup_source_paths
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from mutmut.workers.isolation import get_mutant_runner

MEMORY = 4 * 1024**3
"""A mutant that collects without end fails when it has so many bytes."""
UNTESTED = 33
"""How mutmut writes down that no test runs a mutant."""


class Trials:
    """A plugin of pytest that tries mutants on the tests that were collected, instead of running these."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try each mutant, and write down at once what became of it."""
        from hypothesis import find, strategies  # noqa: PLC0415 - pytest wants to be the first to load it

        find(strategies.text(), bool)  # its tables are read once, not in every fork
        tests = {test.nodeid: test for test in session.items}
        gc.freeze()
        if _tried(session, "fail", session.items, 60) == 0:
            raise RuntimeError("The tests do not run on the mutants.")
        with change_cwd(".."):
            files = mutmut.collect_source_file_mutation_data(mutant_names=())[1]
        for path, file in files.items():
            for name in filter(lambda name: self._is_due(name, file), tuple(file.exit_code_by_key)):
                took = _tests_of(name)
                seconds = ceil(5 + 10 * sum(took.values()))
                quickest = [tests[test] for test in sorted(took, key=lambda test: (took[test], test))]
                file.exit_code_by_key[name] = _tried(session, name, quickest, seconds) if quickest else UNTESTED
                with change_cwd(".."):
                    file.save()
            print(path, flush=True)  # noqa: T201 - for the log, as it takes a while
        return True

    def _is_due(self, name: str, file: SourceFileMutationData) -> bool:
        code = file.exit_code_by_key[name]
        if not self.names:
            return code in (None, UNTESTED)
        return status_by_exit_code[code] != "killed" and any(fnmatch(name, pattern) for pattern in self.names)


def _tests_of(name: str) -> dict[str, float]:
    """The tests that pass through what a mutant breaks, and the seconds they take."""
    tests = state().tests_by_mangled_function_name[mangled_name_from_mutant_name(name)]
    return {test: state().duration_by_test[test] for test in tests}


def _tried(session: pytest.Session, name: str, tests: Sequence[pytest.Item], seconds: int) -> int:
    """How a process ends that runs the tests on a mutant: 0 when all of them pass, below it when time was up."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    trampoline.get_mutant_under_test = lambda: name  # asked at each call; the environment would take half of the time
    try:
        for test, following in pairwise([*tests, None]):
            session.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
            if session.testsfailed:
                os._exit(1)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, the mutant brought it about
        os._exit(1)


def main(names: Sequence[str]) -> int:
    """Make the mutants that are missing, see which tests run them, try them."""
    trampoline.set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    copy_src_dir()
    copy_also_copy_files()
    setup_source_paths()
    mutmut.create_mutants(1)
    mutmut.run_stats_collection(get_mutant_runner(1))
    trampoline.set_mutant_under_test("")
    options = ["--rootdir=.", "-qq", "--tb=no", "--assert=plain"]  # nobody reads how a test failed
    selection = [*config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection]
    with change_cwd("mutants"):
        return pytest.main([*options, *selection], plugins=[Trials(names)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
