/**
 * One suite of black-box tests for every server that Carillon is deployed on. A server is a {@link
 * io.carillon.servers.ServerUnderTest}, and a small subclass of {@link
 * io.carillon.servers.ServerContract} that names it; the rest knows addresses and the wire, no
 * server. The module of the EAR uses it as a library.
 */
package io.carillon.servers;
