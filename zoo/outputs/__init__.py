"""What is said of a zoo: JSON documents, text tables, CSVs, contact sheets, health."""
