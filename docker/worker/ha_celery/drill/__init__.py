"""The load of a drill: tasks that tell a ledger of their own run, an app to work on them, and a publisher."""
