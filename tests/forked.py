"""Work in several processes at once: each is forked, waits for the others, does its part and tells what came of it."""

import gc
import json
import os
import traceback


def forked(work, processes=4):
    """Run `work(number)` in so many forked processes that start together, and answer what each of them returned, as JSON.

    Nothing that is open survives a fork: each child opens its own, and the parent closes its own before.
    """
    gate = os.pipe()
    children = [_child(work, number, gate) for number in range(processes)]
    os.close(gate[0])
    os.close(gate[1])  # the children read the end of the pipe, and start
    answers = []
    for pid, reading in children:
        with os.fdopen(reading) as told:
            answers.append(json.loads(told.read()))
        os.waitpid(pid, 0)
    failed = [answer["failed"] for answer in answers if "failed" in answer]
    assert not failed, failed[0]
    return [answer["done"] for answer in answers]


def _child(work, number, gate):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        gc.disable()  # it would close what is the parent's
        os.close(gate[1])
        os.read(gate[0], 1)
        answer = {"done": work(number)}
    except BaseException:  # noqa: BLE001 - whatever it is, the parent tells it
        answer = {"failed": traceback.format_exc()}
    with os.fdopen(writing, "w") as telling:
        telling.write(json.dumps(answer))
    os._exit(0)
