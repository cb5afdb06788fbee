/**
 * Nodes as processes of their own, and what can become of them, of their PostgreSQL, their Redis
 * and the links between them, while the checker watches.
 */
package io.carillon.chaos;
