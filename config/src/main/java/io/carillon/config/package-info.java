/** Settings as records: each limit and timeout once, with its unit, default and range. */
package io.carillon.config;
