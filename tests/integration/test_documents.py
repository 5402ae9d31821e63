"""Documents that cannot drift: commands, options and files in them are those of the program."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REZONE = os.environ.get("REZONE", str(ROOT / "build/release/cli/rezone"))
GENERATED = Path(os.environ.get("REZONE_GENERATED", str(ROOT / "build/release/cli/generated")))
PAGES = sorted([*GENERATED.glob("*.1"), *GENERATED.glob("*.5")])
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def run(*words):
    return subprocess.run([REZONE, *words], capture_output=True, text=True, check=False)


def commands():
    listing = run("--help").stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    return [line.split()[0] for line in listing.splitlines() if re.match(r"  [a-z]", line)]


def options_in(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def help_options(command):
    """The option rows of --help, without those that its prose mentions."""
    rows = re.findall(r"^  (?:-\w, |    )(--[a-z-]+)", run(command, "--help").stdout, flags=re.M)
    return set(rows) | {"--help"}


def shell_lines(document):
    for block in re.findall(r"^```sh\n(.*?)^```", document.read_text(), flags=re.S | re.M):
        for line in block.replace("\\\n", " ").splitlines():
            yield line
    for inline in re.findall(r"`(rezone [^`\n]+)`", document.read_text()):
        yield inline


class Documents(unittest.TestCase):
    def test_help_man_and_completions_have_the_same_options(self):
        bash = (GENERATED / "rezone.bash").read_text()
        zsh = (GENERATED / "_rezone").read_text()
        fish = (GENERATED / "rezone.fish").read_text()
        self.assertGreater(len(commands()), 10)
        for command in commands():
            wanted = help_options(command)
            self.assertGreater(len(wanted), 1, command)
            man = (GENERATED / f"rezone-{command}.1").read_text().replace("\\-", "-")
            in_man = set(re.findall(r"^(?:\\fB-\w\\fR, )?\\fB(--[a-z-]+)\\fR", man, flags=re.M))
            self.assertEqual(in_man | {"--help"}, wanted, f"man page of {command}")
            words = re.search(rf"^ +{command}\) COMPREPLY=\(\$\(compgen -W \"(.*?)\"", bash,
                              flags=re.M)
            self.assertEqual(options_in(words.group(1)), wanted, f"bash, {command}")
            block = re.search(rf"^ +{command}\) _arguments(.*?);;", zsh, flags=re.M | re.S)
            in_zsh = set(re.findall(r"'\*?(--[a-z-]+)\[", block.group(1)))
            self.assertEqual(in_zsh, wanted, f"zsh, {command}")
            in_fish = {"--" + name for name in re.findall(
                rf"__fish_seen_subcommand_from {command}' -l ([a-z-]+)", fish)}
            self.assertEqual(in_fish | {"--help"}, wanted, f"fish, {command}")

    def test_man_pages_are_clean(self):
        self.assertIsNotNone(shutil.which("man"), "man is not installed")
        self.assertEqual(len(PAGES), len(commands()) + 3, "a page a command, rezone(1), two formats")
        for page in PAGES:
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
                                  capture_output=True, text=True, check=False,
                                  env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""})
            self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)

    def test_man_pages_pass_mandoc(self):
        """All but the date: equal input gives equal pages, whatever the day."""
        self.assertIsNotNone(shutil.which("mandoc"), "mandoc is not installed")
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *PAGES], capture_output=True,
                              text=True, check=False)
        found = [line for line in (done.stdout + done.stderr).splitlines()
                 if "missing date" not in line]
        self.assertEqual(found, [])

    def test_pages_name_pages_that_exist(self):
        for page in PAGES:
            for name, section in re.findall(r"^\.BR (\S+) \((\d)\)", page.read_text(), flags=re.M):
                name = name.replace("\\-", "-")
                self.assertTrue((GENERATED / f"{name}.{section}").exists(), f"{page.name}: {name}")

    def test_shells_accept_the_completions(self):
        for shell, name in (("bash", "rezone.bash"), ("zsh", "_rezone"), ("fish", "rezone.fish")):
            self.assertIsNotNone(shutil.which(shell), f"{shell} is not installed")
            done = subprocess.run([shell, "-n", GENERATED / name], capture_output=True, text=True,
                                  check=False, env={**os.environ, "HOME": "/nonexistent"})
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)

    def test_bash_completes(self):
        script = (f"source '{GENERATED / 'rezone.bash'}'; COMP_WORDS=(rezone %s); COMP_CWORD=%d; "
                  "$(complete -p rezone | sed -E 's/.*-F (\\S+).*/\\1/'); echo \"${COMPREPLY[@]}\"")
        for words, wanted in (("pl", "plan"), ("plan --target", "--target-rf")):
            done = subprocess.run(["bash", "-c", script % (words, len(words.split()))],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.stdout.split(), [wanted], done.stderr)

    def test_every_reason_to_wait_is_explained(self):
        """The words of executor/ that a waiting run shows are in the runbook."""
        source = (ROOT / "executor/run_parts.c").read_text()
        texts = re.search(r"block_texts\[\] = \{(.*?)\};", source, flags=re.S).group(1)
        reasons = [reason for reason in re.findall(r'"(.*?)"', texts) if reason]
        self.assertGreater(len(reasons), 5)
        runbook = (ROOT / "docs/operations.md").read_text()
        self.assertEqual([reason for reason in reasons if reason not in runbook], [])

    def test_commands_in_documents_exist(self):
        known, seen = commands(), 0
        for document in DOCUMENTS:
            for line in shell_lines(document):
                words = shlex.split(line, comments=True)
                if not words or words[0] != "rezone" or len(words) < 2:
                    continue
                command = words[1]
                if command.startswith("-") or command.isupper():
                    continue
                where = f"{document.name}: {line}"
                self.assertIn(command, known, where)
                self.assertLessEqual(options_in(" ".join(words[2:])), help_options(command), where)
                seen += 1
        self.assertGreater(seen, 10)

    def test_the_foreign_example_is_read(self):
        """The file of another tool in docs/formats.md, against the snapshot there."""
        text = (ROOT / "docs/formats.md").read_text()
        with tempfile.TemporaryDirectory() as work:
            for name in ("snapshot", "kafka"):
                block = re.search(rf"<!-- example: {name} -->\n```json\n(.*?)```", text, flags=re.S)
                (Path(work) / name).write_text(block.group(1))
            done = run("check", f"{work}/snapshot", f"{work}/kafka")
        self.assertIn("1 partitions change, 1 replicas are copied", done.stdout, done.stderr)

    def test_links_lead_somewhere(self):
        for document in DOCUMENTS:
            for target in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
                if not re.match(r"[a-z]+:", target):
                    self.assertTrue((document.parent / target).exists(),
                                    f"{document.name}: {target}")

    def test_files_named_in_documents_exist(self):
        """`planner/check.c` in prose is a promise, too; a star stands for a family of files."""
        pattern = r"`((?:planner|executor|sim|cli|tests|bench|docs|scripts|include)/[\w./*-]+)`"
        for document in DOCUMENTS:
            if document.name == "CHANGELOG.md":
                continue
            for name in re.findall(pattern, document.read_text()):
                self.assertTrue(list(ROOT.glob(name.rstrip("/"))), f"{document.name}: {name}")

    def test_drawings_are_current(self):
        for drawing in ("run-states.dot", "partition-states.dot"):
            self.assertEqual((ROOT / "docs" / drawing).read_text(),
                             (GENERATED / drawing).read_text(),
                             f"copy {GENERATED / drawing} to docs/")

    def test_words_are_spelled(self):
        self.assertIsNotNone(shutil.which("codespell"), "codespell is not installed")
        done = subprocess.run(["codespell", "--ignore-words-list", "fo,te,nd", *DOCUMENTS,
                               *PAGES],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main()
