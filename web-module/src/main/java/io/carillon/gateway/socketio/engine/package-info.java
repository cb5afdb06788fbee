/**
 * Engine.IO 4: one conversation over HTTP polling, WebSocket, or first the one and then the other.
 */
package io.carillon.gateway.socketio.engine;
