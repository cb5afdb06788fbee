/**
 * The HTTP interface: resources that read a request, call one service and write its answer. Rules
 * are the services'; what this package decides is how things look in HTTP.
 */
package io.carillon.rest;
