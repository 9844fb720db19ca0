"""Looks up known vulnerabilities of the pinned versions: audit.py REQUIREMENTS...

Ends with status 1 where one is found, and where the look-up fails for another reason than that its
list of vulnerabilities (OSV) is out of reach. That is said and ends with status 0.
"""
import json
import os
import subprocess
import sys

ANSWER_WITHIN = 10   # s, for each answer of OSV
OUT_OF_REACH = ('ConnectionError', 'ConnectTimeout', 'ReadTimeout', 'NameResolutionError',
                'ProxyError')


def audit(path):
    """What pip-audit, which lies beside this Python, says of a requirements file."""
    return subprocess.run(
        [os.path.join(os.path.dirname(sys.executable), 'pip-audit'), '--requirement', path,
         '--require-hashes', '--disable-pip', '--vulnerability-service', 'osv', '--timeout',
         str(ANSWER_WITHIN), '--format', 'json', '--progress-spinner', 'off'],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)


def judge(returncode, output, errors):
    """('ok', 'found', 'skipped' or 'failed', lines to show) of one run of pip-audit."""
    try:
        dependencies = json.loads(output)['dependencies']
    except (ValueError, KeyError, TypeError):
        last = (errors.strip().splitlines() or ['pip-audit said nothing'])[-1]
        kind = last.split(':')[0]   # of a traceback's last line, the exception's name
        return 'skipped' if kind.endswith(OUT_OF_REACH) else 'failed', [last]
    found = ['{name} {version}: {ids}'.format(
        name=dependency['name'], version=dependency['version'],
        ids=', '.join(vulnerability['id'] for vulnerability in dependency['vulns']))
        for dependency in dependencies if dependency.get('vulns')]
    if found:
        return 'found', found
    if returncode or not dependencies:
        return 'failed', ['pip-audit ended with {} on {} dependencies'.format(
            returncode, len(dependencies))]
    return 'ok', ['{} dependencies, no known vulnerability'.format(len(dependencies))]


def main(paths):
    """Audit these files; the exit code."""
    outcomes = []
    for path in paths:
        result = audit(path)
        outcome, lines = judge(result.returncode, result.stdout, result.stderr)
        outcomes.append(outcome)
        for line in lines:
            print('{}: {}: {}'.format(path, outcome, line))
        if outcome == 'skipped':
            print('SKIPPED: the list of known vulnerabilities is out of reach')
            break
    return int('found' in outcomes or 'failed' in outcomes)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
