/**
 * An example: a module of one's own inside Carillon's application, an ejb-jar that is added to the
 * EAR. It sends inside its own transactions, and observes what happens.
 */
package io.carillon.example.desk;
