"""What servers and members decide: settings, administration, audit."""
