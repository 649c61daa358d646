"""What members and servers have set, pauses, blocks, the audit."""
