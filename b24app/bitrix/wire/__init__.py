"""From a command to bytes and back: encoding, batches, threads, time, errors."""
