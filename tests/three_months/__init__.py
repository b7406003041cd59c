"""Three months of a team, told in minutes: a topic earns the right to send, and loses it again."""
