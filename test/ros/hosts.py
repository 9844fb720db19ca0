"""Hosts in a network of their own within this machine: namespaces joined by a switch.

Each host has its own network, its own /dev/shm and its own machine-id, as real machines have, so
that nothing goes through shared memory that would not between machines. All of it lives as long as
its holder processes do, which end with this process, however that ends.
"""
import os
import shutil
import subprocess
import sys
import uuid
from typing import List, Sequence

_PROGRAMS = ('ip', 'nsenter', 'unshare')
_BAD_LINK = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'bad_link.py')

# The holder's script; $1 is the host's machine-id. Without it, or with the one of this machine,
# Fast DDS would take the hosts for one.
_OF_ITS_OWN = """set -e
mount -t tmpfs tmpfs /dev/shm
if [ -e /etc/machine-id ]; then
    echo "$1" > /dev/shm/machine-id
    mount --bind /dev/shm/machine-id /etc/machine-id
fi
ip link set lo up
echo ready
exec cat"""


def why_not() -> str:
    """Why there can be no hosts on this machine; '' where there can."""
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        return 'there is no {} (apt-get install iproute2 util-linux)'.format(', '.join(missing))
    if subprocess.call(['unshare', '--net', '--mount', 'true'], stderr=subprocess.DEVNULL):
        return 'namespaces cannot be made: that needs root'
    return ''


class Host:
    """A machine of a Network."""

    def __init__(self, machine_id: str) -> None:
        """machine_id: 32 hexadecimal digits."""
        self._processes = []
        self._holder = subprocess.Popen(
            ['unshare', '--net', '--mount', 'sh', '-c', _OF_ITS_OWN, 'sh', machine_id],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._holder.stdout.readline() != b'ready\n':
            self.close()
            raise OSError('a host could not be made')

    @property
    def pid(self) -> int:
        """A process that is within."""
        return self._holder.pid

    @property
    def prefix(self) -> List[str]:
        """What to write before a command so that it runs here, in the folder / (which is not that
        of the sources, so that the installed package is the one that runs)."""
        return ['nsenter', '--target={}'.format(self.pid), '--net', '--mount']

    def call(self, *command) -> None:
        """Run a command here; subprocess.CalledProcessError where it fails."""
        subprocess.check_call(self.prefix + [str(word) for word in command])

    def start(self, command: Sequence[str], log: str, environment=()) -> subprocess.Popen:
        """Run a command here until close(); what it prints goes to the file `log`."""
        with open(log, 'w', encoding='utf-8') as file:
            self._processes.append(subprocess.Popen(
                self.prefix + list(command), stdout=file, stderr=subprocess.STDOUT,
                env=dict(os.environ, PYTHONUNBUFFERED='1', **dict(environment))))
        return self._processes[-1]

    def close(self) -> None:
        """End what runs here; the host vanishes with it."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self._holder.stdin.close()
        self._holder.wait()
        self._holder.stdout.close()


class Network:
    """A switch, and the hosts at it: to be used in a `with` statement."""

    def __init__(self) -> None:
        self._switch = Host(uuid.uuid4().hex)
        self._hosts, self._links = [], {}
        self._switch.call('ip', 'link', 'add', 'bridge', 'type', 'bridge', 'mcast_snooping', 0)
        self._switch.call('ip', 'link', 'set', 'bridge', 'up')

    def __enter__(self) -> 'Network':
        return self

    def __exit__(self, *_) -> None:
        for link in self._links.values():
            link.close()
        for host in self._hosts + [self._switch]:
            host.close()

    def host(self, machine_id: str = '') -> Host:
        """A host more; machine_id: 32 hexadecimal digits (default: one that nobody else has)."""
        host = Host(machine_id or uuid.uuid4().hex)
        self._hosts.append(host)
        self._switch.call('ip', 'link', 'add', self._port(host), 'type', 'veth',
                          'peer', 'name', 'eth0', 'netns', host.pid)
        self._plug_in(host)
        return host

    def host_at_bad_link(self, delay: float, loss: float, seed: int = 1) -> Host:
        """A host more, whose frames come late (s) and of which a share gets lost, either way."""
        host = Host(uuid.uuid4().hex)
        self._hosts.append(host)
        self._links[host] = BadLink(self._switch, self._port(host), host, seed)
        self._plug_in(host)
        self._links[host].set(delay, loss)
        return host

    def cut(self, host: Host) -> None:
        """Pull the plug of a host."""
        self._switch.call('ip', 'link', 'set', self._port(host), 'down')

    def join(self, host: Host) -> None:
        """Put the plug in again."""
        self._switch.call('ip', 'link', 'set', self._port(host), 'up')

    def limit(self, host: Host, megabits: int) -> None:
        """Let at most this many Mbit/s through to a host, and as many from it."""
        rate = ('root', 'tbf', 'rate', '{}mbit'.format(megabits), 'burst', '128k',
                'latency', '50ms')
        self._switch.call('tc', 'qdisc', 'replace', 'dev', self._port(host), *rate)
        host.call('tc', 'qdisc', 'replace', 'dev', 'eth0', *rate)

    def _port(self, host):
        return 'port{}'.format(self._hosts.index(host) + 1)

    def _plug_in(self, host):
        self._switch.call('ip', 'link', 'set', self._port(host), 'master', 'bridge', 'up')
        address = '10.77.0.{}'.format(self._hosts.index(host) + 1)
        host.call('ip', 'address', 'add', address + '/24', 'dev', 'eth0')
        host.call('ip', 'link', 'set', 'eth0', 'up')
        host.call('ip', 'route', 'add', 'default', 'dev', 'eth0')    # for multicast, too


class BadLink:
    """A link that delays frames and loses some: by the kernel where it can, else bad_link.py."""

    def __init__(self, switch: Host, port: str, host: Host, seed: int) -> None:
        self._ends = [(switch, port), (host, 'eth0')]
        self._process = None
        if kernel_has_netem(switch):
            switch.call('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0',
                        'netns', host.pid)
            return
        self._process = subprocess.Popen(
            switch.prefix + [sys.executable, _BAD_LINK, port, 'far', str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
        if self._process.stdout.readline() != 'ready\n':
            self.close()
            raise OSError('a link could not be made: is there /dev/net/tun?')
        switch.call('ip', 'link', 'set', 'far', 'netns', host.pid, 'name', 'eth0')

    def set(self, delay: float, loss: float) -> None:
        """From now on frames take `delay` s longer and the share `loss` is lost, either way."""
        if self._process is not None:
            self._process.stdin.write('{} {}\n'.format(delay, loss))
            self._process.stdin.flush()
            return
        for host, device in self._ends:
            host.call('tc', 'qdisc', 'replace', 'dev', device, 'root', 'netem', 'limit', 100000,
                      'delay', '{}ms'.format(1e3 * delay), 'loss', '{}%'.format(100. * loss))

    def close(self) -> None:
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()


def kernel_has_netem(host: Host) -> bool:
    """Whether the kernel can delay and lose packets by itself."""
    return not subprocess.call(host.prefix + ['tc', 'qdisc', 'replace', 'dev', 'lo', 'root',
                                              'netem'], stderr=subprocess.DEVNULL)
