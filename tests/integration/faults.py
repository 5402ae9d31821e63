#!/usr/bin/env python3
"""Moves that are disturbed, on real brokers: the rows of the fault matrix.

    faults.py --rezone PATH [--dir DIR] [--version V] [--seed N] [--full | --only SCENARIO]

All scenarios share one cluster and one load. Each is judged in full: ordered lists, leaders, every
ISR, all dynamic configs, nothing listed, the journal finished. At the end every record that was
acknowledged meanwhile must be there. fault_matrix.py says which scenario stands for which row.
"""

import argparse
import random
import sys
import tempfile
from dataclasses import dataclass
from typing import Callable

import faults_brokers
import faults_limits
import faults_operator
import faults_others
import judge
import workload
from faults_world import (FILL_BYTES, OPERATOR_CONFIGS, RECORDS_PER_S, STATIC_CONFIGS, World,
                          main_topics)
from rig import Results, Rig
from small_disk import enter_namespace


@dataclass(frozen=True)
class Scenario:
    run: Callable
    full: bool = False        # only with --full or --only
    small_disk: bool = False  # needs a disk whose size can be changed


SCENARIOS = {
    "rollback-0": Scenario(faults_operator.rollback_at(0)),
    "rollback-30": Scenario(faults_operator.rollback_at(30)),
    "rollback-70": Scenario(faults_operator.rollback_at(70)),
    "rollback-100": Scenario(faults_operator.rollback_at(100), full=True),
    "kill-resume": Scenario(faults_operator.kill_resume),
    "interrupted": Scenario(faults_operator.interrupted, full=True),
    "cancelled-elsewhere": Scenario(faults_operator.cancelled_elsewhere),
    "suspended": Scenario(faults_operator.suspended, full=True),
    "clock-jumps": Scenario(faults_operator.clock_jumps, full=True),
    "topics-changed": Scenario(faults_others.topics_changed),
    "foreign-moves": Scenario(faults_others.foreign_moves),
    "answers-lost": Scenario(faults_brokers.answers_lost),
    "broker-killed": Scenario(faults_brokers.broker_killed),
    "broker-dead-before": Scenario(faults_brokers.broker_dead_before, full=True),
    "broker-never-back": Scenario(faults_brokers.broker_never_back, full=True),
    "broker-killed-in-sync": Scenario(faults_brokers.broker_killed_in_sync, full=True),
    "leader-killed": Scenario(faults_brokers.leader_killed, full=True),
    "cancel-refused": Scenario(faults_brokers.cancel_refused, full=True),
    "controller-killed": Scenario(faults_brokers.controller_killed),
    "rolling-restart": Scenario(faults_brokers.rolling_restart, full=True),
    "kept-replica-stopped": Scenario(faults_brokers.kept_replica_stopped, full=True),
    "written-faster": Scenario(faults_limits.written_faster_than_copied, full=True),
    "throttle-1-mb": Scenario(faults_limits.throttled_to_1_mb, full=True),
    "disk-too-small": Scenario(faults_limits.disk_too_small, full=True, small_disk=True),
    "disk-full": Scenario(faults_limits.disk_full, full=True, small_disk=True),
    "many-partitions": Scenario(faults_limits.many_partitions, full=True),
}


def all_records(rig, results):
    report = rig.load.finish()
    results.check(f"the producer met no error in {report['acknowledged']} records",
                  [report["first_error"]] if report["failed"] else [])
    verified = rig.verify_records()
    results.check(f"all {verified['acknowledged']} acknowledged records are there",
                  judge.record_faults(verified))


def chosen(options):
    return options.only or [name for name, s in SCENARIOS.items() if options.full or not s.full]


def run_scenarios(names, world, results):
    for name in names:
        if SCENARIOS[name].small_disk and not world.rig.small_disks:
            print(f"skip  {name}: this machine lets nobody mount a tmpfs", flush=True)
            continue
        failed = results.failed
        results.scenario(name, SCENARIOS[name].run, world)
        if results.failed > failed and name != names[-1]:
            results.scenario(f"mending after {name}", world.mend)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rezone", required=True, help="the program to test")
    parser.add_argument("--dir", default=None, help="working folder; its old content is deleted")
    parser.add_argument("--version", default="4.3.1", help="Kafka's version")
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    parser.add_argument("--full", action="store_true", help="every scenario, which takes long")
    parser.add_argument("--only", action="append", choices=sorted(SCENARIOS), help="may be repeated")
    options = parser.parse_args()
    disks = [faults_limits.SMALL_BROKER] if enter_namespace() else []
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"      seed {seed}", flush=True)
    results = Results()
    with Rig(options.dir or tempfile.mkdtemp(prefix="rezone-faults-"), options.rezone) as rig:
        rig.start_cluster(options.version, workload.ZONES, extra=STATIC_CONFIGS, proxied=True,
                          small_disks=disks)
        rig.oracle("create", spec=main_topics())
        rig.oracle("configure", spec=OPERATOR_CONFIGS)
        rig.start_load(sorted(main_topics()), FILL_BYTES, RECORDS_PER_S)
        world = World(rig, results, seed)
        run_scenarios(chosen(options), world, results)
        results.scenario("records", all_records, rig, results)
    return results.finish()


if __name__ == "__main__":
    sys.exit(main())
