/** The only code that holds an entity manager. */
package io.carillon.persistence;
