"""Limits that a process takes upon itself before it reads what a stranger brought."""


def limit_this_process(memory_bytes: int, processor_seconds: int) -> None:
    """Address space and processor time; where the system has no such limits, the clock remains."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, processor_seconds)):
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            continue
