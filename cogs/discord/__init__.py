"""Tools that every command uses: first answers, error answers, buttons, forms and permission checks."""
