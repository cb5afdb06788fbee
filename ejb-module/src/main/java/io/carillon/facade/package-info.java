/**
 * Carillon for other code on the same server: publish, notify, announce and ask inside the caller's
 * own transaction ({@link io.carillon.facade.Carillon}, {@link io.carillon.facade.CarillonRemote}),
 * and observe what happens here ({@link io.carillon.facade.MessageEvent} and its like). Its values
 * need nothing but the JDK.
 */
package io.carillon.facade;
