"""What a process holds: memory, threads and file descriptors, as Linux tells it in /proc."""
import os
from typing import NamedTuple, Tuple


class Held(NamedTuple):
    """MB of memory: resident; of that what is the process's own (heap, stacks, data), pages of files
    (programs and models, once they have been read) and of memory that others share; and all of the
    shared segments that are mapped, read or not. threads, descriptors: how many.
    """

    resident: float
    own: float
    files: float
    shared: float
    mapped: float
    threads: int
    descriptors: int


def held(pid: int) -> Held:
    """What this process holds now."""
    folder = '/proc/{}/'.format(pid)
    return Held(resident(pid), *memory(pid), mapped=mapped(pid),
                threads=len(os.listdir(folder + 'task')),
                descriptors=len(os.listdir(folder + 'fd')))


def memory(pid: int) -> Tuple[float, float, float]:
    """(own, files, shared) MB of resident memory; see Held."""
    with open('/proc/{}/status'.format(pid)) as file:
        kilobytes = dict(line.split()[:2] for line in file if line.startswith('Rss'))
    return tuple(int(kilobytes[name]) * 1024e-6 for name in ('RssAnon:', 'RssFile:', 'RssShmem:'))


def mapped(pid: int) -> float:
    """MB of the segments of shared memory that this process has mapped."""
    with open('/proc/{}/maps'.format(pid)) as file:
        ends = [line.split()[0].split('-') for line in file if '/dev/shm/' in line]
    return sum(int(end, 16) - int(begin, 16) for begin, end in ends) * 1e-6


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
