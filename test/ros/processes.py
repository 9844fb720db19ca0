"""Ends what a test has started."""


def end(processes):
    """Kill those that still run, and close their pipes."""
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in filter(None, (process.stdout, process.stderr)):
            pipe.close()    # a second communicate() fails on Python 3.6
