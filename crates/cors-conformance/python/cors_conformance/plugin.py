"""The fixture for pytest."""

import os
import shlex

import pytest

from cors_conformance import Nonconforming, NotJudged, conformance


@pytest.fixture
def cors_conformance(request):
    """Runs the suite on an application or a URL; the test fails with the program's report."""
    file, _, test = request.node.nodeid.partition("::")
    # The id has the path from the root of the tests, the user stands somewhere else.
    test = f"{os.path.relpath(str(request.node.fspath))}::{test}" if file and test else request.node.nodeid
    rerun = f"pytest {shlex.quote(test)}"

    def run(app_or_url, policy, *, path="/", args=(), any_status=False):
        __tracebackhide__ = True
        try:
            return conformance(app_or_url, policy, path=path, args=args, any_status=any_status, rerun=rerun)
        except (Nonconforming, NotJudged) as error:
            report = str(error)
        # Not within `except`: pytest would show the error, which is the report, as its cause.
        pytest.fail(report, pytrace=False)

    return run
