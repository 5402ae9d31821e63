"""The parts that the bench scripts share. Standard library only; shares no code with rezone."""
