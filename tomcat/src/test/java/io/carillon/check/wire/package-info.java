/**
 * Wire formats as a strict client reads them, written from the standards and independent of the
 * product's code: a fault in one cannot hide a fault in the other.
 */
package io.carillon.check.wire;
