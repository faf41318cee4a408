"""What is made of a study's runs: tables, profiles, contrasts, pictures, pages, exports."""
