/** What the platform does: one method for each use case, one transaction for each method. */
package io.carillon.application;
