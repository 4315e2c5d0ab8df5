"""What is planted in the simulated centre for people to find."""
