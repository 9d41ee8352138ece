"""Fuzzing: whatever comes in from outside is read, or refused in one line, in time; `make fuzz MINUTES=10` tries it longer."""
