/**
 * Who a client is and how much it may do: passwords, tokens, tickets, API keys, origins, and the
 * limits on rates and connections. Nothing in here knows HTTP; the web module asks it.
 */
package io.carillon.security;
