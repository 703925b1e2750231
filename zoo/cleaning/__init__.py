"""What is wrong with the pictures and labels of a catalogue; nothing is deleted."""
