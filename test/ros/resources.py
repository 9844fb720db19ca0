"""What a process holds: memory, threads and file descriptors, as Linux tells it in /proc."""
import os
from typing import NamedTuple


class Held(NamedTuple):
    """resident: MB of memory. threads, descriptors: how many."""

    resident: float
    threads: int
    descriptors: int


def held(pid: int) -> Held:
    """What this process holds now."""
    folder = '/proc/{}/'.format(pid)
    return Held(resident(pid), len(os.listdir(folder + 'task')), len(os.listdir(folder + 'fd')))


def resident(pid: int) -> float:
    """MB of memory that this process holds now."""
    with open('/proc/{}/statm'.format(pid)) as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 1e6


def cpu_seconds(pid: int) -> float:
    """Seconds of a processor that this process has taken so far."""
    with open('/proc/{}/stat'.format(pid)) as file:
        fields = file.read().rpartition(')')[2].split()     # from the third on
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def catches(pid: int, signal_number: int) -> bool:
    """Whether this process has a handler of its own for a signal by now."""
    with open('/proc/{}/status'.format(pid)) as file:
        mask = next(line.split()[1] for line in file if line.startswith('SigCgt'))
    return bool(int(mask, 16) >> (signal_number - 1) & 1)
