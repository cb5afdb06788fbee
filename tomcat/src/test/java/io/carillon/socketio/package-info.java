/** Tests of the Socket.IO gateway: its wire, and the official clients. */
package io.carillon.socketio;
