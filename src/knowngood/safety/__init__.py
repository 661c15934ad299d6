"""What leaves the process: redaction, sanitising, limits, atomic writes."""
