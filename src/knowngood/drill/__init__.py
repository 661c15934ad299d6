"""``knowngood drill --rollback``: a bad push, caught and taken back, where nobody is hurt.

A real repository, two deployments behind links that are flipped, and the commands that everybody
uses: who has seen this end well has seen the gate refuse, the rollback work and the records hold.
"""
