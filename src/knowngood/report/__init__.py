"""Writers. They read a verdict and the ledger behind it, and never influence either."""
