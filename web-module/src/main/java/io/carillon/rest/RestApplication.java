package io.carillon.rest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Puts every resource and provider of this module below {@code /api}; servers find them. */
@ApplicationPath("/api")
public class RestApplication extends Application {}
