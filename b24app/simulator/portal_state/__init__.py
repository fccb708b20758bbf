"""What a simulated portal knows and does, whoever asks."""
