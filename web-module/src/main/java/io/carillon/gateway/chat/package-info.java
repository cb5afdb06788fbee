/** The native WebSocket protocol, {@code carillon.v1}. */
package io.carillon.gateway.chat;
