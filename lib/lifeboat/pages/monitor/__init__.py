"""How well has it been doing? What the page of spaces/monitor shows, from history to chart."""
