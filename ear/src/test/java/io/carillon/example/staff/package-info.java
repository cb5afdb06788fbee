/** An example: a page that asks for a login at the server, put into a copy of Carillon's WAR. */
package io.carillon.example.staff;
