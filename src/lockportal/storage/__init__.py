"""The store over a SQL database: SQLite, PostgreSQL, MariaDB."""
