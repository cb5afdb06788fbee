/** The runnable server, and what a Jakarta EE server would have supplied. */
package io.carillon.tomcat;
