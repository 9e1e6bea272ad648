"""Load of a drill: tasks that report to a ledger, an app that runs them, and a publisher."""
