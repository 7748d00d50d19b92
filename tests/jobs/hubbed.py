"""A worker that lets GitHub do its jobs, in a hurry."""

from lifetracer import settings, warehouse
from lifetracer.jobs import worker
from lifetracer.jobs.elsewhere import WORKFLOWS, placed
from lifetracer.jobs.stages import STAGES

if __name__ == "__main__":
    rhythm = worker.Rhythm(heartbeat=0.5, stalled=3, sweep=1, patience=3)
    there = {stage: placed(STAGES, "github")[stage] for stage, _ in WORKFLOWS}
    with warehouse.open(settings.load()) as opened:
        worker.Worker(opened, there, slots=4, keeps_schedule=False, rhythm=rhythm).run()
