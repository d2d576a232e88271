"""Uses the image once while it is built: one that does not work is not made, and what runs gets its byte code."""

import array
import http.client
import json
import math
import os
import signal
import subprocess
import sys
import wave
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

EARMARK = str(Path(sys.executable).with_name("earmark"))
RATE, SECONDS = 16_000, 6
PATIENCE_SECONDS = 120


def main() -> None:
    with TemporaryDirectory() as folder:
        sound = Path(folder) / "first.wav"
        write_sound(sound)
        subprocess.run([EARMARK, "verify"], check=True, timeout=PATIENCE_SECONDS)  # noqa: S603 - our own words
        subprocess.run([EARMARK, "classify", str(sound)], check=True, timeout=PATIENCE_SECONDS)  # noqa: S603
        serve_once(sound)


def write_sound(path: Path) -> None:
    """A tone."""
    samples = (round(8_000 * math.sin(2 * math.pi * 440 * number / RATE)) for number in range(RATE * SECONDS))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array.array("h", samples).tobytes())


def serve_once(sound: Path) -> None:
    """From the start of the service over an answer to its end."""
    environment = {**os.environ, "EARMARK_HOST": "127.0.0.1", "EARMARK_PORT": "0"}
    command = [EARMARK, "serve"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            address = urlsplit(address_of(server)).netloc
            with closing(http.client.HTTPConnection(address, timeout=PATIENCE_SECONDS)) as connection:
                connection.request("POST", "/v1/classify?detail=summary", sound.read_bytes())
                answer = json.load(connection.getresponse())
            sys.stdout.write(f"{answer}\n")
            assert answer["audio"]["duration_seconds"] == SECONDS
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=PATIENCE_SECONDS)
            assert server.returncode == 0
        finally:
            server.kill()


def address_of(server: "subprocess.Popen[str]") -> str:
    assert server.stderr
    for line in server.stderr:
        entry = json.loads(line)
        if entry["message"] == "listening":
            address: str = entry["address"]
            return address
    raise AssertionError("the service ended before it listened")


if __name__ == "__main__":
    main()
