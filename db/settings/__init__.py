"""Settings of members and servers, pauses, blocks and the audit in the database."""
