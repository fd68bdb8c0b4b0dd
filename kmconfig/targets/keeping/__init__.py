"""Where the lock, the journal and the snapshots of a target lie: with the target, so that every machine finds them."""
