/** Which nodes have written lately. */
package io.carillon.domain.node;
