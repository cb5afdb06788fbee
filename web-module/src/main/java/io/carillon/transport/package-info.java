/** The only code that writes to a socket. */
package io.carillon.transport;
