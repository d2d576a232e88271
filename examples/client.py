"""Asks a running service what is in some files, again where it is busy: python examples/client.py FILE...

Needs httpx."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import httpx

BUSY = {429, 503}
MOST_TRIES = 5


def classify(client: httpx.Client, path: Path, **options: str | float) -> dict[str, Any]:
    """The answer for one file. Raises httpx.HTTPStatusError with the problem's own words."""
    for _ in range(MOST_TRIES):
        with path.open("rb") as file:
            response = client.post("/v1/classify", params=options, files={"file": (path.name, file)})
        if response.status_code not in BUSY:
            break
        time.sleep(float(response.headers.get("Retry-After", "1")))
    if response.is_error:
        problem = response.json()
        raise httpx.HTTPStatusError(
            f"{path.name}: {problem['title']}. {problem['detail']}", request=response.request, response=response
        )
    answer: dict[str, Any] = response.json()
    return answer


def main() -> None:
    url = os.environ.get("EARMARK_URL", "http://127.0.0.1:8000")
    key = os.environ.get("EARMARK_KEY")
    with httpx.Client(base_url=url, headers={"X-API-Key": key} if key else {}, timeout=120) as client:
        for path in map(Path, sys.argv[1:]):
            answer = classify(client, path, detail="segments")
            shares = ", ".join(f"{name} {share:.0%}" for name, share in answer["shares"].items() if share)
            print(f"{path.name}: {answer['label']} ({shares})")
            for segment in answer["segments"]:
                label = "/".join(filter(None, (segment["label"], segment["detail"])))
                print(f"  {segment['start']:8.1f} to {segment['end']:8.1f} s  {label}")


if __name__ == "__main__":
    main()
