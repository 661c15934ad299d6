"""Reads what came: strict JSON, schemas, HTML, CSS, JavaScript, policies, links."""
