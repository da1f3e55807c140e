"""The fixture for pytest."""

import pytest

from cors_conformance import Nonconforming, NotJudged, conformance


@pytest.fixture
def cors_conformance():
    """Runs the suite on an application or a URL; the test fails with the program's report."""

    def run(app_or_url, policy, *, path="/", args=()):
        __tracebackhide__ = True
        try:
            return conformance(app_or_url, policy, path=path, args=args)
        except (Nonconforming, NotJudged) as error:
            pytest.fail(str(error), pytrace=False)

    return run
