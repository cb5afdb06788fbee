/** Socket.IO 5: the events of the native protocol for the official Socket.IO clients. */
package io.carillon.gateway.socketio;
