"""What audit, plan, compare and estimate say of the committed fixtures.

    test_golden.py PROGRAM            compares with tests/golden/
    test_golden.py PROGRAM --accept   writes them anew; read the difference before you commit it

Audits are compared byte for byte. Plans depend on the solver where several are equally good, so
only what is proven is kept of them. Text, JSON and HTML must agree, and JSON must be as
docs/schemas/ says, with no field that is not there.
"""

import html.parser
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from schemas import validate

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = sorted((ROOT / "tests/fixtures").glob("*.json"))
GOLDEN = ROOT / "tests/golden"
PROGRAM = "rezone"
ACCEPT = False

STATES = ["offline", "read_only", "under_replicated", "untouched"]
# Fixture and policy; those that can be planned, with something to prove.
PLANS = [
    ("demo-before", []),
    ("demo-before", ["--target-rf", "4"]),
    ("rf1", ["--target-rf", "2"]),
    ("rf2", []),
    ("rf3-min2", []),
    ("rf4", []),
    ("three-zones", []),
    ("hostile", []),
]


def rezone(*words, code=(0,)):
    done = subprocess.run([PROGRAM, *map(str, words)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    if done.returncode not in code:
        raise AssertionError(f"{words}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


class Page(html.parser.HTMLParser):
    """Tables by caption, and everything that a browser might act upon."""

    VOID = {"meta", "br"}

    def __init__(self, text):
        super().__init__()
        self.tables, self.tags, self.handlers, self.links = {}, [], [], []
        self.text, self.open = [], []
        self.caption = self.row = self.cell = None
        self.feed(text)
        self.close()

    def handle_startendtag(self, tag, attributes):
        self.note(tag, attributes)

    def handle_starttag(self, tag, attributes):
        self.note(tag, attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "caption":
            self.caption = ""
        elif tag == "tr":
            self.row = []
        elif tag in ("td", "th"):
            self.cell = ""

    def note(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name.startswith("on"):
                self.handlers.append(name)
            if name in ("src", "href", "xlink:href", "action"):
                self.links.append(value)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")
        if tag == "caption":
            self.tables.setdefault(self.caption, [])
        elif tag in ("td", "th"):
            self.row.append(self.cell)
            self.cell = None
        elif tag == "tr":
            self.tables[self.caption].append(self.row)

    def handle_data(self, data):
        self.text.append(data)
        if self.cell is not None:
            self.cell += data
        elif self.open and self.open[-1] == "caption":
            self.caption += data


def number(text):
    return int(re.sub(r"[, ]", "", text))


def printable(name):
    """As the program shows it: control characters are never passed on."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "?", name)


def text_table(text, first):
    """Rows of a text table below the header that begins with @first, by their cells."""
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(first))
    rows = []
    for line in lines[at + 1:]:
        if not line.strip():
            break
        rows.append(re.split(r" {2,}", line.strip()))
    return rows


class GoldenTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def compare(self, name, text):
        path = GOLDEN / name
        if ACCEPT:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return
        self.assertTrue(path.exists(), f"{path} is missing; --accept writes it")
        self.assertEqual(path.read_text(), text, f"{name}: --accept if this is intended")

    def audit(self, fixture, *options):
        """Text, JSON and page of one audit."""
        page = self.folder / "page.html"
        snapshot = ROOT / f"tests/fixtures/{fixture}.json"
        text = rezone("audit", snapshot, *options, code=(0, 1))
        document = json.loads(rezone("audit", snapshot, *options, "--json", "--html", page,
                                     code=(0, 1)))
        return text, document, page.read_text()

    def plan(self, fixture, options):
        """A plan's file, its JSON, its text and its page."""
        path, page = self.folder / "plan.json", self.folder / "plan.html"
        snapshot = ROOT / f"tests/fixtures/{fixture}.json"
        document = json.loads(rezone("plan", snapshot, *options, "-o", path, "--json", "--html",
                                     page))
        return path, document, rezone("plan", snapshot, *options, "-o", path), page.read_text()

    def run_page(self, fixture):
        """The page of a run whose directory names the fixture's topics."""
        path, document, _, _ = self.plan(fixture, [])
        (self.folder / "status.json").write_text(json.dumps({
            "format": "rezone-status", "version": 1, "state": "running", "phase": "running",
            "plan_id": document["plan_id"], "partitions_total": 1, "partitions_done": 1,
            "zone_safe": {"<b>az1": 1}, "throttle_bytes_per_s": 1000000, "pid": None,
            "updated_at": "2026-11-22T10:00:09Z"}))
        topic = json.loads(path.read_text().splitlines()[1])
        events = [{"at": f"2026-11-22T10:00:0{second}.000Z", "event": "partition",
                   "topic": topic["topic"], "partition": topic["moves"][0]["partition"],
                   "state": state, "why": "<i>", "back": False}
                  for second, state in ((1, "sent"), (2, "moving"), (6, "done"))]
        (self.folder / "events.ndjson").write_text(
            "".join(json.dumps(event) + "\n" for event in events) + '{"at":"torn')
        (self.folder / "journal").write_text("")
        page = self.folder / "run.html"
        rezone("status", self.folder, "--html", page)
        return page.read_text()

    def test_pages_of_runs(self):
        page = Page(self.run_page("demo-before"))
        self.assert_harmless(page)
        rows = {row[0]: row for row in page.tables["Topics over time"][1:]}
        self.assertEqual(rows["__consumer_offsets"][1:], ["2", "1", "0 s", "-"])
        self.assertEqual(rows["orders"][2:], ["0", "-", "-"])

    def assert_harmless(self, page):
        self.assertFalse({"script", "iframe", "object", "embed", "img", "link", "b"} &
                         set(page.tags), "foreign markup")
        self.assertEqual(page.handlers, [])
        self.assertEqual(page.links, [], "the page asks for something from elsewhere")
        self.assertEqual(page.open, [], "unclosed elements")
        self.assertNotRegex("".join(page.text), "[\x00-\x08\x0b-\x1f\x7f-\x9f]")

    def test_fixtures_are_snapshots_as_the_schema_says(self):
        self.assertGreaterEqual(len(FIXTURES), 11)
        for fixture in FIXTURES:
            for line in fixture.read_text().splitlines():
                validate("snapshot-line", json.loads(line))

    def test_audits(self):
        for fixture in FIXTURES:
            with self.subTest(fixture=fixture.stem):
                text, document, page = self.audit(fixture.stem)
                self.compare(f"audit/{fixture.stem}.txt", text)
                self.compare(f"audit/{fixture.stem}.json", json.dumps(document, indent=1) + "\n")
                self.compare(f"audit/{fixture.stem}.html", page)
                validate("audit", document)

    def test_what_if(self):
        """A preview is the audit of what the plan would leave, and says so."""
        before = self.audit("demo-before")[1]
        text, document, page = self.audit("demo-before", "--what-if", "target-rf=4")
        validate("audit", document)
        self.assertTrue(before["unsafe"])
        self.assertFalse(document["unsafe"])
        self.assertIn("target-rf=4 would leave it: 22 new replicas", document["what_if"])
        self.assertIn(document["what_if"], text)
        self.assertIn(document["what_if"], "".join(Page(page).text))
        self.assertEqual(document["partitions_total"], before["partitions_total"])
        self.assertEqual(sum(b["replicas"] for b in document["brokers"]),
                         sum(b["replicas"] for b in before["brokers"]) + 11)
        snapshot = ROOT / "tests/fixtures/demo-before.json"
        for wrong in ("target-rf=none", "colour=blue", "="):
            rezone("audit", snapshot, "--what-if", wrong, code=(2,))
        rezone("audit", snapshot, "--what-if", "target-rf=9", code=(1,))

    def test_audits_agree_with_themselves(self):
        for fixture in FIXTURES:
            with self.subTest(fixture=fixture.stem):
                text, document, page = self.audit(fixture.stem)
                page = Page(page)
                self.assert_harmless(page)
                wanted = [[printable(z["zone"]), *(z[s] for s in STATES)]
                          for z in document["zone_loss"]]
                in_page = page.tables["Partitions by what the loss of a zone would make of them"]
                self.assertEqual([[r[0], *map(number, r[1:])] for r in in_page[1:]], wanted)
                in_text = [r for r in text_table(text, "if lost now") if r[0].startswith("zone ")]
                self.assertEqual([[r[0][5:], *map(number, r[1:])] for r in in_text], wanted)
                wanted = [[b["broker"], b["replicas"], b["leaders"]] for b in document["brokers"]]
                for rows in (page.tables["Replicas by broker"][1:], text_table(text, "broker ")):
                    self.assertEqual([[number(r[0]), number(r[3]), number(r[4])] for r in rows],
                                     wanted)
                for group in document["unsafe_groups"]:
                    self.assertIn(printable(group["text"]), text)
                    self.assertIn(printable(group["text"]), "".join(page.text))
                self.assertEqual(document["unsafe"], "UNSAFE" in text)
                for zone in document["zone_loss"]:
                    self.assertEqual(sum(zone[s] for s in STATES), document["partitions_total"])

    def test_hostile_names_stay_text(self):
        self.assert_harmless(Page(self.run_page("hostile")))
        text, document, page = self.audit("hostile")
        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f]", "escapes reach the terminal")
        self.assertNotIn("<script>alert", page)
        self.assertIn("&lt;script&gt;alert", page)
        name = document["zone_loss"][0]["worst_topics"][0]["topic"]
        self.assertIn("\x1b", name, "JSON must carry the name as it is")
        self.assertIn(printable(name), "".join(Page(page).text))
        _, _, text, page = self.plan("hostile", [])
        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        self.assert_harmless(Page(page))

    def test_plans(self):
        for fixture, options in PLANS:
            with self.subTest(fixture=fixture, options=options):
                path, document, text, page = self.plan(fixture, options)
                validate("plan-summary", document)
                for line in path.read_text().splitlines():
                    validate("plan-line", json.loads(line))
                page = Page(page)
                self.assert_harmless(page)
                words = "".join(page.text)
                totals = document["totals"]
                for place in (text, words):
                    self.assertRegex(place, rf"\b{totals['partitions_changed']} of "
                                            rf"{totals['partitions']} partitions change")
                    self.assertIn(f"{totals['leaders_changed']} leaders change", place)
                tiers = {row[0]: row for row in page.tables[
                    "What was reached, and what cannot be undercut"][1:]}
                for tier in document["proof"]:
                    shown = number(re.sub(r" \(.*", "", tiers[tier["tier"]][1]))
                    self.assertEqual(shown, tier["value"], tier["tier"])
                proven = {t["tier"]: t["value"] for t in document["proof"] if t["proven"]}
                kept = {"fixture": fixture, "options": options,
                        "proven": {k: proven[k] for k in ("balance", "bytes", "moves")
                                   if k in proven},
                        "bytes_moved": totals["bytes_moved"],
                        "replicas_added": totals["replicas_added"],
                        "zone_violations_after": totals["zone_violations_after"]}
                name = "-".join([fixture, *(o.strip("-") for o in options)])
                self.compare(f"plan/{name}.json", json.dumps(kept, indent=1) + "\n")

    def test_compare(self):
        page = self.folder / "page.html"
        snapshot = ROOT / "tests/fixtures/demo-before.json"
        text = rezone("compare", snapshot, "--throttle", "50MB")
        document = json.loads(rezone("compare", snapshot, "--throttle", "50MB", "--json", "--html",
                                     page))
        validate("compare", document)
        page = Page(page.read_text())
        self.assert_harmless(page)
        in_text = {row[0]: row for row in text_table(text, "policy")}
        in_page = {row[0]: row for row in page.tables["What each costs and what it is worth"]}
        kept = []
        for row in document["policies"]:
            if "refused" in row:
                continue
            for shown in (in_text[row["policy"]], in_page[row["policy"]]):
                self.assertEqual(number(shown[1]), row["replicas_added"])
                self.assertEqual(number(shown[4]), row["leaders_changed"])
                self.assertEqual(number(shown[7]), row["zone_violations"])
                self.assertEqual(number(shown[8]),
                                 row["zone_loss_offline"] + row["zone_loss_read_only"])
            kept.append([row["policy"], row["replicas_added"], row["bytes_moved"],
                         row["zone_violations"]])
        self.compare("compare/demo-before.json", json.dumps(kept, indent=1) + "\n")

    def test_estimate(self):
        snapshot = ROOT / "tests/fixtures/demo-before.json"
        path, summary, _, _ = self.plan("demo-before", [])
        page = self.folder / "estimate.html"
        question = ["estimate", snapshot, path, "--throttle", "50MB,20MB,5MB",
                    "--cross-zone-price", "0.01/GB", "--window", "22:00-22:01"]
        text = rezone(*question)
        document = json.loads(rezone(*question, "--json", "--html", page))
        validate("estimate", document)
        page = Page(page.read_text())
        self.assert_harmless(page)
        self.assertEqual([row[0] for row in page.tables["Brokers that receive or send"][1:]],
                         [str(b["broker"]) for b in document["estimates"][0]["brokers"]])
        self.assertEqual(len(page.tables["Bytes between zones"]) - 1,
                         len(document["estimates"][0]["zone_pairs"]))
        rates = text_table(text.split("\n\n")[0], "throttle")
        for estimate, row, shown in zip(document["estimates"], rates, page.tables[
                "Duration by throttle, beside the floor that no tool can undercut"][1:]):
            self.assert_estimate(estimate, summary["totals"])
            self.assertEqual(row[0], estimate["throttle"])
            self.assertEqual([row[1], row[3:]], [shown[1], shown[3:]])
            self.assertEqual(row[5], "fits" if estimate["fits_window"] else "too long")
        self.assertEqual(document["window_ms"], 60000)
        self.assertEqual(document["smallest_throttle_that_fits"], "20MB")
        self.assertIn("The smallest of these rates that fits the window is 20MB.", text)
        self.assertIn("The smallest of these rates", "".join(page.text))
        slowest, slow, fast = [e["duration_ms"] for e in document["estimates"]]
        self.assertGreater(slowest, slow)
        self.assertGreater(slow, fast)

    def assert_estimate(self, estimate, totals):
        self.assertTrue(estimate["finished"])
        self.assertEqual(estimate["leaders_changed"], totals["leaders_changed"])
        self.assertEqual(estimate["cross_zone_bytes"], totals["cross_zone_bytes"])
        for way in ("incoming_bytes", "outgoing_bytes"):
            self.assertEqual(sum(b[way] for b in estimate["brokers"]), totals["bytes_moved"])
        self.assertEqual(sum(p["bytes"] for p in estimate["zone_pairs"]), totals["bytes_moved"])
        self.assertGreaterEqual(estimate["duration_ms"], estimate["floor_ms"])
        self.assertAlmostEqual(estimate["price"], estimate["cross_zone_bytes"] * 0.01 / 1e9)
        for broker in estimate["brokers"]:
            self.assertGreaterEqual(broker["peak_bytes"],
                                    broker["before_bytes"] + broker["incoming_bytes"])
            self.assertEqual(broker["free_at_peak_bytes"], broker["free_bytes"] -
                             (broker["peak_bytes"] - broker["before_bytes"]))
        for topic in estimate["topics"]:
            self.assertLessEqual(0, topic["begun_ms"])
            self.assertLessEqual(topic["begun_ms"], topic["done_ms"])
            self.assertLessEqual(topic["done_ms"], estimate["duration_ms"])

    def test_estimates_that_do_not_fit(self):
        """No rate fits: what would be needed at least is said."""
        path, summary, _, _ = self.plan("demo-before", [])
        question = ["estimate", ROOT / "tests/fixtures/demo-before.json", path, "--throttle",
                    "1MB,auto", "--throttle-max", "2MB", "--window", "22:00-22:01"]
        document = json.loads(rezone(*question, "--json"))
        validate("estimate", document)
        self.assertIsNone(document["smallest_throttle_that_fits"])
        self.assertEqual([e["throttle"] for e in document["estimates"]], ["1MB", "auto"])
        busiest = max(b["incoming_bytes"] for b in document["estimates"][0]["brokers"])
        self.assertIn(f"choose one well above {busiest / 60 / 1e6:.2f} MB/s", rezone(*question))
        for wrong in ("--throttle-max=1MB", "--cross-zone-price=x", "--window=22:00"):
            rezone("estimate", ROOT / "tests/fixtures/demo-before.json", path, "--throttle", "1MB",
                   wrong, code=(2,))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    ACCEPT = "--accept" in arguments
    PROGRAM = next(a for a in arguments if a != "--accept")
    unittest.main(argv=sys.argv[:1])
