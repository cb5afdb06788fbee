/** What the protocols share. */
package io.carillon.gateway;
