/** The EAR on Jakarta EE servers, each set up by what {@code config/} has for it. */
package io.carillon.ear;
