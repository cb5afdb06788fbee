package io.carillon.persistence;

import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DatabaseExtension.Postgres.class)
class PostgresTicketRepositoryIT extends TicketRepositoryContract {}
