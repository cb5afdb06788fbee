/** The help desk's HTTP side, a WAR that is added to Carillon's EAR. */
package io.carillon.example.desk.web;
