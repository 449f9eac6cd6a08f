//! Matches JSON events against Amazon EventBridge event patterns, many rules at a time.
