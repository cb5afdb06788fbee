/** Changes of what somebody may do, as every node gets to know of them. */
package io.carillon.domain.rights;
