package io.carillon.persistence;

import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DatabaseExtension.H2.class)
class H2TicketRepositoryTest extends TicketRepositoryContract {}
