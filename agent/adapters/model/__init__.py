"""What proposes a summary and a topic: a model server, or the offline engine."""
