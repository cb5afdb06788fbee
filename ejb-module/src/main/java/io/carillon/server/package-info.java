/**
 * What a Jakarta EE server supplies: its data source, its threads, its Jakarta Persistence. Where
 * the runnable server or its WAR brings those parts itself, {@code META-INF/beans.xml} leaves this
 * package out.
 */
package io.carillon.server;
