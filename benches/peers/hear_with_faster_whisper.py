"""faster-whisper as a peer of `warmline bench hear`: one JSON request a line in, one JSON answer a line out.

Request:  {"wav": PATH of 16 kHz mono 16-bit PCM, "language": "en", "prompt": TEXT or null}
Answer:   {"text": TEXT, "ms": MILLISECONDS}   (decoding the file is not counted)

Whisper base in int8 with beam 1, as its authors recommend for CPUs; on the given number of threads.
"""

import json
import sys
import time
import wave

import numpy
from faster_whisper import WhisperModel


def samples_of(path):
    with wave.open(path, "rb") as file:
        assert file.getframerate() == 16000 and file.getnchannels() == 1 and file.getsampwidth() == 2, path
        return numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(numpy.float32) / 32768.0


def main():
    folder, threads = sys.argv[1], int(sys.argv[2])
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads, num_workers=1)
    print(json.dumps({"ready": "faster-whisper"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        samples = samples_of(request["wav"])
        began = time.perf_counter()
        segments, _ = model.transcribe(
            samples,
            language=request["language"],
            initial_prompt=request.get("prompt"),
            beam_size=1,
            condition_on_previous_text=False,
        )
        text = "".join(segment.text for segment in segments).strip()
        milliseconds = (time.perf_counter() - began) * 1000.0
        print(json.dumps({"text": text, "ms": milliseconds}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
