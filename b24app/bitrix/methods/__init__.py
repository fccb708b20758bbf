"""The REST methods, each as a command value: what is sent and how its answer is read."""
