"""A worker that lets GitHub do its jobs, in a hurry."""

from lifetracer import settings, warehouse
from lifetracer.jobs import worker
from lifetracer.jobs.elsewhere import placed
from lifetracer.jobs.stages import STAGES

if __name__ == "__main__":
    rhythm = worker.Rhythm(heartbeat=0.5, stalled=3, sweep=1, patience=3)
    with warehouse.open(settings.load()) as opened:
        worker.Worker(opened, placed(STAGES, "github"), slots=4, keeps_schedule=False, rhythm=rhythm).run()
