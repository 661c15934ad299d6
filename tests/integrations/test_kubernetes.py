"""integrations/kubernetes: held against Kubernetes' schemas and Argo Rollouts' rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
from integration_files import documents
from shell_steps import Workspace

CRON_JOB, CLAIM = documents("kubernetes/cronjob.yaml")
(TEMPLATE,) = documents("kubernetes/analysistemplate.yaml")
RUN, VERDICT = TEMPLATE["spec"]["metrics"]
JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "run"},
    "spec": RUN["provider"]["job"]["spec"],
}
PODS = [
    CRON_JOB["spec"]["jobTemplate"]["spec"]["template"]["spec"],
    JOB["spec"]["template"]["spec"],
]


@pytest.mark.parametrize("resource", [CRON_JOB, CLAIM, JOB], ids=lambda resource: resource["kind"])
def test_the_schema_takes_it(resource: dict[str, Any]) -> None:
    """Kubernetes' own; a key that it does not know is refused, too."""
    kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("pod", PODS, ids=["CronJob", "AnalysisTemplate"])
def test_a_pod_may_do_little(pod: dict[str, Any]) -> None:
    """What the level "restricted" of Kubernetes' Pod Security Standards demands, and more."""
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["restartPolicy"] == "Never"
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]


def script(pod: dict[str, Any]) -> str:
    """Return what the shell of a pod runs."""
    return str(pod["containers"][0]["command"][2])


@pytest.mark.parametrize(("code", "job"), [(0, 0), (1, 1), (75, 0), (4, 1)])
def test_the_cron_job_fails_on_all_but_75(workspace: Workspace, code: int, job: int) -> None:
    """75 is told by the watch itself, once it lasts."""
    workspace.program("bin/knowngood", code)
    assert workspace.run(script(PODS[0]), ["sh"]).code == job


def test_runs_of_the_cron_job_do_not_pile_up() -> None:
    """One at a time, and none for ever."""
    assert CRON_JOB["spec"]["concurrencyPolicy"] == "Forbid"
    assert CRON_JOB["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] > 0


@pytest.mark.parametrize("code", [0, 1, 4])
def test_the_analysis_writes_the_code_down(workspace: Workspace, code: int) -> None:
    """And its Job ends well, since its own end is not what counts."""
    workspace.program("bin/knowngood", code)
    workspace.program("bin/curl")
    ended = workspace.run(
        script(PODS[1]), ["sh"], ENVIRONMENT="prod", RELEASE="v8", PUSHGATEWAY="http://gate"
    )
    assert ended.code == 0
    verify, push = ended.calls
    assert verify == ["knowngood", "verify", "--env=prod", "--release=v8"]
    assert push[-1] == "http://gate/metrics/job/knowngood/environment/prod"
    assert RUN["name"] in {metric["metricName"] for metric in TEMPLATE["spec"]["dryRun"]}


def test_the_analysis_verifies_again_on_75(workspace: Workspace) -> None:
    """Until it can tell."""
    workspace.program("bin/curl")
    workspace.program("bin/sleep")
    workspace.program("bin/knowngood", 75)
    program = workspace.folder / "bin" / "knowngood"
    second = "if [ -e asked ]; then exit 0; fi\ntouch asked\nexit 75\n"
    program.write_text(program.read_text().replace("exit 75\n", second))
    ended = workspace.run(
        script(PODS[1]), ["sh"], ENVIRONMENT="prod", RELEASE="v8", PUSHGATEWAY="http://gate"
    )
    assert ended.code == 0
    assert [call[0] for call in ended.calls] == ["knowngood", "curl", "sleep", "knowngood", "curl"]


def phase(result: Sequence[float]) -> str:
    """Return what Argo Rollouts makes of a measurement: the rule of its ``EvaluateResult``."""
    failed, succeeded = (
        bool(eval(VERDICT[condition], {"result": result}))  # noqa: S307 - ours
        for condition in ("failureCondition", "successCondition")
    )
    return "Failed" if failed else "Successful" if succeeded else "Inconclusive"


@pytest.mark.parametrize(
    ("code", "expected"),
    [(0, "Successful"), (1, "Failed"), (75, "Inconclusive")]
    + [(code, "Inconclusive") for code in (2, 3, 4, 5)],
)
def test_75_is_inconclusive_to_argo(code: int, expected: str) -> None:
    """It meets neither condition, and Argo pauses; only a FAILED aborts."""
    assert phase([float(code)]) == expected


def test_no_code_is_75() -> None:
    """Where the Job did not start, the query answers all the same."""
    query = re.sub(r"\{\{args\.(\w+)\}\}", r"\1", VERDICT["provider"]["prometheus"]["query"])
    whole = promql_parser.parse(query)
    assert str(whole.op) == "or"
    assert str(whole.rhs) == "vector(75)"
    assert str(whole.lhs).startswith("max(knowngood_exit_code{")


def test_no_code_of_an_earlier_attempt_is_read() -> None:
    """A code counts for as long as nothing is read at the beginning."""
    (age,) = re.findall(r"< (\d+)\n", VERDICT["provider"]["prometheus"]["query"])
    assert VERDICT["initialDelay"] == f"{age}s"


def test_the_first_clear_code_ends_the_analysis() -> None:
    """0 and 1 at once; before it is told Inconclusive, a Job has its time."""
    assert VERDICT["consecutiveSuccessLimit"] == 1
    assert VERDICT["failureLimit"] == 0
    assert (VERDICT["interval"], VERDICT["inconclusiveLimit"]) == ("15s", 120)
    assert JOB["spec"]["activeDeadlineSeconds"] > 15 * 120


def test_arguments_are_declared() -> None:
    """Each that is used, and none besides."""
    declared = {argument["name"] for argument in TEMPLATE["spec"]["args"]}
    assert set(re.findall(r"\{\{args\.(\w+)\}\}", str(TEMPLATE["spec"]["metrics"]))) == declared
