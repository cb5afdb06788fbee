/**
 * Who may do what: every route and every frame, for every kind of caller and channel, against one
 * table; and how fast a right ends that is taken away.
 */
package io.carillon.rights;
