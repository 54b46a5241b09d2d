"""The application: command line, audit of embeddings, report."""
