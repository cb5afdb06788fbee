/**
 * The REST interface from outside: a real server, plain HTTP, and the OpenAPI document as judge.
 */
package io.carillon.check.rest;
