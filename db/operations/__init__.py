"""Operations on a whole database: migrate, back up, copy, delete personal data, answer the operator."""
