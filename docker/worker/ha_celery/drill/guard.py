"""Undoes the changes of a drill whose command no longer renews its Lease.

It runs in a pod without this package, so it needs only Python. It ends when everything is undone. Its Job
then expires, and Kubernetes deletes all objects that the Job owns.
"""

import json
import os
import pathlib
import ssl
import sys
import time
import urllib.error
import urllib.request
from typing import Any

POLL_SECONDS = 5.0
#: The command renews its Lease every 15 s.
SILENT_SECONDS = 45.0
#: The object is gone, may no longer be changed, or no longer has the drill's mark.
DONE = (403, 404, 422)
#: Of a change, a conflict with another one, which may be repeated. Of a deletion, that it has begun.
CONFLICT = 409
#: The readiness probe checks for this file, so that a drill begins only if its guard reaches the API server.
WATCHING = pathlib.Path("/tmp/watching")  # noqa: S108 - the pod has one process
ACCOUNT = pathlib.Path("/var/run/secrets/kubernetes.io/serviceaccount")


class Api:
    """Kubernetes, as the pod's ServiceAccount."""

    def __init__(self) -> None:
        """Trust the cluster's authority, even if its certificate lacks what Python 3.13 requires."""
        host = os.environ["KUBERNETES_SERVICE_HOST"]
        address = f"[{host}]" if ":" in host else host
        self._url = f"https://{address}:{os.environ['KUBERNETES_SERVICE_PORT']}"
        self._tls = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
        self._tls.verify_flags &= ~ssl.VERIFY_X509_STRICT

    def send(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Send a request, and return the answer."""
        headers = {
            # Kubernetes replaces the token from time to time.
            "Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}",
            "Content-Type": "application/json-patch+json" if method == "PATCH" else "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, headers, method=method)  # noqa: S310 - https
        with urllib.request.urlopen(request, timeout=10, context=self._tls) as answer:  # noqa: S310 - https
            loaded: dict[str, Any] = json.load(answer)
            return loaded


class Silence:
    """Seconds since the command last renewed its Lease, counted in polls that found it unchanged.

    Polls without an answer of the API do not count, because the command cannot renew its Lease then.
    Clocks do not matter.
    """

    def __init__(self, holder: str) -> None:
        """Watch the Lease of this holder."""
        self._holder = holder
        self._renewed = ""
        self.seconds = 0.0

    def count(self, lease: dict[str, Any]) -> None:
        """Count one poll, which found this Lease, or {} if there is none."""
        spec = lease.get("spec", {})
        renewed = spec.get("renewTime", "") if spec.get("holderIdentity") == self._holder else ""
        self.seconds = 0.0 if renewed and renewed != self._renewed else self.seconds + POLL_SECONDS
        self._renewed = renewed


def wait_for_silence(api: Api, lease: str, holder: str) -> None:
    """Return when the command has been silent for too long."""
    silence = Silence(holder)
    while silence.seconds < SILENT_SECONDS:
        try:
            silence.count(api.send("GET", lease))
            WATCHING.touch()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                silence.count({})
            else:
                print(f"GET {lease}: {error.code}", flush=True)
        except OSError as error:
            print(f"no answer: {error}", flush=True)
        time.sleep(POLL_SECONDS)


def is_done(api: Api, request: dict[str, Any]) -> bool:
    """Send a request, and return whether there is no reason to repeat it."""
    what = f"{request['method']} {request['path']}"
    try:
        api.send(request["method"], request["path"], request.get("body"))
    except urllib.error.HTTPError as error:
        print(f"{what}: {error.code}", flush=True)
        return error.code in DONE or (error.code == CONFLICT and request["method"] == "DELETE")
    except OSError as error:
        print(f"{what}: {error}", flush=True)
        return False
    print(f"{what}: undone", flush=True)
    return True


def undo(api: Api, changes: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Send the requests of each change in order, and return those that are left."""
    left = []
    for requests in changes:
        remaining = list(requests)
        while remaining and is_done(api, remaining[0]):
            del remaining[0]
        if remaining:
            left.append(remaining)
    return left


def main(lease: str, holder: str, config_map: str) -> None:
    """Wait until the command is silent, then undo the changes that the ConfigMap lists."""
    api = Api()
    wait_for_silence(api, lease, holder)
    data = api.send("GET", config_map).get("data", {})
    changes = [json.loads(data[key]) for key in sorted(data, key=int)]
    while changes := undo(api, changes):
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:4])
