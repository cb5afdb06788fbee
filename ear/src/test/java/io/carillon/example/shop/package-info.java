/**
 * An example: an application of its own beside Carillon on the same server, a WAR with Carillon's
 * client jar. Its bean sends messages inside its own transactions.
 */
package io.carillon.example.shop;
