from pathlib import Path

from outcomes import counts, differing, expected_failures, node_id, not_compared, outcomes, problems

REPORT = """<testsuites><testsuite>
<testcase classname="t.integration.test_canvas.test_chain" name="test_passes"/>
<testcase classname="t.integration.test_canvas.test_chain" name="test_fails"><failure/></testcase>
<testcase classname="t.integration.test_canvas.test_chain" name="test_subtests"><failure/></testcase>
<testcase classname="t.integration.test_canvas.test_chain" name="test_subtests"/>
</testsuite></testsuites>"""


def test_a_test_passes_if_all_of_its_subtests_pass(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    found = outcomes(report)
    assert found == {
        "test_canvas.test_chain.test_passes": "passed",
        "test_canvas.test_chain.test_fails": "failure",
        "test_canvas.test_chain.test_subtests": "failure",
    }
    assert counts(found) == "2 failure, 1 passed"


def test_no_difference_is_no_problem() -> None:
    both = {"a": "passed", "b": "failure", "c": "skipped"}
    assert problems(both, both, {}, complete=True) == []


def test_a_test_that_fails_with_plain_celery_is_named() -> None:
    plain = {"a": "passed", "b": "failure", "c": "skipped", "d": "error"}
    assert not_compared(plain) == [
        "b fails with plain Celery and is not compared.",
        "d fails with plain Celery and is not compared.",
    ]


def test_a_difference_is_a_problem_unless_it_is_listed() -> None:
    plain, ours = {"a": "passed", "b": "passed"}, {"a": "passed", "b": "skipped"}
    assert problems(plain, ours, {"b": "reason"}, complete=True) == []
    assert problems(plain, ours, {}, complete=True) == [
        "b passes with plain Celery, but not with ha_celery (skipped). Fix it,"
        " or add it to tests/celery/expected_failures.toml with the reason."
    ]


def test_a_list_is_for_the_releases_that_it_names() -> None:
    lists = {"5.6 5.7": {"a": "reason"}, "5.6": {"b": "another"}}
    assert expected_failures(lists, "5.6") == {"a": "reason", "b": "another"}
    assert expected_failures(lists, "5.7") == {"a": "reason"}
    assert expected_failures(lists, "5.5") == {}


def test_a_test_that_did_not_run_is_a_difference() -> None:
    [problem] = problems({"a": "passed", "b": "passed"}, {"a": "passed"}, {}, complete=True)
    assert "b passes with plain Celery, but not with ha_celery (not run)" in problem


def test_a_listed_test_that_passes_is_a_problem() -> None:
    both = {"a": "passed"}
    assert problems(both, both, {"a": "reason"}, complete=False) == [
        "a is in tests/celery/expected_failures.toml, but passes. Remove it from the file."
    ]


def test_a_listed_test_that_does_not_exist_is_a_problem_of_the_complete_run() -> None:
    both = {"a": "passed"}
    assert problems(both, both, {"old": "reason"}, complete=False) == []
    assert "the suite has no such test" in problems(both, both, {"old": "reason"}, complete=True)[0]


def test_a_selection_of_no_test_is_a_problem(tmp_path: Path) -> None:
    nothing = outcomes(tmp_path / "pytest-did-not-begin.xml")
    for complete in (True, False):
        assert problems(nothing, nothing, {}, complete=complete) == [
            "No test ran with plain Celery: SELECTION matches none, or pytest could not begin. See the logs."
        ]


def test_nothing_that_passes_is_a_problem() -> None:
    fails, passes = {"a": "skipped"}, {"a": "passed"}
    for complete in (True, False):
        assert problems(fails, passes, {}, complete=complete) == [
            "No test passed with plain Celery, so nothing was compared. See the logs."
        ]


def test_what_passes_with_plain_celery_only_can_be_selected() -> None:
    plain = {"a": "passed", "b": "passed", "c": "failure", "d": "passed", "e": "passed"}
    ours = {"a": "passed", "b": "failure", "c": "failure", "d": "skipped"}
    assert differing(plain, ours, {"d": "reason"}) == ["b", "e"]
    assert (
        node_id("test_tasks.test_tasks.test_add[a.b]")
        == "t/integration/test_tasks.py::test_tasks::test_add[a.b]"
    )
    assert node_id("test_worker.test_run_worker") == "t/integration/test_worker.py::test_run_worker"
