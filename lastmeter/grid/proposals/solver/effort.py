"""How hard a search tries, counted in work done: on a busy machine it takes longer and comes to the same answer."""

import time
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

PATIENCE = 20  # times the seconds of work that the clock on the wall may show: the machine may stand still


@dataclass(slots=True)
class Clock:
    """Seconds of work: the processor time of this thread, and CP-SAT's own count of what its threads have done."""

    solved: float = 0.0

    def now(self) -> float:
        """Seconds since some moment."""
        return time.thread_time() + self.solved


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds of work (about those of a quiet machine), threads and the seed; the clock is that of the whole call."""

    seconds: float
    workers: int
    seed: int
    clock: Clock = field(default_factory=Clock)

    def solve(self, cp: cp_model.CpModel) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
        """CP-SAT told so: the solver with its answer, and its status."""
        solver = cp_model.CpSolver()
        solver.parameters.max_deterministic_time = self.seconds
        solver.parameters.max_time_in_seconds = self.seconds * PATIENCE
        solver.parameters.num_workers = self.workers
        solver.parameters.random_seed = self.seed
        status = solver.solve(cp)
        self.clock.solved += solver.response_proto.deterministic_time
        return solver, status
