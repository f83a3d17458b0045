"""Great Expectations suites, the ledger, quarantine."""
