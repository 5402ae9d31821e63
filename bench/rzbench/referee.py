"""Speak to the referees: the model as plain text, their placement as an assignment.

Brokers and partitions are numbered in the snapshot's order; drained and dead brokers are left out,
so that a replica on one of them is simply gone.
"""


def numbering(snapshot):
    """([broker ids], [zone index of each])."""
    brokers, zones = [], []
    for index, (_, members) in enumerate(sorted(snapshot.eligible().items())):
        brokers += members
        zones += [index] * len(members)
    return brokers, zones


def model_lines(snapshot):
    brokers, zones = numbering(snapshot)
    number = {broker: index for index, broker in enumerate(brokers)}
    yield f"{len(brokers)} {max(zones) + 1} {len(snapshot.partitions)}"
    yield " ".join(map(str, zones))
    for p in snapshot.partitions:
        current = [number[broker] for broker in p.replicas if broker in number]
        yield " ".join(map(str, [len(p.replicas), p.size_bytes, len(current), *current]))


def reassignment(snapshot, placed):
    """placed: broker numbers a partition. Kept replicas stay in order, new ones follow."""
    brokers, _ = numbering(snapshot)
    rows = []
    for p, numbers in zip(snapshot.partitions, placed, strict=True):
        chosen = [brokers[number] for number in numbers]
        kept = [broker for broker in p.replicas if broker in chosen]
        target = kept + [broker for broker in chosen if broker not in kept]
        rows.append({"topic": p.topic, "partition": p.number, "replicas": target})
    return {"version": 1, "partitions": rows}
