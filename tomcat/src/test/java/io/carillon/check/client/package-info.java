/** Small clients for each native way in and out, which know the published contract and no more. */
package io.carillon.check.client;
