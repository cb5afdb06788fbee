/** Which nodes there are, and which of them have written lately. */
package io.carillon.domain.node;
