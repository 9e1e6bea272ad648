"""Posts orders and reports to the shop for some seconds, and prints the answers. Arguments: URL SECONDS."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import Request, urlopen

URL, SECONDS = sys.argv[1], float(sys.argv[2])
END = time.monotonic() + SECONDS
CLIENTS = 4
ORDER = {"item": "tea", "quantity": 2}

#: What was answered, and what went wrong.
Answers = tuple[list[dict[str, Any]], list[str]]


def post(path: str, body: dict[str, Any], pause: float) -> Answers:
    """Posts once, and again until the end, with a pause after each answer."""
    answers: list[dict[str, Any]] = []
    errors: list[str] = []
    while not (answers or errors) or time.monotonic() < END:
        request = Request(f"{URL}{path}", json.dumps(body).encode(), {"content-type": "application/json"})
        try:
            with urlopen(request, timeout=60) as answer:
                answers.append(json.load(answer))
        except OSError as error:
            errors.append(f"{path}: {error}")
        time.sleep(pause)
    return answers, errors


with ThreadPoolExecutor(CLIENTS + 1) as pool:
    clients = [pool.submit(post, "/orders/", ORDER, 0.05) for _ in range(CLIENTS)]
    clerk = pool.submit(post, "/reports/", {}, 3)
orders = [client.result() for client in clients]
reports, errors = clerk.result()
print(
    json.dumps(
        {
            "orders": [answer for answers, _ in orders for answer in answers],
            "reports": [report["id"] for report in reports],
            "errors": [*errors, *(error for _, errors in orders for error in errors)],
        }
    )
)
