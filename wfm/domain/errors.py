"""One error family a room. Every message says what happened, the values, and what to do next."""


class WfmError(Exception):
    """Base of every error that is shown to a person as one sentence, never as a traceback."""


class BadInput(WfmError):
    """A value from outside cannot be used: a setting, an argument, a file."""


class ScopeDenied(WfmError):
    """The principal may not see the thing asked for, or it does not exist (never say which)."""


class PermissionDenied(WfmError):
    """The role lacks the permission, whatever the thing asked for."""


class MissingFacts(WfmError):
    """A figure needs data that has not arrived; the message names the feed."""


class ForbiddenDrill(WfmError):
    """A measure has no such dimension: abandoned contacts have no agent, idle time no queue."""


class BatchConflict(WfmError):
    """Two deliveries carry the same batch id with different content; both are kept."""


class StaleWrite(WfmError):
    """Somebody else changed the row since it was read, or a lease ran out."""


class GateRefused(WfmError):
    """A schedule whose simulated service falls short, or that was not simulated, and no reason."""


class InfeasibleSchedule(WfmError):
    """Rules contradict each other; the message names agent, rule and dates."""


class JobCancelled(WfmError):
    """A person asked the job to stop; what was complete is kept."""


class OldSchema(WfmError):
    """The database was written by an older program version and has to be upgraded first."""
