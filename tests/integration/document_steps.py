"""The shell lines of a document as steps that can be run.

What a reader sees is what is run:

- a block ```sh: one command a line (a backslash continues it), each of which must succeed; a comment
  that says `exits N` names another exit code;
- a block ```console: `$ command`, then what it prints, standard output and error together. `...`
  stands for anything within a line, alone on a line for any lines.

Comments that a reader does not see prepare and place them: `<!-- first: COMMANDS -->` holds commands
to run before, one a line. `<!-- meanwhile -->` before a block means that its last command keeps
running while the next blocks are "another shell", until one after `<!-- afterwards -->`: there it must
have ended well. Of a command that ends in `&` nothing is expected.
"""

import re
from dataclasses import dataclass

BLOCK = re.compile(r"<!-- first:(?P<first>.*?)-->"
                   r"|(?:<!-- (?P<when>meanwhile|afterwards) -->\n)?^```(?P<kind>sh|console)\n"
                   r"(?P<body>.*?)^```", flags=re.S | re.M)
EXITS = re.compile(r"#.*\bexits (\d+)")


@dataclass
class Step:
    where: str
    command: str
    code: int = 0
    output: str | None = None
    meanwhile: bool = False
    afterwards: bool = False


def joined(lines):
    """Lines with their continuations, and the number of the first of each."""
    whole, begun = "", 0
    for number, line in enumerate(lines):
        begun = begun if whole else number
        whole += line
        if whole.endswith("\\"):
            whole = whole[:-1].rstrip() + " "
            continue
        yield begun, whole
        whole = ""


def code_of(command):
    named = EXITS.search(command)
    return int(named.group(1)) if named else 0


def sh_steps(where, first_line, lines):
    for number, line in joined(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            yield Step(f"{where}:{first_line + number}", line.strip(), code_of(line))


def console_steps(where, first_line, lines):
    step = None
    for number, line in joined(lines):
        if line.startswith("$ "):
            if step:
                yield step
            step = Step(f"{where}:{first_line + number}", line[2:], code_of(line), output="")
        elif step:
            step.output += line + "\n"
        else:
            raise ValueError(f"{where}:{first_line}: a console block begins with `$ command`")
    if step:
        yield step


def steps(name, text):
    found = []
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        if block["first"] is not None:
            found += sh_steps(name, line, block["first"].splitlines())
            continue
        line += 1 + bool(block["when"])
        read = sh_steps if block["kind"] == "sh" else console_steps
        of_block = list(read(name, line, block["body"].splitlines()))
        of_block[-1].meanwhile = block["when"] == "meanwhile"
        of_block[0].afterwards = block["when"] == "afterwards"
        found += of_block
    return found


def agrees(wanted, got):
    """Whether a command printed what the document shows."""
    pattern = ""
    for line in wanted.rstrip("\n").split("\n"):
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(map(re.escape, line.rstrip().split("..."))) + r"[ ]*\n"
    return re.fullmatch(pattern, got.rstrip("\n") + "\n") is not None
