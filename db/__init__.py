"""What is remembered: SQL, migrations, and the engines that run them."""
