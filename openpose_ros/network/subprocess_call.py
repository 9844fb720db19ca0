"""Calling a function in a process of its own.

What needs TensorFlow only once (converting, measuring) is done so: its half gigabyte would stay in
the process that looks at images for good.
"""
import ctypes
import importlib
import json
import os
import signal
import subprocess
import sys
from typing import Any

from tqdm import tqdm

from openpose_ros.body import Body
from openpose_ros.network.errors import ModelError
from openpose_ros.network.models.catalogue import Model, Pixels

_PR_SET_PDEATHSIG = 1   # linux/prctl.h


def call(title: str, function: str, model: Model, *arguments: Any) -> Any:
    """What 'module:function' returns for the model and arguments (that JSON can hold).

    title: what a person who waits is shown. Raises ModelError with what went wrong there.
    """
    with tqdm(desc=title, total=1, disable=None, bar_format='{desc} {elapsed}'):
        result = subprocess.run(
            [sys.executable, '-m', __name__, function], env=dict(
                os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
            input=json.dumps([model._replace(sources=(), float32=None, int8=None),
                              arguments]).encode(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode:
        lines = result.stderr.decode(errors='replace').strip().split('\n')
        raise ModelError(lines[-1][:400] or '{} ended with {}'.format(function, result.returncode))
    return json.loads(result.stdout.decode().strip().split('\n')[-1])


def _answer(function: str) -> int:
    """Read what :func:`call` writes, print what the function returns."""
    _end_with_parent()
    fields, arguments = json.load(sys.stdin)
    model = Model(*fields)
    model = model._replace(body=Body(*model.body), outputs=tuple(model.outputs),
                           pixels=Pixels(*model.pixels) if model.pixels else None)
    module, name = function.split(':')
    try:
        print('\n' + json.dumps(getattr(importlib.import_module(module), name)(model, *arguments)))
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _end_with_parent():
    """Let this process be killed when the one that called it ends, however that ends."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (AttributeError, OSError):   # not on Linux
        pass


if __name__ == '__main__':
    sys.exit(_answer(sys.argv[1]))
