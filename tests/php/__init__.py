"""PHP as a witness: Laravel's own dotenv and mailer read what kmconfig writes."""
