package io.carillon.facade;

/**
 * Carillon for code inside its own application: {@code @Inject Carillon} on every server, and the
 * local view of the enterprise bean where there is a container for it. See {@link CarillonRemote}
 * for what it does.
 */
public interface Carillon extends CarillonRemote {}
