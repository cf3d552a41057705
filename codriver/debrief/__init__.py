"""After the stage: replay and verify, summary, export."""
