/**
 * Event streams (Server-Sent Events) and long polls: channels for clients that speak plain HTTP.
 */
package io.carillon.gateway.sse;
