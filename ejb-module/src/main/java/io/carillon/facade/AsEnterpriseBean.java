package io.carillon.facade;

import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.inject.Qualifier;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * Sets the enterprise bean apart, which is a CDI bean of its local view too: without it
 * {@code @Inject Carillon} would mean two of them.
 */
@Qualifier
@Target(TYPE)
@Retention(RUNTIME)
@interface AsEnterpriseBean {}
