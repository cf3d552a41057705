"""The run database: schema and migrations, the writer thread, the reader, checkpoints, resume."""
