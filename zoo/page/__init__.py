"""The Gradio page: pictures in, recommendations of every backbone side by side; no model code."""
