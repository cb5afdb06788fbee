/**
 * The administration's interface below {@code /api/admin}: what the console at {@code /admin} uses,
 * and everybody else may, too.
 */
package io.carillon.admin;
